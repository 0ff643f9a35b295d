import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseFrom, parsePorts, parseTo } from '../../../src/commands/external/options.ts'
import { forbiddenBackend } from '../../../src/external/plan/addresses.ts'
import { matchPorts, portText } from '../../../src/external/plan/ports.ts'
import { rangesIn } from '../../../src/external/refuse/own-addresses.ts'
import { fromTyped } from '../../../src/external/plan/wanted.ts'
import { hostAndPort, parseIp } from '../../../src/model/common/network/ip.ts'
import { forbiddenAddress } from '../../../src/mechanisms/service/endpoints/address.ts'

const offered = (texts: string[]) => parsePorts(texts).map((port) => ({ ...port, at: port.port }))

describe('--port', () => {
  it('reads what it prints', () => {
    const port = fc.record(
      {
        port: fc.integer({ min: 1, max: 65_535 }),
        protocol: fc.constantFrom('TCP' as const, 'UDP' as const, 'SCTP' as const),
        name: fc.stringMatching(/^[a-z]([-a-z0-9]{0,10}[a-z0-9])?$/),
      },
      { requiredKeys: ['port', 'protocol'] },
    )
    fc.assert(
      fc.property(port, (one) => {
        expect(parsePorts([portText(one)])).toEqual([one])
      }),
    )
  })

  it.each([
    ['http', /must be PORT/],
    ['0', /1 to 65535/],
    ['65536', /1 to 65535/],
    ['80:HTTP', /lower-case/],
    ['80:', /lower-case/],
    ['80:8080', /is a name; the port of a backend stands in --to, as 192.0.2.7:8080/],
    ['80/ICMP', /TCP, UDP or SCTP/],
    ['80,81', /port 80 has no name/],
    ['80:a,80:b', /port 80\/TCP is given twice/],
    ['80:a,81:a', /port name "a" is given twice/],
  ])('refuses %j', (text, why) => {
    expect(() => parsePorts([text])).toThrow(why)
  })

  it('takes the same number for two protocols', () => {
    expect(parsePorts(['53:dns/udp', '53:dns-tcp'])).toHaveLength(2)
  })
})

describe('--to', () => {
  const port = fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined })
  it('reads addresses of both families, with and without a port', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), port, (text, number) => {
        const ip = parseIp(text)
        fc.pre(ip !== undefined)
        const [typed] = parseTo([number === undefined ? text : hostAndPort(text, number)])
        expect([typed?.ip, typed?.port]).toEqual([ip, number])
      }),
    )
  })

  it('never throws anything but words', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseTo([text])
        } catch (error) {
          expect((error as Error).name).toBe('UserError')
        }
      }),
    )
  })

  it.each([
    ['backend.example', /use a Service of type ExternalName/],
    ['10.0.0.1:http', /1 to 65535/],
    ['10.0.0.256', /0 to 255/],
    ['fe80::1%eth0', /zone/],
    ['::ffff:10.0.0.1', /write an IPv4 address as such/],
    ['[fd00::1]80', /must be an IP address/],
  ])('refuses %j', (text, why) => {
    expect(() => parseTo([text])).toThrow(why)
  })

  it('with a port goes with one --port only', () => {
    expect(() => fromTyped(parsePorts(['80:a', '81:b']), parseTo(['10.0.0.1:80']))).toThrow(
      /which of the 2 ports/,
    )
  })
})

describe('addresses that nobody outside can have', () => {
  it.each([
    ['0.0.0.0', /unspecified/],
    ['::', /unspecified/],
    ['127.0.0.1', /loopback/],
    ['127.8.9.10', /loopback/],
    ['::1', /loopback/],
    ['169.254.169.254', /link-local/],
    ['fe80::1', /link-local/],
    ['febf::1', /link-local/],
    ['224.0.0.1', /multicast/],
    ['239.1.2.3', /multicast/],
    ['ff02::1', /multicast/],
    ['255.255.255.255', /broadcast/],
  ])('%s', (text, why) => {
    expect(forbiddenBackend(parseIp(text)!)).toMatch(why)
  })

  it('are all that the API server refuses, and more', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const ip = parseIp(text)
        fc.pre(ip !== undefined)
        if (forbiddenAddress(ip.text) !== undefined) expect(forbiddenBackend(ip)).toBeDefined()
      }),
    )
  })

  it.each(['192.0.2.7', '10.0.0.1', '2001:db8::7', 'fd00::1', '223.255.255.254', '240.0.0.1'])(
    'are not %s',
    (text) => {
      expect(forbiddenBackend(parseIp(text)!)).toBeUndefined()
    },
  )
})

describe('--from', () => {
  it('reads kinds as kubectl does', () => {
    expect(parseFrom(['svc/a,services/b', 'gateway/c', 'ing/d', 'e']).map(({ text }) => text)).toEqual([
      'svc/a',
      'svc/b',
      'gateway/c',
      'ingress/d',
      'svc/e',
    ])
  })

  it.each(['pod/x', 'svc/', '/x', 'svc/a/b', ''])('refuses %j', (text) => {
    expect(() => parseFrom([text])).toThrow(/must be svc\/NAME/)
  })

  it('refuses the same twice', () => {
    expect(() => parseFrom(['svc/a', 'service/a'])).toThrow(/given twice/)
  })
})

describe('ports of the other side', () => {
  it.each([
    [['80:http'], ['8080:http', '80:other'], [8080]],
    [['80:web'], ['80:http', '443:https'], [80]],
    [['9000'], ['80:http'], [80]],
    [
      ['53:dns/UDP', '53:dns-tcp'],
      ['53:a/UDP', '53:b'],
      [53, 53],
    ],
  ])('%j of %j are %j', (wanted, has, found) => {
    expect(matchPorts(parsePorts(wanted), offered(has), 'svc/x')).toEqual(found)
  })

  it.each([
    [['9000'], ['80:http', '443:https'], /has no port that port 9000 could mean: it has 80:http, 443:https/],
    [['53/UDP'], ['53'], /it has 53$/],
    [['80'], [], /it has none/],
  ])('%j is none of %j', (wanted, has, why) => {
    expect(() => matchPorts(parsePorts(wanted), offered(has), 'svc/x')).toThrow(why)
  })
})

it.each([
  [
    'the provided IP (0.0.0.1) is not in the valid range. The range of valid IPs is 10.96.0.0/16',
    ['10.96.0.0/16'],
  ],
  ['The range of valid IPs is fd89:96::/108', ['fd89:96::/108']],
  ['something else', []],
])('the Service range in %j', (message, ranges) => {
  expect(rangesIn({ status: { kind: 'Status', apiVersion: 'v1', message } }).map(({ text }) => text)).toEqual(
    ranges,
  )
})
