import { createHash } from 'node:crypto'
import { createServer as createHttpServer, type IncomingMessage } from 'node:http'
import { createServer as createHttpsServer, type ServerOptions } from 'node:https'
import type { Duplex } from 'node:stream'
import { onTestFinished } from 'vitest'
import { fail, listen } from './server.ts'

/** The far end of an exec: what the client asked for, and what it has sent so far. */
export interface FarEnd {
  request: IncomingMessage
  socket: Duplex
  received: Buffer
}

/** A frame as a server sends it. */
export function frame(opcode: number, data: Uint8Array | string, final = true): Buffer {
  const bytes = Buffer.from(data)
  const head = Buffer.alloc(bytes.length < 126 ? 2 : bytes.length < 65_536 ? 4 : 10)
  head[0] = (final ? 0x80 : 0) | opcode
  if (bytes.length < 126) head[1] = bytes.length
  else if (bytes.length < 65_536) {
    head[1] = 126
    head.writeUInt16BE(bytes.length, 2)
  } else {
    head[1] = 127
    head.writeBigUInt64BE(BigInt(bytes.length), 2)
  }
  return Buffer.concat([head, bytes])
}

/** A message on a channel of `v4.channel.k8s.io`. */
export function onChannel(channel: number, text: string): Buffer {
  return frame(2, Buffer.concat([Buffer.of(channel), Buffer.from(text)]))
}

/** An API server whose pods do what `serve` says; pods of other names are not found. */
export async function startExecServer(
  serve: (far: FarEnd) => void,
  tls?: ServerOptions,
): Promise<{ port: number; far: FarEnd[] }> {
  const far: FarEnd[] = []
  const server = tls ? createHttpsServer(tls) : createHttpServer()
  server.on('request', (_request, response) =>
    fail(response, 403, 'Forbidden', 'pods "web" is forbidden: User "u" cannot create resource "pods/exec"'),
  )
  server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    socket.on('error', () => {})
    if (!request.url?.includes('/pods/web/exec')) {
      const body = JSON.stringify({
        kind: 'Status',
        apiVersion: 'v1',
        status: 'Failure',
        code: 403,
        reason: 'Forbidden',
        message: 'no',
      })
      socket.end(
        `HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      )
      return
    }
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64')
    const end: FarEnd = { request, socket, received: Buffer.alloc(0) }
    far.push(end)
    socket.on('data', (bytes: Buffer) => {
      end.received = Buffer.concat([end.received, bytes])
    })
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: v5.channel.k8s.io\r\n\r\n`,
    )
    serve(end)
  })
  const { port, close } = await listen(server)
  onTestFinished(close)
  return { port, far }
}
