import type { ObjectRef } from '../../../model/findings/finding.ts'
import type { Path, PathHop } from '../../../model/affinity/leg.ts'
import { keyOf } from '../../../model/cluster/object.ts'
import { isPromise, type Policy } from '../../../model/affinity/policy.ts'
import { examplePath } from './example-path.ts'

/** A host and path in front of a Service, and what decides behind them. */
export interface PlaceInFront {
  host: string
  path: string
  by?: string
  /** The object that opens it. */
  of?: ObjectRef
  policy: Policy
  isVoid?: boolean
  /** What is configured beside it, for the choice of a Service. */
  further?: Policy[]
  /** The share of the requests that goes this way, by weights. */
  share?: number
  /** What the objects say of the path there: the longer one wins where two match. */
  pattern: string
  /** Requests get there that are like this. */
  when?: string | undefined
}

/** What the user said about where to ask: any of them. */
export interface AskedPlaces {
  hosts?: readonly string[] | undefined
  paths?: readonly string[] | undefined
}

/** Who asks: somebody outside, through a gateway; or a pod of a mesh, whose own sidecar decides. */
export type Caller = 'outside' | 'mesh'

export interface FoundPlaces {
  places: PlaceInFront[]
  notes: string[]
  /** Hosts and paths that are there, and are none of those that were asked for. */
  others: string[]
  /** All objects that open one of the places, also where another one was taken for it. */
  openers: ObjectRef[]
}

/**
 * Where requests can be sent that lead to a Service, from the ways that explain draws: those that pass an object, where
 * one is named. Pure.
 */
export function placesOf(
  paths: readonly Path[],
  target: ObjectRef | undefined,
  wanted: AskedPlaces,
  caller: Caller = 'outside',
): FoundPlaces {
  const notes: string[] = []
  const others = new Set<string>()
  const openers = new Map<string, ObjectRef>()
  const found = new Map<string, PlaceInFront>()
  for (const { entry, hops, share } of paths) {
    // Of weight 0, where nobody gets.
    if (share === 0) continue
    if (entry.kind !== (caller === 'mesh' ? 'mesh' : 'host')) continue
    if (target !== undefined && !passes({ entry, hops }, target)) continue
    const {
      hosts = optional(concreteHost(entry.host)),
      paths: asked = optional(examplePath(entry.path ?? '')),
    } = wanted
    if (hosts.length === 0 || asked.length === 0) {
      notes.push(
        `${entry.address} is left out: which ${hosts.length === 0 ? 'host' : 'path'} to ask for there is not said`,
      )
      continue
    }
    const places = hosts
      .filter((host) => matchesHost(entry.host, host))
      .flatMap((host) => asked.map((path) => ({ host, path })))
      .filter(({ path }) => wanted.paths === undefined || matchesPath(entry.path, path))
    if (places.length === 0) others.add(entry.address)
    else openers.set(keyOf(entry.of), entry.of)
    const decides = hops.find(({ role, kind }) => role === 'decides' && kind !== 'proxy')
    const hop = decides ?? hops[0]
    for (const place of places) {
      const key = `${place.host} ${place.path}`
      const pattern = entry.path ?? ''
      const known = found.get(key)
      if ((known?.pattern.length ?? -1) > pattern.length) continue
      // Ours ask for a host and a path.
      const isElse = known !== undefined && known.pattern === pattern && known.when !== entry.when
      if (isElse && known.when === undefined) continue
      const policies = policiesOf(hops, decides)
      // For callers of another namespace, or at another port, another rule may count.
      const isOpen =
        caller === 'mesh' && known !== undefined && !isElse && !isSame(known.policy, policies.policy)
      found.set(key, {
        ...place,
        of: entry.of,
        ...(hop === undefined
          ? {}
          : { by: caller === 'mesh' ? `${hop.mechanism}’s sidecar` : hop.mechanism }),
        ...policies,
        ...(isOpen ? { policy: { kind: 'unknown' } } : {}),
        ...(share === undefined ? {} : { share }),
        pattern,
        when: entry.when,
      })
    }
  }
  return { places: [...found.values()], notes, others: [...others], openers: [...openers.values()] }
}

const isSame = (one: Policy, other: Policy): boolean => JSON.stringify(one) === JSON.stringify(other)

function optional<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value]
}

/** What is promised, and what is configured beside it. */
function policiesOf(
  hops: readonly PathHop[],
  decides: PathHop | undefined,
): Pick<PlaceInFront, 'policy' | 'further' | 'isVoid'> {
  const policy = policyOf(hops, decides)
  const further = hops.flatMap(({ among }) => (among !== undefined && isPromise(among) === true ? among : []))
  const isOwn = further.length === 0 || isPromise(policy) !== false
  return {
    // Who is kept on a Service is meant to be kept on a pod.
    policy: isOwn ? policy : further[0]!,
    ...(further.length === 0 ? {} : { further }),
    ...(isVoid(hops, decides) ? { isVoid: true } : {}),
  }
}

/** Something in front is configured to stick, and the Service behind it picks. */
function isVoid(hops: readonly PathHop[], decides: PathHop | undefined): boolean {
  const isMeant = hops.some(({ role, policy }) => role === 'no-effect' && isPromise(policy) === true)
  return (
    decides === undefined && isMeant && hops.some(({ role, kind }) => role === 'decides' && kind === 'proxy')
  )
}

/**
 * What the hop decides on, or what one is configured for though it has no effect, as nobody configures it for nothing; else
 * what the last one does.
 */
function policyOf(hops: readonly PathHop[], decides: PathHop | undefined): Policy {
  if (decides !== undefined) return decides.policy
  const promised = hops.find(({ kind, policy }) => kind !== 'proxy' && isPromise(policy) === true)
  if (promised !== undefined) return promised.policy
  const last = hops.at(-1)
  if (last?.role === 'unknown') return { kind: 'unknown' }
  return last?.policy ?? { kind: 'unknown' }
}

/** Whether a way leads through an object. */
export function passes({ entry, hops }: Pick<Path, 'entry' | 'hops'>, target: ObjectRef): boolean {
  const key = keyOf(target)
  return (
    keyOf(entry.of) === key || hops.some(({ configuredBy }) => configuredBy.some((ref) => keyOf(ref) === key))
  )
}

/** A host that can be asked for: any below `*.example.com` is. */
function concreteHost(host: string | undefined): string | undefined {
  if (host === undefined || host === '*' || host === '') return undefined
  return host.startsWith('*.') ? `probe${host.slice(1)}` : host
}

/** Whether a host is one of a pattern's: `shop.example.com`, `*.example.com`, `*`. */
export function matchesHost(pattern: string | undefined, host: string): boolean {
  if (pattern === undefined || pattern === '*' || pattern === '') return true
  const name = host.replace(/:\d+$/, '').toLowerCase()
  return pattern.startsWith('*.')
    ? name.endsWith(pattern.slice(1).toLowerCase())
    : name === pattern.toLowerCase()
}

/** Prefixes and regular expressions alike; what cannot be read may match. */
function matchesPath(pattern: string | undefined, path: string): boolean {
  if (pattern === undefined || pattern === '' || path.startsWith(pattern)) return true
  if (!/[()[\]{}*+?^$|\\]/.test(pattern)) return false
  try {
    return new RegExp(`^(?:${pattern})`, 'i').test(path)
  } catch {
    return true
  }
}
