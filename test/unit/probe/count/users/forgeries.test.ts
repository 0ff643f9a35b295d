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
    expect(kindsOf('ring-key', false)).toEqual({ unknown: 4 })
    // Somebody else may write 16 digits, too.
    expect(kindsOf('hex16', false)).toEqual({ unknown: 4 })
  })

  test('are also those that the proxy would write where that is known', () => {
    expect(kindsOf('md5', true)).toEqual({ unknown: 4, named: 2, stale: 2 })
    expect(kindsOf('address', true)).toEqual({ unknown: 4, named: 2, stale: 2, expired: 2 })
    const named = forgeriesOf('md5', true, about, texts).filter(({ kind }) => kind === 'named')
    expect(named).toEqual([
      { kind: 'named', value: valuesFor('10.0.0.1:8080', [])[2], names: 'web-0' },
      { kind: 'named', value: valuesFor('10.0.0.2:8080', [])[2], names: 'web-1' },
    ])
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
