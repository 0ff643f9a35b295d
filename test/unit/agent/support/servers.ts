import type { AddressInfo, Server, Socket } from 'node:net'
import net from 'node:net'
import { onTestFinished } from 'vitest'

/** Starts `server` on a free port of loopback until the test is over. */
export async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** A server that does `behave` with every connection; gives its port. */
export function serve(behave: (socket: Socket) => void): Promise<number> {
  return listen(net.createServer(behave))
}

/** A server that answers every request with what `answer` says, and closes when it is told so by `close`. */
export function respond(answer: string | Buffer, close = true): Promise<number> {
  return serve((socket) => {
    socket.on('data', () => {
      if (close) socket.end(answer)
      else socket.write(answer)
    })
  })
}

/** A port of loopback on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = net.createServer()
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => {
    server.close(resolve)
  })
  return port
}
