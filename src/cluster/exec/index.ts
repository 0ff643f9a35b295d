import { createHash, randomBytes } from 'node:crypto'
import type { Duplex } from 'node:stream'
import type { Status } from '../../model/cluster/kubernetes.ts'
import { acceptanceSuffix, frame, FrameReader, opcodes } from '../../model/common/network/websocket.ts'
import { ConnectionError } from '../answers/errors.ts'
import { podPath } from '../paths.ts'
import type { Cluster, Upgraded } from '../types.ts'
import { messageOf } from '../../model/common/user-error.ts'

export interface ExecOptions {
  namespace: string
  pod: string
  /** The pod's only container, or the one that its annotation names, unless given. */
  container?: string
  /** Program and arguments; no shell is involved. */
  command: readonly string[]
  /** Gives the program a standard input that says this, or nothing, and ends when the connection does, so that it can notice. */
  stdin?: boolean | string
  signal?: AbortSignal
}

/** What a program that runs in a container does. `end` comes last. */
export type ExecEvent =
  | { kind: 'stdout' | 'stderr'; bytes: Uint8Array }
  /** It ended by itself. */
  | { kind: 'end'; exitCode: number }
  /** It could not be started, or the container runtime lost it: in the runtime's words. */
  | { kind: 'failed'; message: string }

/**
 * Sub-protocols of `pods/exec`, best first: each message begins with the number of its channel. Version 5 can also
 * close one of them (KEP-4006; since Kubernetes 1.29), which is not needed here.
 */
const protocols = 'v5.channel.k8s.io, v4.channel.k8s.io'
const channels = { stdin: 0, stdout: 1, stderr: 2, status: 3 } as const

/**
 * Runs a program in a container that runs, and yields what it writes as it comes. Leaving the iteration closes the
 * connection; the program notices only where it reads its input or writes.
 * Rejects with ApiError (not allowed: 403; no such pod: 404), ConnectionError, or the signal's reason.
 */
export async function* exec(
  cluster: Cluster,
  options: ExecOptions,
): AsyncGenerator<ExecEvent, void, undefined> {
  const { signal } = options
  const { socket, head } = await open(cluster, options)
  const abort = (): void => void socket.destroy()
  signal?.addEventListener('abort', abort, { once: true })
  const reader = new FrameReader('server')
  try {
    if (typeof options.stdin === 'string') say(socket, options.stdin)
    for await (const bytes of chunks(head, socket)) {
      for (const { opcode, data } of reader.push(bytes)) {
        if (opcode === opcodes.ping) send(socket, opcodes.pong, data)
        else if (opcode === opcodes.close) return
        else if (opcode === opcodes.binary || opcode === opcodes.text) {
          const event = eventOf(data)
          if (event !== undefined) yield event
          // Nothing follows the status, and servers leave it to the client to say good-bye.
          if (event?.kind === 'end' || event?.kind === 'failed') return
        }
      }
    }
  } catch (error) {
    signal?.throwIfAborted()
    throw new ConnectionError('reset', `the connection to ${options.pod} was lost: ${messageOf(error)}`, {
      cause: error,
    })
  } finally {
    signal?.removeEventListener('abort', abort)
    // Without a good-bye the server waits for one.
    socket.end(frame(opcodes.close, Buffer.alloc(0), randomBytes(4)), () => socket.destroy())
  }
  signal?.throwIfAborted()
  throw new ConnectionError('reset', `the connection to ${options.pod} was lost`)
}

/** What a program wrote, once it has ended. Each stream is cut after `mostBytes`. */
export interface ExecResult {
  /** Undefined when it did not run. */
  exitCode: number | undefined
  stdout: string
  stderr: string
  /** Why it did not run. */
  problem: string
}

const mostBytes = 8 * 1024 * 1024

/** Runs a program that writes little and ends soon. Rejects like `exec`. */
export async function execToEnd(cluster: Cluster, options: ExecOptions): Promise<ExecResult> {
  const written = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] }
  let bytes = 0
  let exitCode: number | undefined
  let problem = ''
  for await (const event of exec(cluster, options)) {
    if (event.kind === 'end') exitCode = event.exitCode
    else if (event.kind === 'failed') problem = event.message
    else if ((bytes += event.bytes.length) <= mostBytes) written[event.kind].push(event.bytes)
  }
  const text = (parts: Uint8Array[]): string => Buffer.concat(parts).toString('utf8')
  return { exitCode, stdout: text(written.stdout), stderr: text(written.stderr), problem }
}

async function open(cluster: Cluster, options: ExecOptions): Promise<Upgraded> {
  const { namespace, pod, container, command, stdin = false, signal } = options
  const key = randomBytes(16).toString('base64')
  const parameters: [string, string][] = [
    ...(container === undefined ? [] : [['container', container] as [string, string]]),
    ...command.map((word): [string, string] => ['command', word]),
    ['stdin', String(stdin !== false)],
    ['stdout', 'true'],
    ['stderr', 'true'],
  ]
  const headers = {
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': key,
    'Sec-WebSocket-Protocol': protocols,
  }
  const path = `${podPath(namespace, pod)}/exec`
  const upgraded = await cluster.upgrade(path, { parameters, headers, ...(signal ? { signal } : {}) })
  const expected = createHash('sha1')
    .update(key + acceptanceSuffix)
    .digest('base64')
  if (upgraded.headers['sec-websocket-accept'] !== expected) {
    upgraded.socket.destroy()
    throw new ConnectionError('protocol', `${cluster.server} does not answer as a WebSocket server does`)
  }
  return upgraded
}

async function* chunks(head: Uint8Array, socket: Duplex): AsyncGenerator<Uint8Array, void, undefined> {
  if (head.length > 0) yield head
  yield* socket as AsyncIterable<Uint8Array>
}

function eventOf(data: Buffer): ExecEvent | undefined {
  const bytes = data.subarray(1)
  const channel = data[0]
  // A program that has not written yet says so with an empty message.
  if (channel === channels.stdout || channel === channels.stderr) {
    if (bytes.length === 0) return undefined
    return { kind: channel === channels.stdout ? 'stdout' : 'stderr', bytes }
  }
  return channel === channels.status ? endOf(bytes.toString('utf8')) : undefined
}

/**
 * The end as version 4 of the protocol words it: a Status whose cause `ExitCode` is the exit code of a program that
 * failed (kubernetes/client-go, tools/remotecommand/v4.go).
 */
function endOf(text: string): ExecEvent {
  let status: Partial<Status> = {}
  try {
    status = JSON.parse(text)
  } catch {
    return { kind: 'failed', message: text }
  }
  if (status.status === 'Success') return { kind: 'end', exitCode: 0 }
  const code = status.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message
  const exitCode = Number(code ?? '')
  return status.reason === 'NonZeroExitCode' && Number.isInteger(exitCode) && exitCode > 0
    ? { kind: 'end', exitCode }
    : { kind: 'failed', message: status.message ?? text }
}

/** Servers take messages of some kilobytes. */
const mostInMessage = 16 * 1024

function say(socket: Duplex, text: string): void {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += mostInMessage)
    send(
      socket,
      opcodes.binary,
      Buffer.concat([Buffer.of(channels.stdin), bytes.subarray(at, at + mostInMessage)]),
    )
}

function send(socket: Duplex, opcode: number, data: Uint8Array): void {
  if (socket.writable) socket.write(frame(opcode, data, randomBytes(4)))
}
