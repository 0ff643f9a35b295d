import type { Policy } from '../../model/affinity/policy.ts'
import { at, list, record, text } from '../kit/objects/loose.ts'

/** All strategies; whatever else is written is round robin without a word. */
export const strategies = ['Random', 'RoundRobin', 'WeightedLeastRequest', 'Cookie', 'RequestHash']

/** The cookie of strategy Cookie (internal/dag/policy.go, v1.33.8): nothing of it can be set. */
export const cookieName = 'X-Contour-Session-Affinity'

/** What `loadBalancerPolicy` of a route sticks on. */
export function routePolicy(balancer: unknown): Policy {
  const strategy = at(balancer, 'strategy')
  if (strategy === 'Cookie')
    return { kind: 'cookie', name: cookieName, path: '/', madeBy: 'proxy', points: 'into-a-hash' }
  if (strategy !== 'RequestHash') return { kind: 'none' }
  const parts = list(at(balancer, 'requestHashPolicies')).flatMap((one) => hashedBy(one) ?? [])
  const [first, ...more] = parts
  if (first === undefined) return { kind: 'none' }
  if (more.length === 0 && first.header !== undefined)
    return { kind: 'header', name: first.header, points: 'into-a-hash' }
  return { kind: 'hash', of: parts.map(({ words }) => words).join(', ') }
}

interface HashPart {
  words: string
  header?: string
}

/** What one element hashes; undefined where Contour passes it over: it wants exactly one of three. */
export function hashedBy(one: unknown): HashPart | undefined {
  const header = at(one, 'headerHashOptions')
  const parameter = at(one, 'queryParameterHashOptions')
  const isAddress = at(one, 'hashSourceIP') === true
  const given = [isAddress, header !== undefined, parameter !== undefined].filter(Boolean).length
  if (given !== 1) return undefined
  if (isAddress) return { words: 'client address' }
  if (header !== undefined) {
    const name = text(at(header, 'headerName'))
    return name === undefined || !/^[\w!#$%&'*+.^`|~-]+$/.test(name)
      ? undefined
      : { words: `header ${name}`, header: name }
  }
  const name = text(record(parameter)['parameterName'])
  return name === undefined ? undefined : { words: `parameter ${name.toLowerCase()}` }
}
