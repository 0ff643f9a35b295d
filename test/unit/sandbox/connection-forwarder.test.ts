import net from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { ConnectionForwarder } from '../../../src/sandbox/network/connection-forwarder.ts'

const pod = '127.252.129.2'
const service = '127.252.96.2'
const client = '127.252.129.3'
const node = '127.252.0.11'

/** A pod that says whom it sees, behind a Service that puts `source` in the place of its clients. */
async function serve(source: string): Promise<number> {
  const server = net.createServer((socket) => socket.end(`${socket.remoteAddress} ${socket.remotePort}`))
  await new Promise<void>((resolve) => server.listen(0, pod, resolve))
  const { port } = server.address() as net.AddressInfo
  const forwarder = new ConnectionForwarder(() => ({ host: pod, port, source, isThere: () => true }))
  forwarder.listen(service, port)
  onTestFinished(() => {
    server.close()
    forwarder.close()
  })
  return port
}

async function ask(port: number, localPort: number): Promise<string> {
  const socket = net.connect({ host: service, port, localAddress: client, localPort })
  let seen = ''
  for await (const bytes of socket) seen += String(bytes)
  return seen
}

/** A port that nobody has, on any address. */
async function freePort(): Promise<number> {
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(0, resolve))
  const { port } = server.address() as net.AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

test('a pod sees the port of its client', async () => {
  const port = await freePort()
  expect(await ask(await serve(client), port)).toBe(`${client} ${port}`)
  const other = await freePort()
  expect(await ask(await serve(node), other)).toBe(`${node} ${other}`)
})

test('and another one when that is taken', async () => {
  const port = await freePort()
  const taken = net.createServer()
  await new Promise<void>((resolve) => taken.listen(port, node, resolve))
  onTestFinished(() => void taken.close())
  const [address, seen] = (await ask(await serve(node), port)).split(' ')
  expect(address).toBe(node)
  expect(Number(seen)).not.toBe(port)
})
