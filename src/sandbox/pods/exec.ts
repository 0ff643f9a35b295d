import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import type { Readable } from 'node:stream'
import { type Container, type ContainerOptions, environmentOf, exitCodeOf } from './container.ts'
import { podSockets, socketFiles } from './proc-net.ts'
import type { Programs } from './programs.ts'
import { shellWord } from '../../model/common/words/shell.ts'

/** A container that runs, and what can be run in it. */
export interface ExecTarget {
  container: Container
  options: ContainerOptions
  programs: Programs
}

/** What connects a program that runs in a container with whoever started it. */
export interface ExecStreams {
  /** Undefined for an input that is empty. Ends with the connection. */
  stdin: Readable | undefined
  /** Input and output are a terminal: both kinds of output are one. */
  tty: boolean
  /** Resolves when more can be taken. */
  write(stream: 'stdout' | 'stderr', bytes: Uint8Array): Promise<void>
  /** Aborted when the connection is gone. */
  gone: AbortSignal
}

/** What a program has to notice the end of its input, before it is ended. */
const graceMs = 3000

/**
 * Runs a program in a container: a process of this machine, as the container itself. It ends with the container and
 * soon after the connection, and so does all that it started.
 * Resolves with its exit code. Rejects with an Error in the words of containerd when it cannot be started.
 */
export async function runInContainer(
  { container, options, programs }: ExecTarget,
  command: readonly string[],
  streams: ExecStreams,
): Promise<number> {
  const [program = '', ...args] = command
  const file = programs.find(options.image, program)
  if (file === undefined) throw new Error(cannotStart(program))
  if (/(^|\/)cat$/.test(program) && args.length > 0 && args.every((path) => socketFiles.includes(path))) {
    for (const path of args) await streams.write('stdout', Buffer.from(await socketsOf(options, path)))
    return 0
  }
  const start = streams.tty ? onTerminal(programs, [file, ...args]) : { file, args, argv0: program }
  const child = spawn(start.file, start.args, {
    argv0: start.argv0,
    cwd: tmpdir(),
    env: {
      ...environmentOf(options),
      PATH: programs.path(options.image),
      ...(streams.tty ? { TERM: 'xterm' } : {}),
    },
    // A process group of its own, by which all of it is ended.
    detached: true,
    stdio: [streams.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  })
  let isOver = false
  // Once it has ended, its number may be somebody else's.
  const kill = (): void => {
    if (!isOver) endGroup(child)
  }
  const whenGone = (): void => {
    const timer = setTimeout(kill, graceMs)
    child.once('exit', () => clearTimeout(timer))
  }
  streams.gone.addEventListener('abort', whenGone, { once: true })
  if (streams.gone.aborted) whenGone()
  void container.ended.then(kill)
  if (child.stdin !== null) {
    // Whoever does not read its input may leave it.
    child.stdin.on('error', () => {})
    streams.stdin?.pipe(child.stdin)
  }
  const exitCode = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      kill()
      isOver = true
      resolve(exitCodeOf(code, signal))
    })
  })
  const [code] = await Promise.all([
    exitCode,
    pump(child.stdout, (bytes) => streams.write('stdout', bytes)),
    pump(child.stderr, (bytes) => streams.write('stderr', bytes)),
  ])
  return code
}

/** A command on a terminal of its own, which util-linux's `script` makes. */
function onTerminal(
  programs: Programs,
  command: readonly string[],
): { file: string; args: string[]; argv0: string } {
  const file = programs.ofMachine('script')
  if (file === undefined)
    throw new Error('the sandbox needs "script" on this machine for a terminal: leave out --tty (-t)')
  return { file, args: ['-qec', `exec ${command.map(shellWord).join(' ')}`, '/dev/null'], argv0: 'script' }
}

async function pump(from: Readable | null, write: (bytes: Uint8Array) => Promise<void>): Promise<void> {
  for await (const bytes of from ?? []) await write(bytes as Uint8Array)
}

async function socketsOf(options: ContainerOptions, path: string): Promise<string> {
  return podSockets(await readFile(path, 'latin1'), options.plan.physical(options.podIp), options)
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Nothing is left of it.
  }
}

function cannotStart(program: string): string {
  const why = program.includes('/')
    ? `stat ${program}: no such file or directory`
    : 'executable file not found in $PATH'
  return `error executing command in container: failed to exec in container: failed to start exec "sandbox": OCI runtime exec failed: exec failed: unable to start container process: exec: "${program}": ${why}`
}
