import type { Mechanism } from '../mechanisms/mechanism.ts'
import type { ObjectRef } from '../model/findings/finding.ts'
import type { KubernetesObject } from '../model/cluster/kubernetes.ts'
import { isEntry, type Leg } from '../model/affinity/leg.ts'
import { keyOf, refOf, resourceName } from '../model/cluster/object.ts'
import type { Store } from '../model/cluster/store.ts'

/** All arrows, by their ends; with a part, those of the part and of the whole object. */
export interface Network {
  into(ref: ObjectRef, part?: string): readonly Leg[]
  outOf(ref: ObjectRef, part?: string): readonly Leg[]
  /** Those with a hop that the object configures without being met on the way: all have to be drawn for it. */
  configuredBy(ref: ObjectRef): readonly Leg[]
}

/** What an object touches, itself included: found out once for each, as where it leads does not change with a store. */
const knownEnds = new WeakMap<KubernetesObject, ReadonlySet<string>>()

/**
 * The arrows of all objects of a store. Those of an object are drawn when somebody comes by: one Service of a namespace
 * does not need the routes of all others.
 */
export function networkOf(store: Store, mechanisms: readonly Mechanism[]): Network {
  const all = drawersOf(store, mechanisms)
  const refiners = mechanisms.filter((mechanism) => 'refine' in mechanism)
  const drawn = new Map<KubernetesObject, readonly Leg[]>()
  const draw = ({ by, object }: Drawers): readonly Leg[] => {
    const before = drawn.get(object)
    if (before !== undefined) return before
    const legs = legsOf(by, object, store).map((leg) => refined(leg, store, refiners))
    drawn.set(object, legs)
    return legs
  }
  let index: ReadonlyMap<string, readonly Drawers[]> | undefined
  let configured: ReadonlyMap<string, readonly Leg[]> | undefined
  const touching = (ref: ObjectRef): readonly Leg[] => {
    index ??= indexed()
    return (index.get(keyOf(ref)) ?? []).flatMap((one) => draw(one))
  }
  const indexed = (): ReadonlyMap<string, readonly Drawers[]> => {
    const found = new Map<string, Drawers[]>()
    for (const one of all) {
      for (const key of endsOf(one, store)) {
        const members = found.get(key)
        if (members === undefined) found.set(key, [one])
        else members.push(one)
      }
    }
    return found
  }
  return {
    into: byEnd(touching, ({ to }) => to),
    outOf: byEnd(touching, ({ from }) => (isEntry(from) ? 'elsewhere' : from)),
    configuredBy: (ref) => {
      configured ??= byConfiguration(all.flatMap((one) => draw(one)))
      return configured.get(keyOf(ref)) ?? []
    },
  }
}

/** A gateway has arrows to thousands of routes, each by a part of its own. */
function byEnd(
  touching: (ref: ObjectRef) => readonly Leg[],
  endOf: (leg: Leg) => Leg['to'],
): (ref: ObjectRef, part?: string) => readonly Leg[] {
  const partOf = (leg: Leg): string | undefined => {
    const end = endOf(leg)
    return typeof end === 'object' ? end.part : undefined
  }
  const tables = new Map<
    string,
    { all: readonly Leg[]; parts: ReadonlyMap<string | undefined, readonly Leg[]> }
  >()
  return (ref, part) => {
    const key = keyOf(ref)
    let table = tables.get(key)
    if (table === undefined) {
      const all = touching(ref).filter((leg) => isNodeOf(endOf(leg), ref))
      table = { all, parts: Map.groupBy(all, partOf) }
      tables.set(key, table)
    }
    if (part === undefined) return table.all
    return [...(table.parts.get(part) ?? []), ...(table.parts.get(undefined) ?? [])]
  }
}

function byConfiguration(legs: readonly Leg[]): ReadonlyMap<string, readonly Leg[]> {
  const found = new Map<string, Leg[]>()
  for (const leg of legs) {
    for (const ref of leg.hop?.configuredBy ?? []) {
      if (!isEntry(leg.from) && isNodeOf(leg.from, ref)) continue
      const key = keyOf(ref)
      const members = found.get(key)
      if (members === undefined) found.set(key, [leg])
      else members.push(leg)
    }
  }
  return found
}

/** An object, and every mechanism that may draw arrows of it. */
interface Drawers {
  by: readonly Mechanism[]
  object: KubernetesObject
}

function drawersOf(store: Store, mechanisms: readonly Mechanism[]): Drawers[] {
  const types = new Map(mechanisms.flatMap(({ routes }) => routes.map((type) => [resourceName(type), type])))
  return [...types].flatMap(([name, type]) => {
    const by = mechanisms.filter(({ routes }) => routes.some((route) => resourceName(route) === name))
    const objects = store.list(type)
    return objects.known ? objects.value.map((object) => ({ by, object })) : []
  })
}

function legsOf(by: readonly Mechanism[], object: KubernetesObject, store: Store): Leg[] {
  return by.flatMap((mechanism) => [...mechanism.legs(object, store)])
}

function refined(leg: Leg, store: Store, mechanisms: readonly Mechanism[]): Leg {
  return mechanisms.reduce((before, mechanism) => mechanism.refine?.(before, store) ?? before, leg)
}

function endsOf({ by, object }: Drawers, store: Store): ReadonlySet<string> {
  const known = knownEnds.get(object)
  if (known !== undefined) return known
  const ends = new Set([keyOf(refOf(object))])
  for (const { to } of legsOf(by, object, store)) if (typeof to === 'object') ends.add(keyOf(to.object))
  knownEnds.set(object, ends)
  return ends
}

function isNodeOf(end: Leg['to'], ref: ObjectRef): boolean {
  return typeof end === 'object' && keyOf(end.object) === keyOf(ref)
}
