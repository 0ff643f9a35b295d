import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { openPort } from '../network/address-plan.ts'
import { clusterDomain } from '../network/cluster-dns.ts'
import type { Container, ContainerOptions } from './container.ts'
import { ContainerLog } from './log.ts'
import { prelude } from './prelude.ts'

/** A program in the arguments of Node. */
export interface NodeProgram {
  /** Flags of Node itself. */
  flags: string[]
  source: string
  args: string[]
}

/** `node [FLAGS] -e PROGRAM [--] ARGUMENTS`, taken apart; undefined for any other command. */
export function nodeProgram([program = '', ...words]: readonly string[]): NodeProgram | undefined {
  const index = words.findIndex((word) => !word.startsWith('--') || word === '--eval')
  const source = words[index + 1]
  if (!/(^|\/)node$/.test(program) || !['-e', '--eval'].includes(words[index] ?? '') || source === undefined)
    return undefined
  const args = words.slice(index + 2)
  return { flags: words.slice(0, index), source, args: args[0] === '--' ? args.slice(1) : args }
}

/**
 * Runs a Node program as a process of its own: with this process's own runtime, so that nothing else has to be
 * installed. An executable that Bun compiled becomes Bun when it is told to (BUN_BE_BUN).
 */
export function startProcess(program: NodeProgram, options: ContainerOptions): Container {
  const log = new ContainerLog()
  const { env, pod, namespace, podIp, lowestPort, plan } = options
  // Bun has flags of its own.
  const flags = process.versions['bun'] === undefined ? program.flags : []
  const child = spawn(process.execPath, [...flags, '-e', prelude + program.source, '--', ...program.args], {
    cwd: tmpdir(),
    env: {
      ...env,
      BUN_BE_BUN: '1',
      SANDBOX_POD_IP: podIp,
      SANDBOX_PHYSICAL_IP: plan.physical(podIp),
      SANDBOX_POD_NAME: pod,
      SANDBOX_DNS: `${plan.physical(plan.dns)}:${openPort(53, lowestPort)}`,
      // As in the /etc/resolv.conf of a pod.
      SANDBOX_SEARCH: [`${namespace}.svc.`, 'svc.', ''].map((part) => part + clusterDomain).join(' '),
      SANDBOX_LOWEST_PORT: String(lowestPort),
    },
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
