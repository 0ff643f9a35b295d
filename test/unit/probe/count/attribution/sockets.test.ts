import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { BackendPod } from '../../../../../src/probe/count/attribution/pods.ts'
import {
  parseProcNet,
  addSockets,
  type ClientEnds,
  endKey,
} from '../../../../../src/probe/count/attribution/sockets.ts'

const head =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'
const tail = '00000000:00000000 00:00000000 00000000     0        0 0 3 0000000000000000'

/** As the kernel prints them on a machine that stores the lowest byte first. */
const hex4 = (address: string): string =>
  address
    .split('.')
    .map((byte) => Number(byte).toString(16).padStart(2, '0').toUpperCase())
    .toReversed()
    .join('')
const port = (number: number): string => number.toString(16).padStart(4, '0').toUpperCase()

test('reads listening, established and waiting sockets of both families', () => {
  const text = `${head}
   0: 00000000:1F90 00000000:0000 0A ${tail}
   1: 0400F40A:1F90 0701F40A:8AD6 01 ${tail}
${head}
   0: 0000000000000000FFFF00000400F40A:1F90 0000000000000000FFFF00000701F40A:8AE0 06 ${tail}
   1: 000089FD000000000000000004000000:1F90 000089FD000000000000000007000000:0050 06 ${tail}
`
  expect(parseProcNet(text)).toStrictEqual([
    { localAddress: '10.244.0.4', localPort: 8080, remoteAddress: '10.244.1.7', remotePort: 35_542 },
    { localAddress: '10.244.0.4', localPort: 8080, remoteAddress: '10.244.1.7', remotePort: 35_552 },
    { localAddress: 'fd89::4', localPort: 8080, remoteAddress: 'fd89::7', remotePort: 80 },
  ])
})

test('reads back any IPv4 connection, and nothing else from noise', () => {
  const end = fc.tuple(fc.ipV4(), fc.integer({ min: 1, max: 65_535 }))
  fc.assert(
    fc.property(fc.array(fc.tuple(end, end, fc.string())), (sockets) => {
      const lines = sockets.map(([local, remote], index) => {
        const [a, b] = [local, remote].map(([address, number]) => `${hex4(address)}:${port(number)}`)
        return `  ${index}: ${a} ${b} 06 ${tail}`
      })
      const expected = sockets.map(([local, remote]) => ({
        localAddress: local[0],
        localPort: local[1],
        remoteAddress: remote[0],
        remotePort: remote[1],
      }))
      expect(parseProcNet([head, ...lines].join('\n'))).toStrictEqual(expected)
    }),
  )
  fc.assert(fc.property(fc.string(), (text) => void parseProcNet(text)))
})

const pod = (name: string, address: string): BackendPod => ({
  name,
  containers: ['app'],
  endpoints: [
    { address, port: 8080, family: 'IPv4', pod: name, ready: true, serving: true, terminating: false },
  ],
})

test('only connections to an endpoint of the pod count, and one that two pods claim is nobody’s', () => {
  const ends: ClientEnds = new Map()
  const line = (local: string, localPort: number, remote: string, remotePort: number): string =>
    `  0: ${hex4(local)}:${port(localPort)} ${hex4(remote)}:${port(remotePort)} 06 ${tail}`
  const a = pod('a', '10.0.0.1')
  const b = pod('b', '10.0.0.1')
  addSockets(
    ends,
    a,
    [line('10.0.0.1', 8080, '10.9.9.9', 1), line('10.0.0.1', 9999, '10.9.9.9', 2)].join('\n'),
  )
  addSockets(ends, a, line('10.0.0.1', 8080, '10.9.9.9', 3))
  addSockets(ends, b, line('10.0.0.1', 8080, '10.9.9.9', 3))
  expect(ends.get(endKey('10.9.9.9', 1))).toBe(a)
  expect(ends.has(endKey('10.9.9.9', 2))).toBe(false)
  expect(ends.get(endKey('10.9.9.9', 3))).toBeUndefined()
})
