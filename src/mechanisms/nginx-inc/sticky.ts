import type { CookiePolicy } from '../../model/affinity/policy.ts'

/** What `sticky-cookie-services` says of one Service. */
export interface StickyService {
  service: string
  policy: CookiePolicy
}

/**
 * `serviceName=web srv_id expires=1h path=/;serviceName=…` (internal/configs/parsing_helpers.go): the parameters are those
 * of NGINX's `sticky cookie`. What cannot be read comes as words.
 */
export function parseStickyServices(value: string): { services: StickyService[]; problems: string[] } {
  const services: StickyService[] = []
  const problems: string[] = []
  for (const part of value.split(';')) {
    if (part.trim() === '') continue
    const [first = '', name, ...rest] = part.trim().split(/\s+/)
    const service = /^serviceName=(.+)$/.exec(first)?.[1]
    if (service === undefined) problems.push(`"${part.trim()}" does not begin with serviceName=`)
    else if (name === undefined || name.includes('='))
      problems.push(`no name of a cookie follows serviceName=${service}`)
    else services.push({ service, policy: stickyCookie(name, rest) })
  }
  return { services, problems }
}

function stickyCookie(name: string, parameters: readonly string[]): CookiePolicy {
  const valueOf = (key: string): string | undefined =>
    parameters.find((word) => word.startsWith(`${key}=`))?.slice(key.length + 1)
  return cookieOf({
    name,
    path: valueOf('path'),
    expires: valueOf('expires'),
    secure: parameters.includes('secure'),
  })
}

interface Cookie {
  name: string
  path: string | undefined
  expires: string | undefined
  secure: boolean
}

/** The cookie of NGINX's `sticky cookie`: it names the pod, and is sent with every answer. */
export function cookieOf({ name, path, expires, secure }: Cookie): CookiePolicy {
  const ttlSeconds = secondsOf(expires)
  return {
    kind: 'cookie',
    name,
    ...(path === undefined ? {} : { path }),
    ...(ttlSeconds === undefined ? {} : { ttlSeconds }),
    ...(secure ? { secure } : {}),
    madeBy: 'proxy',
    points: 'at-a-pod',
  }
}

const units: Readonly<Record<string, number>> = {
  ms: 0.001,
  '': 1,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  M: 2_592_000,
  y: 31_536_000,
}

/** A time of NGINX: `1h`, `1h 30m`; `max` is 2037, which is no time to count with. */
function secondsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const parts = [...text.matchAll(/(\d+)(ms|[smhdwMy]?)/g)]
  if (parts.map(([word]) => word).join('') !== text.replaceAll(' ', '') || parts.length === 0)
    return undefined
  return Math.round(parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (units[unit] ?? 1), 0))
}
