import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import type { Container, ContainerOptions } from './container.ts'
import { ContainerLog } from './log.ts'
import { prelude } from './prelude.ts'

/** `node -e PROGRAM [--] ARGUMENTS`: the program and its arguments; undefined for any other command. */
export function nodeProgram(command: readonly string[]): { source: string; args: string[] } | undefined {
  const [program = '', flag, source, ...rest] = command
  if (!/(^|\/)node$/.test(program) || !['-e', '--eval'].includes(flag ?? '') || source === undefined) return undefined
  return { source, args: rest[0] === '--' ? rest.slice(1) : rest }
}

/**
 * Runs a Node program as a process of its own: with this process's own runtime, so that nothing else has to be
 * installed. An executable that Bun compiled becomes Bun when it is told to (BUN_BE_BUN).
 */
export function startProcess(program: { source: string; args: string[] }, options: ContainerOptions): Container {
  const log = new ContainerLog()
  const { env, pod, podIp, lowestPort } = options
  const child = spawn(process.execPath, ['-e', prelude + program.source, '--', ...program.args], {
    cwd: tmpdir(),
    env: {
      ...env,
      BUN_BE_BUN: '1',
      SANDBOX_POD_IP: podIp,
      SANDBOX_POD_NAME: pod,
      SANDBOX_LOWEST_PORT: String(lowestPort),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => log.write(text))
  const ended = new Promise<number>((resolve) => {
    child.once('error', (error) => {
      log.write(`${error.message}\n`)
      log.end()
      resolve(128)
    })
    child.once('close', (code, signal) => {
      log.end()
      resolve(code ?? (signal === 'SIGKILL' ? 137 : 143))
    })
  })
  return {
    log,
    ended,
    stop: (graceMs) => {
      child.kill(graceMs === 0 ? 'SIGKILL' : 'SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
      void ended.then(() => clearTimeout(timer))
    },
  }
}
