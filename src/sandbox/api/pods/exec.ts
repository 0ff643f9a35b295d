import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, STATUS_CODES } from 'node:http'
import { type Duplex, PassThrough } from 'node:stream'
import { acceptanceSuffix, frame, FrameReader, opcodes } from '../../../model/common/network/websocket.ts'
import { badRequest, Refused } from '../../failure.ts'
import { type ExecTarget, runInContainer } from '../../pods/exec.ts'
import { at, type Resource } from '../../objects/resource.ts'
import { messageOf } from '../../../model/common/user-error.ts'

/**
 * Sub-protocols, best first (k8s.io/apimachinery, pkg/util/remotecommand): the first byte of each message is its channel.
 * In version 5 the message 255 0 ends the input (KEP-4006).
 */
const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io']
const channels = { stdin: 0, stdout: 1, stderr: 2, status: 3, close: 255 } as const

/** Input that a program has not read yet; beyond that nothing is read of the connection. */
const mostInput = 1024 * 1024

/** RFC 6455, 7.4.1: all is said. */
const goodBye = Buffer.of(1000 >> 8, 1000 & 255)

export interface ExecCall {
  pod: Resource
  /** Undefined while the pod does not run. */
  target: ExecTarget | undefined
  query: URLSearchParams
}

/**
 * `pods/exec`: runs a program in a container and speaks for it on the connection, until it ends or that does.
 * Throws Failure as long as the connection is not upgraded. What happens later is told on the channel for the status.
 */
export async function serveExec(
  { pod, target, query }: ExecCall,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  const command = query.getAll('command')
  const isRunning = checkContainer(pod, query.get('container'))
  if (command.length === 0) throw badRequest('you must specify at least one command for the container')
  const tty = isSet(query, 'tty')
  const has = {
    stdin: isSet(query, 'stdin'),
    stdout: isSet(query, 'stdout'),
    stderr: isSet(query, 'stderr') && !tty,
  }
  if (!has.stdin && !has.stdout && !has.stderr)
    throw badRequest('you must specify at least 1 of stdin, stdout, stderr')
  upgrade(request, socket)

  const gone = new AbortController()
  const stdin = has.stdin ? new PassThrough({ highWaterMark: mostInput }) : undefined
  const connection = new Connection(socket, gone)
  connection.listen(head, (channel, data) => {
    if (channel === channels.stdin) return stdin?.writableEnded === false ? stdin.write(data) : true
    if (channel === channels.close && data[0] === channels.stdin) stdin?.end()
    return true
  })
  stdin?.on('drain', () => socket.resume())
  gone.signal.addEventListener('abort', () => stdin?.end())
  // An empty message says that the connection is up.
  const first = has.stdout ? channels.stdout : has.stderr ? channels.stderr : channels.status
  await connection.send(first, new Uint8Array())
  let status: object
  try {
    if (target === undefined || !isRunning)
      throw new Error(`unable to upgrade connection: container not found ("${query.get('container') ?? ''}")`)
    const write = async (stream: 'stdout' | 'stderr', bytes: Uint8Array): Promise<void> => {
      if (has[stream]) await connection.send(channels[stream], bytes)
    }
    const code = await runInContainer(target, command, { stdin, tty, write, gone: gone.signal })
    status = code === 0 ? { metadata: {}, status: 'Success' } : nonZero(command, code)
  } catch (error) {
    status = internalError(messageOf(error))
  }
  await connection.send(channels.status, Buffer.from(JSON.stringify(status)))
  connection.end()
}

/** Whether it is the container that runs: the pod's first one. Throws Failure when the pod has none of that name. */
function checkContainer({ metadata, ...pod }: Resource, asked: string | null): boolean {
  const names = (at(pod, 'spec', 'containers') as { name: string }[]).map(({ name }) => name)
  if (asked === null && names.length > 1)
    throw badRequest(
      `a container name must be specified for pod ${metadata.name}, choose one of: [${names.join(' ')}]`,
    )
  if (asked !== null && !names.includes(asked))
    throw badRequest(`container ${asked} is not valid for pod ${metadata.name}`)
  if (at(pod, 'spec', 'nodeName') === undefined)
    throw badRequest(`pod ${metadata.name} does not have a host assigned`)
  return asked === null || asked === names[0]
}

const isSet = (query: URLSearchParams, name: string): boolean => ['true', '1'].includes(query.get(name) ?? '')

/** Answers on a connection that was to be upgraded. */
export function refuseUpgrade(socket: Duplex, status: Refused['status']): void {
  const text = JSON.stringify(status)
  const wait = status.details?.retryAfterSeconds
  const lines = [
    `HTTP/1.1 ${status.code} ${STATUS_CODES[status.code] ?? ''}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(text)}`,
    ...(wait === undefined ? [] : [`Retry-After: ${wait}`]),
    'Connection: close',
  ]
  socket.end(`${lines.join('\r\n')}\r\n\r\n${text}`)
}

/** Says yes to a WebSocket, in the words of RFC 6455, section 4.2.2. */
function upgrade({ headers }: IncomingMessage, socket: Duplex): void {
  const key = headers['sec-websocket-key']
  if (headers.upgrade?.toLowerCase() !== 'websocket' || key === undefined)
    throw new Refused(
      501,
      'NotImplemented',
      'the sandbox runs programs over WebSocket only, not over SPDY',
      {},
    )
  const offered = (headers['sec-websocket-protocol'] ?? '').split(/ *, */)
  const protocol = protocols.find((name) => offered.includes(name))
  if (protocol === undefined)
    throw badRequest(
      `unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${protocols.join(' ')}]`,
    )
  const accept = createHash('sha1')
    .update(key + acceptanceSuffix)
    .digest('base64')
  socket.write(
    [
      'HTTP/1.1 101 Switching Protocols',
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Accept: ${accept}`,
      `Sec-WebSocket-Protocol: ${protocol}`,
      '\r\n',
    ].join('\r\n'),
  )
}

/** Messages on channels, over a connection that is upgraded. */
class Connection {
  readonly #socket: Duplex
  readonly #gone: AbortController

  constructor(socket: Duplex, gone: AbortController) {
    this.#socket = socket
    this.#gone = gone
    socket.on('close', () => gone.abort())
  }

  /** `take` is called with each message; nothing is read for a while when it returns false. */
  listen(head: Uint8Array, take: (channel: number, data: Buffer) => boolean): void {
    const reader = new FrameReader('client')
    const read = (bytes: Uint8Array): void => {
      for (const { opcode, data } of reader.push(bytes)) {
        if (opcode === opcodes.ping) this.#socket.write(frame(opcodes.pong, data))
        else if (opcode === opcodes.close) this.end()
        else if (opcode !== opcodes.pong && data.length > 0 && !take(data[0]!, data.subarray(1)))
          this.#socket.pause()
      }
    }
    const tryToRead = (bytes: Uint8Array): void => {
      try {
        read(bytes)
      } catch {
        this.#socket.destroy()
      }
    }
    this.#socket.on('data', tryToRead)
    this.#socket.on('end', () => this.end())
    tryToRead(head)
  }

  /** Resolves when more can be sent. */
  async send(channel: number, data: Uint8Array): Promise<void> {
    if (!this.#socket.writable) return
    if (this.#socket.write(frame(opcodes.binary, Buffer.concat([Buffer.of(channel), data])))) return
    await once(this.#socket, 'drain', { signal: this.#gone.signal }).catch(() => {})
  }

  end(): void {
    if (this.#socket.writable) this.#socket.end(frame(opcodes.close, goodBye))
    this.#gone.abort()
  }
}

function nonZero(command: readonly string[], code: number): object {
  return {
    metadata: {},
    status: 'Failure',
    reason: 'NonZeroExitCode',
    message: `command terminated with non-zero exit code: error executing command [${command.join(' ')}], exit code ${code}`,
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  }
}

function internalError(message: string): object {
  return new Refused(500, 'InternalError', `Internal error occurred: ${message}`, {
    causes: [{ message }],
  }).status
}
