import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseProcNet } from '../../../src/probe/count/attribution/sockets.ts'
import { addressPlan, openPort, shownPort } from '../../../src/sandbox/network/address-plan.ts'
import { expand } from '../../../src/sandbox/pods/expand.ts'
import { podSockets } from '../../../src/sandbox/pods/proc-net.ts'

test('ports that are moved up are shown as they were', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 19_999 }), fc.constantFrom(0, 1, 1024), (port, lowest) => {
      expect(shownPort(openPort(port, lowest), lowest)).toBe(port)
    }),
  )
})

describe('/proc/net/tcp in a pod', () => {
  const plan = addressPlan(8)
  const hex = (ip: string): string =>
    Buffer.from(ip.split('.').toReversed().map(Number)).toString('hex').toUpperCase()
  const end = ({ ip, port, mapped = false }: { ip: string; port: number; mapped?: boolean }): string =>
    `${mapped ? '0000000000000000FFFF0000' : ''}${hex(ip)}:${port.toString(16).padStart(4, '0').toUpperCase()}`

  test('has the lines of its own address, with the addresses of the API', () => {
    const host = fc.integer({ min: 1, max: 254 })
    const address = host.map((last) => `127.8.129.${last}`)
    const port = fc.integer({ min: 1, max: 19_999 })
    const socket = fc.record({
      local: address,
      localPort: port,
      remote: address,
      remotePort: port,
      mapped: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(socket), address, (sockets, own) => {
        const lines = sockets.map(({ local, localPort, remote, remotePort, mapped }, index) => {
          const ends = [
            end({ ip: local, port: localPort, mapped }),
            end({ ip: remote, port: remotePort, mapped }),
          ]
          return `${String(index).padStart(4)}: ${ends.join(' ')} 01 00000000:00000000 00:00000000 00000000 0`
        })
        const text = podSockets(`  sl  local_address …\n${lines.join('\n')}\n`, own, { plan, lowestPort: 1 })
        const expected = sockets.filter(({ local }) => local === own)
        expect(parseProcNet(text)).toStrictEqual(
          expected.map(({ local, localPort, remote, remotePort }) => ({
            localAddress: plan.logical(local),
            localPort,
            remoteAddress: plan.logical(remote),
            remotePort,
          })),
        )
      }),
    )
  })

  test('leaves the rest of a line as it is, and what is outside the sandbox', () => {
    const line = `   3: ${end({ ip: '127.8.129.2', port: 20_080 })} ${end({ ip: '127.0.0.1', port: 9 })} 06  x  y`
    const text = podSockets(`head\n${line}\n`, '127.8.129.2', { plan, lowestPort: 1024 })
    const shown = `   3: ${end({ ip: '240.8.129.2', port: 80 })} ${end({ ip: '127.0.0.1', port: 9 })} 06  x  y`
    expect(text).toBe(`head\n${shown}\n`)
  })

  test('shows clients of IPv6 as such', () => {
    const line = `   3: ${end({ ip: '127.8.129.2', port: 80 })} ${end({ ip: '127.9.130.7', port: 9 })} 01 x`
    expect(parseProcNet(podSockets(`head\n${line}\n`, '127.8.129.2', { plan, lowestPort: 1 }))).toStrictEqual(
      [
        {
          localAddress: '2001:db8:8::129:2',
          localPort: 80,
          remoteAddress: '2001:db8:8::130:7',
          remotePort: 9,
        },
      ],
    )
  })
})

test.each([
  ['$(A) $(B) $A', 'one $(B) $A'],
  ['$$(A) $$$$ $', '$(A) $$ $'],
  ['$(toString) $(', '$(toString) $('],
])('a kubelet makes of %s: %s', (word, expected) => {
  expect(expand(word, { A: 'one' })).toBe(expected)
})
