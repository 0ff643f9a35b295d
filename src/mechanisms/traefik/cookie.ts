import type { CookiePolicy } from '../../model/affinity/policy.ts'
import { defined } from '../../model/common/values.ts'

/** A sticky cookie as it is configured, in an annotation or in a custom resource. */
export interface CookieSettings {
  name?: string
  path?: string
  maxAge?: number
  secure?: boolean
  sameSite?: string
  domain?: string
  httpOnly?: boolean
}

/** What Traefik makes of it. Where no name is given, it makes up one of `_` and five digits. */
export function cookiePolicy(settings: CookieSettings): CookiePolicy {
  const { name, path = '/', maxAge = 0, secure, domain, sameSite } = settings
  return {
    kind: 'cookie',
    ...(name === undefined || name === '' ? {} : { name: sanitizedName(name) }),
    path,
    ...(maxAge === 0 ? {} : { ttlSeconds: maxAge }),
    ...(secure === true ? { secure: true } : {}),
    ...defined({ domain }),
    // In other letters it is left out.
    ...(/^(none|lax|strict)$/.test(sameSite ?? '') ? { sameSite } : {}),
    madeBy: 'proxy',
    points: 'at-a-pod',
    ...(maxAge < 0 ? { neverSent: 'it has expired when it comes' } : {}),
  }
}

/** Letters that a cookie's name may not hold become `_` (traefik/traefik pkg/server/cookie, v3.6.12). */
function sanitizedName(name: string): string {
  return name.replace(/[^!#$%&'*+\-.^`|~a-zA-Z0-9]/gu, '_')
}
