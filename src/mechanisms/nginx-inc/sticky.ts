import type { CookiePolicy } from '../../model/affinity/policy.ts'
import { defined } from '../../model/common/values.ts'

/** What `sticky-cookie-services` says of one Service. */
export interface StickyService {
  service: string
  policy: CookiePolicy
}

/**
 * `serviceName=web srv_id expires=1h path=/;serviceName=…` (internal/configs/parsing_helpers.go): the parameters are those
 * of NGINX's `sticky cookie`. What cannot be read comes as words: then nothing of it counts, as the Ingress is refused.
 */
export function parseStickyServices(value: string): { services: StickyService[]; problems: string[] } {
  const services: StickyService[] = []
  const problems: string[] = []
  for (const part of value.split(';')) {
    const [first = '', ...rest] = part.split(' ')
    const [, service, ...more] = first.split('=')
    const [name, ...parameters] = rest.filter((word) => word !== '')
    if (part.trim() === '') problems.push('nothing stands before or after a semicolon')
    else if (first === '') problems.push(`a space stands before "${part.trim()}"`)
    else if (service === undefined || more.length > 0)
      problems.push(`"${part}" does not begin with serviceName=`)
    else if (name === undefined || name.includes('=')) problems.push(`no name of a cookie follows ${first}`)
    else if (/["$]|\\$/.test(part)) problems.push(`"${part}" has one of " $ \\`)
    else services.push({ service, policy: stickyCookie(name, parameters) })
  }
  return { services: problems.length > 0 ? [] : services, problems }
}

function stickyCookie(name: string, parameters: readonly string[]): CookiePolicy {
  const valueOf = (key: string): string | undefined =>
    parameters.find((word) => word.startsWith(`${key}=`))?.slice(key.length + 1)
  return cookieOf({
    name,
    path: valueOf('path'),
    expires: valueOf('expires'),
    secure: parameters.includes('secure'),
    domain: valueOf('domain'),
    sameSite: valueOf('samesite'),
  })
}

interface Cookie {
  name: string
  path: string | undefined
  expires: string | undefined
  secure: boolean
  domain: string | undefined
  sameSite: string | undefined
}

/** The cookie of NGINX's `sticky cookie`: it names the pod, and is sent with every answer. */
export function cookieOf({ name, path, expires, secure, domain, sameSite }: Cookie): CookiePolicy {
  const ttlSeconds = secondsOf(expires)
  return {
    kind: 'cookie',
    name,
    ...defined({ path, ttlSeconds, domain, sameSite }),
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
