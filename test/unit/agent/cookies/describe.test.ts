import { describe, expect, test } from 'vitest'
import { describeCookie, digestOf } from '../../../../src/agent/cookies/describe.ts'
import { parseSetCookie } from '../../../../src/agent/cookies/parse.ts'
import type { SetCookie } from '../../../../src/model/probe/cookies/cookie.ts'

function described(header: string): SetCookie {
  const cookie = parseSetCookie(header)
  if (cookie === undefined) throw new Error(`${header} sets nothing`)
  return describeCookie({ cookie }, 'salt', 0)
}

/** As Envoy writes it: field 1 the address, field 2 the end. */
function envoy(address: string): string {
  const bytes = Buffer.concat([
    Buffer.from([0x0a, address.length]),
    Buffer.from(address),
    Buffer.from([0x10, 0x7b]),
  ])
  return `"${bytes.toString('base64')}"`
}

describe('what a value looks like', () => {
  test.each([
    ['route=1700000000.123.45.678901|0123456789abcdef0123456789abcdef', 'ring-key'],
    ['route=0123456789abcdef0123456789abcdef|0123456789abcdef0123456789abcdef', 'two-md5'],
    ['_c="0123456789abcdef"', 'quoted-hash'],
    ['_c=0123456789abcdef', 'hex16'],
    ['srv=0123456789abcdef0123456789abcdef', 'md5'],
    ['sid=s%3Aabc.def', 'other'],
    ['sid="Chello"', 'other'],
    ['AWSALB=Ab/c+d==', 'other'],
  ])('%s: %s', (header, form) => {
    expect(described(header).form).toBe(form)
  })

  test.each(['10.244.1.7:80', '10.244.101.207:8080', '[fd89:244:0:1::7]:8080'])('names %s', (address) => {
    expect(described(`s=${envoy(address)}`)).toMatchObject({ form: 'address', names: address })
  })
})

test('no value is told, only what tells it from others of the run', () => {
  const { digest, ...rest } = described('sid=secret; Path=/a; Max-Age=5; HttpOnly; SameSite=Lax')
  expect(rest).toEqual({
    name: 'sid',
    length: 6,
    form: 'other',
    path: '/a',
    lifetimeSeconds: 5,
    httpOnly: true,
    sameSite: 'Lax',
  })
  expect(digest).toBe(digestOf('secret', 'salt'))
  expect(digest).not.toBe(digestOf('secret', 'other'))
  expect(digest).not.toBe(digestOf('secre', 'salt'))
})

test.each([
  ['a name that a proxy is configured for', 'route=29f74cc3b98ee8936bb1a6afbfc49ed7', true],
  ['a form that only a proxy writes', 'x="0123456789abcdef"', true],
  ['a name that only a proxy uses', 'AWSALB=anything', true],
  ['a configured name with a value of nobody knows whom', 'route=secret', false],
  ['the session of an application', 'JSESSIONID=29f74cc3b98ee8936bb1a6afbfc49ed7', false],
])('where values are told, %s: %s', (_what, header, isTold) => {
  const taken = { cookie: parseSetCookie(header)! }
  const { value } = describeCookie(taken, 's', 0, new Set(['route']))
  expect(value === undefined).toBe(!isTold)
  expect(describeCookie(taken, 's', 0).value).toBeUndefined()
})
