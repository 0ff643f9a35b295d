import net from 'node:net'
import { defined } from '../../model/common/values.ts'

/** Where a connection is sent on. */
export interface Forwarding {
  host: string
  port: number
  /** The address that the server sees as its client's. */
  source: string
  /** Whether the endpoint is still one of the Service. */
  isThere: () => boolean
}

/**
 * One address and port that a proxy serves. Decides for each new connection where it goes, and passes bytes on. A real
 * proxy rewrites packets: a connection that nobody takes is refused there, and reset here.
 */
export class ConnectionForwarder {
  readonly #server: net.Server
  readonly #sockets = new Set<net.Socket>()

  constructor(route: (client: string) => Forwarding | undefined) {
    this.#server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
      this.#serve(socket, route),
    )
    // Whoever has the port already keeps it.
    this.#server.on('error', () => {})
  }

  listen(host: string, port: number): void {
    this.#server.listen({ host, port })
  }

  close(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  #serve(client: net.Socket, route: (client: string) => Forwarding | undefined): void {
    this.#sockets.add(client)
    client.on('close', () => this.#sockets.delete(client))
    client.on('error', () => {})
    const to = route(client.remoteAddress ?? '')
    if (to === undefined) client.resetAndDestroy()
    else this.#connect(client, to, client.remotePort)
  }

  /** The server sees the port of the client as well, as behind a real proxy, unless another connection has it. */
  #connect(client: net.Socket, route: Forwarding, localPort: number | undefined): void {
    const { host, port, source } = route
    const local = defined({ localAddress: source, localPort })
    const server = net.connect({ host, port, ...local, allowHalfOpen: true, noDelay: true })
    const failed = ({ code = '' }: NodeJS.ErrnoException): void => {
      if (localPort !== undefined && ['EADDRINUSE', 'EADDRNOTAVAIL'].includes(code))
        this.#connect(client, route, undefined)
      else client.resetAndDestroy()
    }
    server.once('error', failed)
    server.once('connect', () => {
      server.off('error', failed)
      if (client.destroyed) {
        server.destroy()
        return
      }
      this.#sockets.add(server)
      server.on('close', () => this.#sockets.delete(server))
      this.#join(client, server)
      this.#join(server, client)
      client.pipe(server)
      server.pipe(client)
    })
  }

  #join(socket: net.Socket, other: net.Socket): void {
    socket.on('error', () => {
      other.resetAndDestroy()
    })
    socket.on('close', () => {
      // What was sent before the end must still arrive.
      if (socket.errored === null) other.end()
    })
  }
}

/** Whether somebody takes connections there. */
export async function isOpen(host: string, port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = net.connect({ host, port })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
