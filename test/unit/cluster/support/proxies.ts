import { createServer as createHttpServer, request as httpRequest } from 'node:http'
import { connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { listen } from './server.ts'

export interface Proxy {
  port: number
  /** What it was asked to connect to or to fetch, with the credentials it was given. */
  asked: string[]
}

/** An HTTP proxy that leads to loopback whatever name it is asked for. Answers `status` to CONNECT. */
export async function startHttpProxy(status = 200): Promise<Proxy> {
  const asked: string[] = []
  const note = (what: string, authorization: string | undefined): void =>
    void asked.push(authorization ? `${what} as ${atob(authorization.replace('Basic ', ''))}` : what)
  const server = createHttpServer((request, response) => {
    note(request.url ?? '', request.headers['proxy-authorization'])
    const { port, pathname } = new URL(request.url ?? '')
    const onward = httpRequest(
      { host: '127.0.0.1', port, path: pathname, headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 0, answer.headers)
        answer.pipe(response)
      },
    )
    request.pipe(onward)
  })
  server.on('connect', (request, socket: Socket) => {
    note(request.url ?? '', request.headers['proxy-authorization'])
    if (status === 200) join(socket, Number(request.url?.split(':').at(-1)), 'HTTP/1.1 200 OK\r\n\r\n')
    else socket.end(`HTTP/1.1 ${status} Refused\r\n\r\n`)
  })
  const { port, close } = await listen(server)
  onTestFinished(close)
  return { port, asked }
}

/** A SOCKS 5 proxy for names, with or without passwords; `reply` other than 0 is a refusal. */
export async function startSocksProxy(password?: string, reply = 0): Promise<Proxy> {
  const asked: string[] = []
  const server = createServer((socket) => {
    let step: 'greeting' | 'password' | 'request' = 'greeting'
    const onData = (data: Buffer): void => {
      if (step === 'greeting') {
        step = password === undefined ? 'request' : 'password'
        socket.write(Uint8Array.of(5, password === undefined ? 0 : 2))
      } else if (step === 'password') {
        step = 'request'
        const user = data.subarray(2, 2 + data[1]!)
        const given = data.subarray(3 + data[1]!)
        socket.write(Uint8Array.of(1, `${user.toString()}:${given.toString()}` === password ? 0 : 1))
      } else {
        socket.off('data', onData)
        const name = data.subarray(5, 5 + data[4]!).toString()
        const port = data.readUInt16BE(5 + data[4]!)
        asked.push(`${name}:${port}`)
        const answer = Uint8Array.of(5, reply, 0, 1, 0, 0, 0, 0, 0, 0)
        if (reply === 0) join(socket, port, answer)
        else socket.end(answer)
      }
    }
    socket.on('data', onData)
  })
  const { port, close } = await listen(server)
  onTestFinished(close)
  return { port, asked }
}

function join(socket: Socket, port: number, greeting: string | Uint8Array): void {
  const onward = connect(port, '127.0.0.1', () => {
    socket.write(greeting)
    onward.pipe(socket)
    socket.pipe(onward)
  })
  onward.on('error', () => socket.destroy())
  socket.on('error', () => onward.destroy())
}
