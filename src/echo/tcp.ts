import { createServer, type Server, type Socket } from 'node:net'
import { httpAnswer, takeRequests } from './http.ts'

/** Clients that wait for the server to speak first are told after so long who it is, in milliseconds. */
const bannerMs = 300

/** A connection that nobody uses ends, in milliseconds. */
const idleMs = 300_000

/**
 * Answers HTTP requests and, to whoever sends something else or nothing, one line, with what `answer` makes of the
 * client's address.
 */
export function tcpEcho(answer: (client: string) => string): Server {
  return createServer((socket) => serve(socket, answer(clientOf(socket))))
}

function serve(socket: Socket, text: string): void {
  let buffer: Buffer = Buffer.alloc(0)
  const banner = setTimeout(() => socket.write(`${text}\n`), bannerMs)
  socket.setNoDelay(true)
  socket.setTimeout(idleMs, () => socket.destroy())
  socket.on('error', () => socket.destroy())
  socket.on('close', () => clearTimeout(banner))
  socket.on('data', (bytes) => {
    clearTimeout(banner)
    const { requests, rest, isOther } = takeRequests(Buffer.concat([buffer, bytes]))
    buffer = rest
    for (const request of requests) {
      socket.write(httpAnswer(request, text))
      if (request.close) socket.end()
    }
    if (!isOther) return
    buffer = Buffer.alloc(0)
    socket.write(`${text}\n`)
  })
}

/** An IPv4 client of a socket that listens on both families has an address of IPv6. */
function clientOf({ remoteAddress = '' }: Socket): string {
  return remoteAddress.replace(/^::ffff:/, '')
}
