import { createSocket } from 'node:dgram'
import { type EchoConfig, type EchoPort, podNameVariable } from './config.ts'
import { createServer, type Server, type Socket } from 'node:net'
import { httpAnswer, takeRequests } from './http.ts'

/**
 * What runs in an echo pod: answers on every port with the name of the pod and the address that it saw the client
 * come from. Runs on any Node ≥ 18; bundled without dependencies, like the agent.
 */
const pod = process.env[podNameVariable] ?? ''
const answer = (client: string): string => JSON.stringify({ pod, client_ip: client })

function listen({ protocol, port }: EchoPort): void {
  if (protocol === 'TCP') {
    tcpEcho(answer).listen(port)
    return
  }
  listenUdp('udp6', port)
}

function listenUdp(type: 'udp4' | 'udp6', port: number): void {
  const socket = createSocket(type)
  socket.on('message', (message, { address, port }) => {
    socket.send(`${answer(address.replace(/^::ffff:/, ''))}\n${message.toString('latin1')}`, port, address)
  })
  // A node without IPv6; with it a socket serves both families.
  socket.once('error', () => {
    if (type === 'udp6') listenUdp('udp4', port)
  })
  socket.bind(port)
}

const { ports }: EchoConfig = JSON.parse(process.argv.at(-1) ?? '')
for (const port of ports) listen(port)
process.on('SIGTERM', () => process.exit(0))

/** Clients that wait for the server to speak first are told after so long who it is, in milliseconds. */
const bannerMs = 300

/** A connection that nobody uses ends, in milliseconds. */
const idleMs = 300_000

/**
 * Answers HTTP requests and, to whoever sends something else or nothing, one line, with what `answer` makes of the
 * client's address.
 */
function tcpEcho(answer: (client: string) => string): Server {
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
