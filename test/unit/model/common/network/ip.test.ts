import { BlockList, isIP } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contains, hostAndPort, parseCidr, parseIp } from '../../../../../src/model/common/network/ip.ts'

const ipv4 = fc.ipV4()
const ipv6 = fc.ipV6().filter((text) => isIP(text) === 6)

describe('an address', () => {
  it('is spelt in one way, whatever way it was written', () => {
    fc.assert(
      fc.property(ipv6, (text) => {
        const ip = parseIp(text)
        fc.pre(ip !== undefined)
        expect(parseIp(ip.text)).toEqual(ip)
        expect(parseIp(text.toUpperCase())).toEqual(ip)
        expect(`[${ip.text}]`).toBe(new URL(`http://[${text}]`).hostname)
      }),
    )
  })

  it.each([
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:DB8::0', '2001:db8::'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
    ['fd89:2::7', 'fd89:2::7'],
  ])('%s is %s', (text, spelt) => {
    expect(parseIp(text)?.text).toBe(spelt)
  })

  it.each([
    '',
    'web',
    '1.2.3',
    '1.2.3.256',
    '010.0.0.1',
    '1.2.3.4.5',
    'fe80::1%eth0',
    '::ffff:10.0.0.1',
    ':::',
    '1::2::3',
    '12345::',
    '1:2:3',
  ])('%j is none', (text) => {
    expect(parseIp(text)).toBeUndefined()
  })

  it('is read from IPv4 as it stands', () => {
    fc.assert(
      fc.property(ipv4, (text) => {
        expect(parseIp(text)?.text).toBe(text)
      }),
    )
  })
})

describe('a network', () => {
  it('has the addresses that the operating system says', () => {
    const network = fc.oneof(
      fc.record({
        base: ipv4,
        other: ipv4,
        bits: fc.integer({ min: 0, max: 32 }),
        family: fc.constant('ipv4'),
      }),
      fc.record({
        base: ipv6,
        other: ipv6,
        bits: fc.integer({ min: 0, max: 128 }),
        family: fc.constant('ipv6'),
      }),
    )
    fc.assert(
      fc.property(network, ({ base, other, bits, family }) => {
        const range = parseCidr(`${base}/${bits}`)
        const [one, two] = [parseIp(base), parseIp(other)]
        fc.pre(range !== undefined && one !== undefined && two !== undefined)
        const list = new BlockList()
        list.addSubnet(base, bits, family as 'ipv4')
        expect(contains(range, one)).toBe(true)
        expect(contains(range, two)).toBe(list.check(other, family as 'ipv4'))
      }),
    )
  })

  it.each(['10.0.0.0', '10.0.0.0/33', 'fd00::/129', '10.0.0.0/8/8', 'web/8', '10.0.0.0/x'])(
    '%j is none',
    (text) => {
      expect(parseCidr(text)).toBeUndefined()
    },
  )
})

it('stands with its port as in a URL', () => {
  expect([hostAndPort('10.0.0.1', 80), hostAndPort('fd00::1', 80)]).toEqual(['10.0.0.1:80', '[fd00::1]:80'])
})
