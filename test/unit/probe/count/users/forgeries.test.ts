import { describe, expect, test } from 'vitest'
import { describeCookie } from '../../../../../src/agent/cookies/describe.ts'
import { statefulSession, valuesFor, writtenAs } from '../../../../../src/probe/count/users/claims.ts'
import { forgeriesOf } from '../../../../../src/probe/count/users/forgeries.ts'

const endpoints = [
  { address: '10.0.0.1', port: 8080, pod: 'web-0' },
  { address: '10.0.0.2', port: 8080, pod: 'web-1' },
]
const about = { endpoints, upstreams: ['shop-web-80'] }
const texts = ['a', 'b', 'c', 'd', 'e']
const kindsOf = (form: Parameters<typeof forgeriesOf>[0], isComputed: boolean): Record<string, number> =>
  Object.fromEntries(
    [...Map.groupBy(forgeriesOf(form, isComputed, about, texts), ({ kind }) => kind)].map(([kind, all]) => [
      kind,
      all.length,
    ]),
  )

describe('what is made up', () => {
  test('are texts by chance where nothing can be computed', () => {
    expect(kindsOf('ring-key', false)).toEqual({ unknown: 4, foreign: 2 })
    // Somebody else may write 16 digits, too.
    expect(kindsOf('hex16', false)).toEqual({ unknown: 4, foreign: 2 })
  })

  test('are also those that the proxy would write where that is known', () => {
    expect(kindsOf('md5', true)).toEqual({ unknown: 4, named: 2, stale: 2, foreign: 2 })
    expect(kindsOf('address', true)).toEqual({ unknown: 4, named: 2, stale: 2, expired: 2, foreign: 2 })
    // Another Service of the same gateway, beside two other gateways.
    expect(kindsOf('two-md5', true)).toEqual({ unknown: 4, named: 2, stale: 2, foreign: 3 })
    const named = forgeriesOf('md5', true, about, texts).filter(({ kind }) => kind === 'named')
    expect(named).toEqual([
      { kind: 'named', value: valuesFor('10.0.0.1:8080', [])[2], names: 'web-0' },
      { kind: 'named', value: valuesFor('10.0.0.2:8080', [])[2], names: 'web-1' },
    ])
  })

  test('are of nobody who reads them where another gateway or Service made them', () => {
    const values = forgeriesOf('two-md5', true, about, texts).flatMap(({ kind, value }) =>
      kind === 'foreign' ? [value] : [],
    )
    expect(values).not.toContain(writtenAs('two-md5', '10.0.0.1:8080', about.upstreams)[0])
    expect(values).toContain(statefulSession('10.0.0.1:8080'))
    expect(values).toContain(writtenAs('two-md5', '10.0.0.1:8080', ['shop-web-other-80'])[0])
  })

  test('is read as it would be of a proxy', () => {
    const cookie = { name: 's', value: statefulSession('10.0.0.1:8080', 1), secure: false, httpOnly: false }
    expect(describeCookie({ cookie }, '', 0)).toMatchObject({ form: 'address', names: '10.0.0.1:8080' })
    // field 2, a varint: 300 is 0xac 0x02
    const [, bytes] = /"(.*)"/.exec(statefulSession('1.2.3.4:5', 300))!
    expect([...Buffer.from(bytes!, 'base64')].slice(-3)).toEqual([0x10, 0xac, 0x02])
    expect(writtenAs('other', '10.0.0.1:8080', [])).toEqual([])
  })
})
