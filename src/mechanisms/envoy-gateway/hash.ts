import type { Policy } from '../../model/affinity/policy.ts'
import { hashedCookie } from '../kit/legs/envoy.ts'
import { at, list, record, text } from '../kit/objects/loose.ts'

/** What `spec.loadBalancer` sticks on; undefined where it does not hash. */
export function hashPolicyOf(
  loadBalancer: Readonly<Record<string, unknown>> | undefined,
): Policy | undefined {
  if (loadBalancer?.['type'] !== 'ConsistentHash') return undefined
  const hash = loadBalancer['consistentHash']
  switch (at(hash, 'type')) {
    case 'Cookie':
      return cookieOf(at(hash, 'cookie'))
    case 'Header':
    case 'Headers': {
      const names = headersOf(hash)
      return {
        kind: 'header',
        ...(names.length === 0 ? {} : { name: names.join(', ') }),
        points: 'into-a-hash',
      }
    }
    case 'SourceIP':
      return { kind: 'hash', of: 'client address' }
    case 'QueryParams': {
      const names = list(at(hash, 'queryParams')).flatMap((one) => text(record(one)['name']) ?? [])
      return { kind: 'hash', of: `parameter ${names.join(', ')}` }
    }
    default:
      return undefined
  }
}

function headersOf(hash: unknown): string[] {
  const all = at(hash, 'type') === 'Header' ? [at(hash, 'header')] : list(at(hash, 'headers'))
  return all.flatMap((one) => text(record(one)['name']) ?? [])
}

function cookieOf(cookie: unknown): Policy {
  return hashedCookie({
    name: text(at(cookie, 'name')),
    path: attributeOf(cookie, 'Path'),
    ttl: text(at(cookie, 'ttl')),
    isSecure: attributeOf(cookie, 'Secure') !== undefined,
    domain: attributeOf(cookie, 'Domain'),
    sameSite: attributeOf(cookie, 'SameSite'),
  })
}

/** An attribute of the cookie; their names are not told apart by case. */
export function attributeOf(cookie: unknown, name: string): string | undefined {
  const found = Object.entries(record(record(cookie)['attributes'])).find(
    ([key]) => key.toLowerCase() === name.toLowerCase(),
  )
  return found === undefined ? undefined : String(found[1])
}

/** Envoy's tables have a prime size up to this; Envoy Gateway answers 500 otherwise. */
const largestTable = 5_000_011

/** Whether `tableSize` is one that Envoy Gateway takes. */
export function isTableSize(value: unknown): boolean {
  if (value === undefined) return true
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 2 || value > largestTable) return false
  for (let factor = 2; factor * factor <= value; factor++) if (value % factor === 0) return false
  return true
}
