import type { Policy } from '../../../model/affinity/policy.ts'
import { parseDuration } from '../../../model/common/words/amounts.ts'
import { defined } from '../../../model/common/values.ts'

/** A cookie that Envoy hashes, as an object writes it. */
export interface HashedCookie {
  name?: string | undefined
  path?: string | undefined
  ttl?: string | undefined
  isSecure?: boolean
  domain?: string | undefined
  sameSite?: string | undefined
}

/** Without `ttl` Envoy makes no cookie; with `0s` one that lasts as long as the browser. */
export function hashedCookie(cookie: HashedCookie): Policy {
  const { name, path, ttl, isSecure = false, domain, sameSite } = cookie
  const ms = ttl === undefined ? undefined : parseDuration(ttl)
  const ttlSeconds = Math.floor((ms ?? 0) / 1000)
  return {
    kind: 'cookie',
    ...defined({ name, path, domain, sameSite }),
    ...(ttlSeconds === 0 ? {} : { ttlSeconds }),
    ...(isSecure ? { secure: true } : {}),
    madeBy: ttl === undefined ? 'application' : 'proxy',
    points: 'into-a-hash',
  }
}
