import { parseDuration } from '../../../model/common/duration.ts'
import type { Policy } from '../../../model/affinity/policy.ts'
import { at, list, record, text } from '../../kit/loose.ts'
import { defined } from '../../../model/common/defined.ts'

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
  const isSecure = list(at(cookie, 'attributes')).some(
    (one) => text(record(one)['name'])?.toLowerCase() === 'secure',
  )
  return {
    kind: 'cookie',
    ...defined({ name, path }),
    ...(ttl === undefined || ttl === 0 ? {} : { ttlSeconds: ttl }),
    ...(isSecure ? { secure: true } : {}),
    madeBy: ttl === undefined ? 'application' : 'proxy',
    points: 'into-a-hash',
  }
}

/** Seconds; undefined where there is none, so that the proxy sets no cookie. */
export function ttlOf(cookie: unknown): number | undefined {
  const ms = parseDuration(text(at(cookie, 'ttl')) ?? '')
  return ms === undefined ? undefined : ms / 1000
}
