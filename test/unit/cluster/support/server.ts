import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http'
import { createSecureServer, type SecureServerOptions } from 'node:http2'
import type { AddressInfo, Server, Socket } from 'node:net'

export interface RunningServer {
  port: number
  /** http://127.0.0.1:PORT or https://… */
  url: string
  /** Connections that were ever opened. */
  connections: number
  /** "METHOD path" of every request so far. */
  requests: string[]
  /** Breaks all connections, as a server does that is killed. */
  cut(): void
  close(): Promise<void>
}

/** A server on loopback; with `tls` it speaks https, and HTTP/2 with those who can, as API servers do. Port 0 takes any. */
export async function startServer(
  listener: RequestListener,
  tls?: SecureServerOptions,
  port = 0,
): Promise<RunningServer> {
  const requests: string[] = []
  const handle: RequestListener = (request, response) => {
    requests.push(`${request.method} ${request.url}`)
    listener(request, response)
  }
  const server = tls
    ? createSecureServer({ allowHTTP1: true, ...tls }, handle as never)
    : createHttpServer(handle)
  const running = await listen(server, port)
  return {
    ...running,
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${running.port}`,
    requests,
    get connections() {
      return running.opened()
    },
  }
}

/** Listens on loopback and keeps track of connections. */
export async function listen(server: Server, port = 0) {
  const sockets = new Set<Socket>()
  let opened = 0
  server.on('connection', (socket) => {
    opened++
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    opened: () => opened,
    cut,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        cut()
      }),
  }
}

export function json(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

/** A failure as an API server answers it. */
export function fail(
  response: ServerResponse,
  code: number,
  reason: string,
  message: string,
  headers = {},
): void {
  json(
    response,
    { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason, code },
    code,
    headers,
  )
}

export async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}
