import { parseDuration } from '../../../model/common/words/amounts.ts'
import type { Policy } from '../../../model/affinity/policy.ts'
import { at, list, record, text } from '../../kit/objects/loose.ts'
import { defined } from '../../../model/common/values.ts'

/** The ways to name what is hashed; Istio takes exactly one of them. */
export const hashKeys = ['httpCookie', 'httpHeaderName', 'useSourceIp', 'httpQueryParameterName'] as const

/** What a consistentHash sticks on, in traffic that the proxy reads as HTTP. */
export function hashPolicy(hash: unknown): Policy {
  const cookie = at(hash, 'httpCookie')
  if (cookie !== undefined) return cookiePolicy(cookie)
  const header = text(at(hash, 'httpHeaderName'))
  if (header !== undefined) return { kind: 'header', name: header, points: 'into-a-hash' }
  if (at(hash, 'useSourceIp') === true) return { kind: 'hash', of: 'client address' }
  const query = text(at(hash, 'httpQueryParameterName'))
  return query === undefined ? { kind: 'none' } : { kind: 'hash', of: `parameter ${query}` }
}

/** `ttl` makes the cookie; without it a client has to bring one. `0s` is a cookie for the session of a browser. */
function cookiePolicy(cookie: unknown): Policy {
  const name = text(at(cookie, 'name'))
  const path = text(at(cookie, 'path'))
  const ttl = ttlOf(cookie)
  const attributes = list(at(cookie, 'attributes')).map(record)
  const attribute = (name: string) => attributes.find((one) => text(one['name'])?.toLowerCase() === name)
  const [domain, sameSite] = ['domain', 'samesite'].map((one) => text(attribute(one)?.['value']))
  return {
    kind: 'cookie',
    ...defined({ name, path }),
    ...(ttl === undefined || ttl === 0 ? {} : { ttlSeconds: ttl }),
    ...(attribute('secure') === undefined ? {} : { secure: true }),
    ...defined({ domain, sameSite }),
    madeBy: ttl === undefined ? 'application' : 'proxy',
    points: 'into-a-hash',
  }
}

/** As Go reads a duration: with a unit, and without days. */
const goDuration = /^[-+]?(0|((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))+)$/

/** What the API server and the webhook of istiod refuse of the values in a consistentHash: the field, and what is right. */
export function wrongValuesIn(hash: unknown): { field: string; value: unknown; wanted: string }[] {
  const isText = (value: unknown): boolean => typeof value === 'string'
  const rules: readonly [string, string, (value: unknown) => boolean][] = [
    ['httpCookie', 'has a name', (value) => Object.keys(record(value)).length > 0],
    ['httpCookie.name', 'is a text', (value) => isText(value) && value !== ''],
    ['httpCookie.path', 'is a text', isText],
    [
      'httpCookie.ttl',
      'is a duration such as 0s or 1h, without days',
      (value) => goDuration.test(String(value)) && isText(value),
    ],
    ['httpHeaderName', 'is a text', isText],
    ['httpQueryParameterName', 'is a text', isText],
    ['useSourceIp', 'is true or false', (value) => typeof value === 'boolean'],
  ]
  const cookie = at(hash, 'httpCookie')
  const isNameless = typeof cookie === 'object' && at(cookie, 'name') === undefined
  const wrong = rules.flatMap(([field, wanted, isRight]) => {
    const value = at(hash, field)
    return value === undefined || isRight(value) ? [] : [{ field, value, wanted }]
  })
  const isTold = wrong.some(({ field }) => field === 'httpCookie')
  return isNameless && !isTold ? [...wrong, { field: 'httpCookie', value: '', wanted: 'has a name' }] : wrong
}

/** Seconds; undefined where there is none, so that the proxy sets no cookie. */
export function ttlOf(cookie: unknown): number | undefined {
  const ttl = text(at(cookie, 'ttl')) ?? ''
  const ms = goDuration.test(ttl) ? parseDuration(ttl) : undefined
  return ms === undefined ? undefined : ms / 1000
}
