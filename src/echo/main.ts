/**
 * What runs in an echo pod: answers on every port with the name of the pod and the address that it saw the client
 * come from. Runs on any Node ≥ 18; bundled without dependencies, like the agent.
 */
import { createSocket } from 'node:dgram'
import { type EchoConfig, type EchoPort, podNameVariable } from './config.ts'
import { tcpEcho } from './tcp.ts'

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
