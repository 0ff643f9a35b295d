import type { ObjectRef } from '../../model/findings/finding.ts'
import {
  type Entry,
  type HopRole,
  isEntry,
  type Leg,
  type Stop,
  type Path,
  type PathHop,
} from '../../model/affinity/leg.ts'
import { keyOf } from '../../model/cluster/object.ts'
import { type Policy, sticks } from '../../model/affinity/policy.ts'
import { refusedBy } from '../../mechanisms/kit/legs/cookies.ts'
import type { Network } from './network.ts'

/** More objects than this, one after the other, are a circle. */
const longest = 12

/** Every way that passes an object: up to the entries, and down to the pods. */
export function pathsThrough(ref: ObjectRef, network: Network): Path[] {
  return up({ object: ref }, network, 0)
    .flatMap((before) => down(before, network, 0))
    .map(toPath)
}

/** The same, and every way with a hop that the object configures from beside it, as a policy does. */
export function pathsAbout(ref: ObjectRef, network: Network): Path[] {
  const key = keyOf(ref)
  const passes = ({ to }: Leg): boolean => typeof to === 'object' && keyOf(to.object) === key
  const beside = network.configuredBy(ref).flatMap((leg) => {
    const { from } = leg
    const before = isEntry(from)
      ? [[leg]]
      : up(from, network, 0).flatMap((some) => (follows(leg, some.at(-1)) ? [[...some, leg]] : []))
    const all = before.flatMap((legs) => down(legs, network, 0))
    return all.filter((legs) => !legs.some(passes)).map(toPath)
  })
  return [...pathsThrough(ref, network), ...beside]
}

/** The arrows from entries up to the object, each way from its beginning. */
function up({ object, part }: Stop, network: Network, depth: number): Leg[][] {
  if (depth > longest) return []
  return network.into(object, part).flatMap((leg): Leg[][] => {
    const { from } = leg
    if (isEntry(from)) return [[leg]]
    return up(from, network, depth + 1)
      .filter((before) => follows(leg, before.at(-1)))
      .map((before) => [...before, leg])
  })
}

/** The way to its end; where a hop picks the pods itself, this is the end. */
function down(before: readonly Leg[], network: Network, depth: number): Leg[][] {
  const last = before.at(-1)
  if (last === undefined || typeof last.to !== 'object' || depth > longest) return [[...before]]
  if (last.arrival === 'pods' || last.arrival === 'unknown') return [[...before]]
  const next = network.outOf(last.to.object, last.to.part).filter((leg) => follows(leg, last))
  return next.length === 0 ? [[...before]] : next.flatMap((leg) => down([...before, leg], network, depth + 1))
}

/** Whether what came by one arrow may leave by the other: the same part of the object, and the right way in. */
function follows({ from, after }: Leg, before: Leg | undefined): boolean {
  if (before === undefined || typeof before.to !== 'object' || isEntry(from)) return false
  const isPart = from.part === undefined || before.to.part === undefined || from.part === before.to.part
  return isPart && (after === undefined || after === before.arrival)
}

function toPath(legs: readonly Leg[]): Path {
  const entry = legs[0]?.from as Entry
  const shares = legs.flatMap(({ share }) => share ?? [])
  return {
    entry,
    hops: legs.flatMap((leg) => hopOf(leg, entry)),
    end: endOf(legs.at(-1)),
    ...(shares.length === 0 ? {} : { share: shares.reduce((a, b) => a * b, 1) }),
  }
}

function hopOf(leg: Leg, entry: Entry): PathHop[] {
  const { hop, arrival, to, field } = leg
  if (hop === undefined) return []
  return [
    {
      ...hop,
      policy: metAt(hop.policy, entry),
      role: roleOf(leg),
      arrival,
      ...(typeof to === 'object' ? { next: to.object } : {}),
      ...(field === undefined ? {} : { field }),
    },
  ]
}

/** A cookie counts where browsers take it. */
function metAt(policy: Policy, entry: Entry): Policy {
  const refused = policy.kind === 'cookie' ? refusedBy(policy, entry)?.why : undefined
  return refused === undefined ? policy : ({ ...policy, refused } as Policy)
}

function endOf(last: Leg | undefined): Path['end'] {
  if (last?.to === 'elsewhere') return 'elsewhere'
  return last?.to === 'pods' || last?.arrival === 'pods' ? 'pods' : 'unknown'
}

/** The part of a hop follows from how the next stage is met. */
function roleOf({ hop, to, arrival }: Leg): HopRole {
  const isSticky = hop !== undefined && sticks(hop.policy) === true
  // The client picks for itself, whatever is configured.
  if (hop?.taken?.isAll === true) return 'no-effect'
  if (hop?.kind === 'dns') return isSticky ? 'no-effect' : 'picks'
  if (arrival === 'unknown') return 'unknown'
  if (to === 'pods' || arrival === 'pods') return 'decides'
  // One address is no choice: a cookie that is kept for it keeps nobody on a pod.
  return isSticky && arrival === 'cluster-ip' ? 'no-effect' : 'picks'
}
