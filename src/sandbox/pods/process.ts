import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { type Container, type ContainerOptions, environmentOf, exitCodeOf } from './container.ts'
import { ContainerLog } from './log.ts'
import { prelude } from './prelude.ts'

/** A program that a container runs, as a process of this machine. */
export interface PodProgram {
  file: string
  /** Its name, unless it is the file's. */
  argv0?: string
  args: readonly string[]
  /** More for its environment. */
  env: NodeJS.ProcessEnv
}

/**
 * `node [FLAGS] -e PROGRAM [--] ARGUMENTS` in this process's own runtime, so that nothing else has to be installed. An
 * executable that Bun compiled becomes Bun when it is told to (BUN_BE_BUN). Undefined for any other command.
 */
export function nodeProgram([program = '', ...words]: readonly string[]): PodProgram | undefined {
  const index = words.findIndex((word) => !word.startsWith('--') || word === '--eval')
  const source = words[index + 1]
  if (!/(^|\/)node$/.test(program) || !['-e', '--eval'].includes(words[index] ?? '') || source === undefined)
    return undefined
  // Bun has flags of its own.
  const flags = process.versions['bun'] === undefined ? words.slice(0, index) : []
  const rest = words.slice(index + 2)
  const args = [...flags, '-e', prelude + source, '--', ...(rest[0] === '--' ? rest.slice(1) : rest)]
  return { file: process.execPath, args, env: { BUN_BE_BUN: '1' } }
}

/** Runs a program as a process of its own. */
export function startProcess(
  { file, argv0 = file, args, env }: PodProgram,
  options: ContainerOptions,
): Container {
  const log = new ContainerLog()
  const child = spawn(file, args, {
    argv0,
    cwd: tmpdir(),
    env: { ...environmentOf(options), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => log.write(text))
  const ended = new Promise<number>((resolve) => {
    child.once('error', (error) => {
      log.write(`${error.message}\n`)
      log.end()
      resolve(128)
    })
    child.once('close', (code, signal) => {
      log.end()
      resolve(exitCodeOf(code, signal))
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
