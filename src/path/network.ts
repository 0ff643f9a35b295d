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
  let indexes: readonly Index[] | undefined
  let configured: ReadonlyMap<string, readonly Leg[]> | undefined
  const touching = (ref: ObjectRef): readonly Leg[] => {
    indexes ??= all.map((some) => indexOf(some, store)).filter(({ size }) => size > 0)
    const key = keyOf(ref)
    return indexes.flatMap((index) => index.get(key) ?? []).flatMap((one) => draw(one))
  }
  return {
    into: byEnd(touching, ({ to }) => to),
    outOf: byEnd(touching, ({ from }) => (isEntry(from) ? 'elsewhere' : from)),
    configuredBy: (ref) => {
      configured ??= byConfiguration(
        all.flatMap(({ by, objects }) => objects.flatMap((object) => draw({ by, object }))),
      )
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

interface DrawersOfType {
  by: readonly Mechanism[]
  objects: readonly KubernetesObject[]
}

type Index = ReadonlyMap<string, readonly Drawers[]>

/** By the list that the objects are of: thousands of Services come in groups, and what stands in front of them stays. */
const knownIndexes = new WeakMap<readonly KubernetesObject[], Index>()

/** The objects of each type that draws arrows. */
function drawersOf(store: Store, mechanisms: readonly Mechanism[]): DrawersOfType[] {
  const types = new Map(mechanisms.flatMap(({ routes }) => routes.map((type) => [resourceName(type), type])))
  return [...types].flatMap(([name, type]) => {
    const by = mechanisms.filter(({ routes }) => routes.some((route) => resourceName(route) === name))
    const objects = store.list(type)
    return objects.known ? [{ by, objects: objects.value }] : []
  })
}

/** Who touches what, of the objects of one type. */
function indexOf({ by, objects }: DrawersOfType, store: Store): Index {
  const before = knownIndexes.get(objects)
  if (before !== undefined) return before
  const found = new Map<string, Drawers[]>()
  for (const object of objects) {
    const one = { by, object }
    for (const key of endsOf(one, store)) {
      const members = found.get(key)
      if (members === undefined) found.set(key, [one])
      else members.push(one)
    }
  }
  knownIndexes.set(objects, found)
  return found
}

function legsOf(by: readonly Mechanism[], object: KubernetesObject, store: Store): Leg[] {
  return by.flatMap((mechanism) => [...mechanism.legs(object, store)])
}

function refined(leg: Leg, store: Store, mechanisms: readonly Mechanism[]): Leg {
  return mechanisms.reduce((before, mechanism) => mechanism.refine?.(before, store) ?? before, leg)
}

/** What an object touches, itself included. Where it leads does not change with a store. */
function endsOf({ by, object }: Drawers, store: Store): ReadonlySet<string> {
  const ends = new Set([keyOf(refOf(object))])
  for (const { to } of legsOf(by, object, store)) if (typeof to === 'object') ends.add(keyOf(to.object))
  return ends
}

function isNodeOf(end: Leg['to'], ref: ObjectRef): boolean {
  return typeof end === 'object' && keyOf(end.object) === keyOf(ref)
}
