import type { Mechanism } from '../../mechanisms/mechanism.ts'
import type { ObjectRef } from '../../model/findings/finding.ts'
import type { KubernetesObject } from '../../model/cluster/kubernetes.ts'
import { isEntry, type Leg } from '../../model/affinity/leg.ts'
import { isSame, keyOf, type ObjectType, refOf, resourceName } from '../../model/cluster/object.ts'
import type { Store } from '../../model/cluster/store.ts'

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
  let indexes: readonly { some: DrawersOfType; index: Index }[] | undefined
  let configured: ReadonlyMap<string, readonly Leg[]> | undefined
  const touching = (ref: ObjectRef, part: string | undefined): Leg[] => {
    const key = keyOf(ref)
    // Whoever touches the object as a whole may touch any part of it.
    const keys = part === undefined ? [key] : [placeIn(key, part), placeIn(key)]
    const legs: Leg[] = []
    indexes ??= all.map((some) => ({ some, index: indexOf(some, store) }))
    for (const { some, index } of indexes) {
      const found = new Set<KubernetesObject>()
      const own = isOfKind(some, ref) ? ownOf(some, ref, store) : undefined
      if (own !== undefined) found.add(own)
      if (index.size > 0)
        for (const one of keys) for (const object of index.get(one) ?? nobody) found.add(object)
      for (const object of found) legs.push(...draw({ by: some.by, object }))
    }
    return legs
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

/** A gateway has arrows to thousands of routes, each by a part of its own: of a part only those of it are drawn. */
function byEnd(
  touching: (ref: ObjectRef, part: string | undefined) => Leg[],
  endOf: (leg: Leg) => Leg['to'],
): (ref: ObjectRef, part?: string) => readonly Leg[] {
  const partOf = (leg: Leg): string | undefined => {
    const end = endOf(leg)
    return typeof end === 'object' ? end.part : undefined
  }
  const whole = new Map<string, readonly Leg[]>()
  const allOf = (ref: ObjectRef): readonly Leg[] => {
    const key = keyOf(ref)
    const legs = whole.get(key) ?? touching(ref, undefined).filter((leg) => isNodeOf(endOf(leg), ref))
    whole.set(key, legs)
    return legs
  }
  return (ref, part) => {
    if (part === undefined) return allOf(ref)
    const legs = touching(ref, part).filter((leg) => isNodeOf(endOf(leg), ref))
    return [...legs.filter((leg) => partOf(leg) === part), ...legs.filter((leg) => partOf(leg) === undefined)]
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
  type: ObjectType
  by: readonly Mechanism[]
  objects: readonly KubernetesObject[]
}

type Index = ReadonlyMap<string, readonly KubernetesObject[]>

/** By the list that the objects are of: thousands of Services come in groups, and what stands in front of them stays. */
const knownIndexes = new WeakMap<readonly KubernetesObject[], Index>()

/** The objects of each type that draws arrows. */
function drawersOf(store: Store, mechanisms: readonly Mechanism[]): DrawersOfType[] {
  const types = new Map(mechanisms.flatMap(({ routes }) => routes.map((type) => [resourceName(type), type])))
  return [...types].flatMap(([name, type]) => {
    const by = mechanisms.filter(({ routes }) => routes.some((route) => resourceName(route) === name))
    const objects = store.list(type)
    return objects.known && objects.value.length > 0 ? [{ type, by, objects: objects.value }] : []
  })
}

const nobody: readonly KubernetesObject[] = []

function isOfKind({ type }: DrawersOfType, { kind, group = '' }: ObjectRef): boolean {
  return type.kind === kind && type.group === group
}

function ownOf({ type }: DrawersOfType, { namespace = '', name }: ObjectRef, store: Store) {
  return store.get(type, { namespace, name })
}

/** The key of a part of an object; without one, of what touches it as a whole. */
function placeIn(key: string, part?: string): string {
  return part === undefined ? `${key}#` : `${key}#${part}`
}

/** Which objects of one type lead to which others: by the other object, and by its parts. */
function indexOf({ by, objects }: DrawersOfType, store: Store): Index {
  const before = knownIndexes.get(objects)
  if (before !== undefined) return before
  const found = new Map<string, KubernetesObject[]>()
  const leading = by.filter(({ isLast }) => isLast !== true)
  for (const object of leading.length === 0 ? nobody : objects) {
    for (const key of endsOf({ by: leading, object }, store)) {
      const members = found.get(key)
      if (members === undefined) found.set(key, [object])
      else members.push(object)
    }
  }
  knownIndexes.set(objects, found)
  return found
}

function legsOf(by: readonly Mechanism[], object: KubernetesObject, store: Store): Leg[] {
  return by.flatMap((mechanism) => [...(mechanism.legs?.(object, store) ?? [])])
}

function refined(leg: Leg, store: Store, mechanisms: readonly Mechanism[]): Leg {
  return mechanisms.reduce((before, mechanism) => mechanism.refine?.(before, store) ?? before, leg)
}

/** To what an object leads, which does not change with a store. */
function endsOf({ by, object }: Drawers, store: Store): ReadonlySet<string> {
  const own = keyOf(refOf(object))
  const ends = new Set<string>()
  for (const mechanism of by) {
    for (const { to } of mechanism.legs?.(object, store) ?? []) {
      if (typeof to !== 'object') continue
      const key = keyOf(to.object)
      if (key !== own) ends.add(key).add(placeIn(key, to.part))
    }
  }
  return ends
}

function isNodeOf(end: Leg['to'], ref: ObjectRef): boolean {
  return typeof end === 'object' && isSame(end.object, ref)
}
