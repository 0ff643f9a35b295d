import type { Policy } from '../../model/affinity/policy.ts'

/** What a load balancer of Skipper may be (loadbalancer/algorithm.go); the case counts. */
export const algorithms = ['roundRobin', 'random', 'consistentHash', 'powerOfRandomNChoices', 'leastRequests']

/** The argument of `consistentHashKey` in filters, where it is there; of several the last one wins. */
export function keyIn(filters: string): string | undefined {
  return [...filters.matchAll(/\bconsistentHashKey\(\s*(?:"([^"]*)"|`([^`]*)`|'([^']*)')\s*\)/g)]
    .map(([, double, back, single]) => double ?? back ?? single)
    .at(-1)
}

/** Whether a bound on the load is set, at which the next pod is taken. */
export function hasBalanceFactor(filters: string): boolean {
  return /\bconsistentHashBalanceFactor\(/.test(filters)
}

/**
 * What an algorithm sticks on. The key is the client's address (the first of X-Forwarded-For, else the peer) unless a
 * filter says another; a request that lacks a part of that one falls back to its address (filters/consistenthash/key.go).
 */
export function hashPolicy(algorithm: string | undefined, filters: string): Policy {
  if (algorithm === undefined)
    return {
      kind: 'unknown',
      why: 'the algorithm that is usual here cannot be seen: Skipper reads it from a file',
    }
  if (algorithm !== 'consistentHash') return { kind: 'none' }
  const key = keyIn(filters)
  const [, only] = /^\$\{([^{}]+)\}$/.exec(key ?? '') ?? []
  if (key === undefined || only === 'request.source') return { kind: 'hash', of: 'client address' }
  const [, part, name = ''] = /^request\.(header|cookie|query)\.(.+)$/.exec(only ?? '') ?? []
  const points = 'into-a-hash'
  if (part === 'header') return { kind: 'header', name, points }
  // Skipper sets none by itself.
  if (part === 'cookie') return { kind: 'cookie', name, madeBy: 'application', points }
  return { kind: 'hash', of: part === 'query' ? `parameter ${name}` : key }
}
