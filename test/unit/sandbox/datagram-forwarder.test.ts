import dgram from 'node:dgram'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { DatagramForwarder, isBound, isListed } from '../../../src/sandbox/network/datagram-forwarder.ts'

const list = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  411: 0281020A:1F91 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 41001 2 0000000000000000 0
`

describe('sockets for datagrams in the list of the kernel', () => {
  test('by address and port', () => {
    expect(isListed(list, '10.2.129.2', 8081)).toBe(true)
    expect(isListed(list, '10.2.129.2', 8082)).toBe(false)
    expect(isListed(list, '10.2.129.3', 8081)).toBe(false)
    expect(isListed(list, '0.0.0.0', 0)).toBe(false)
  })

  test.runIf(process.platform === 'linux')('one of this machine', async () => {
    const socket = dgram.createSocket('udp4').bind(0, '127.9.8.7')
    await once(socket, 'listening')
    const { port } = socket.address()
    expect(isBound('127.9.8.7', port)).toBe(true)
    socket.close()
    await once(socket, 'close')
    expect(isBound('127.9.8.7', port)).toBe(false)
  })
})

describe.runIf(process.platform === 'linux')('datagrams through a proxy', () => {
  async function bound(host: string, port = 0): Promise<dgram.Socket> {
    const socket = dgram.createSocket('udp4').bind(port, host)
    await once(socket, 'listening')
    return socket
  }

  /** What is answered to one datagram, and by whom. */
  async function ask(from: dgram.Socket, port: number): Promise<string> {
    from.send('who', port, '127.9.96.1')
    const [answer] = (await once(from, 'message')) as [Buffer]
    return answer.toString()
  }

  test('one port of a client stays with its endpoint, as long as that is there', async () => {
    const endpoints = await Promise.all(
      ['127.9.129.2', '127.9.129.3'].map(async (host) => {
        const socket = await bound(host)
        socket.on('message', (_, from) => socket.send(`${host} ${from.address}`, from.port, from.address))
        return { socket, host, port: socket.address().port }
      }),
    )
    const gone = new Set<string>()
    let turn = 0
    const forwarder = new DatagramForwarder((client) => {
      const { host, port } = endpoints[turn++ % 2]!
      return { host, port, source: client, isThere: () => !gone.has(host) }
    })
    const reserved = await bound('127.9.96.1')
    const { port } = reserved.address()
    reserved.close()
    await once(reserved, 'close')
    forwarder.listen('127.9.96.1', port)
    await expect.poll(() => isBound('127.9.96.1', port)).toBe(true)
    const [one, other] = await Promise.all([bound('127.9.130.7'), bound('127.9.130.7')])
    expect(await ask(one, port)).toBe('127.9.129.2 127.9.130.7')
    expect(await ask(other, port)).toBe('127.9.129.3 127.9.130.7')
    expect(await ask(one, port)).toBe('127.9.129.2 127.9.130.7')
    gone.add('127.9.129.2')
    turn = 1
    expect(await ask(one, port)).toBe('127.9.129.3 127.9.130.7')
    forwarder.close()
    for (const socket of [one, other, ...endpoints.map(({ socket }) => socket)]) socket.close()
  })
})
