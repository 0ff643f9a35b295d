import { byCreation, byText } from '../kit/objects/age.ts'
import type { LooseObject } from '../../model/cluster/object.ts'
import type { Store } from '../../model/cluster/store.ts'
import { isGranted } from '../gateway-api/routes/backends.ts'
import { group as gatewayGroup } from '../gateway-api/objects.ts'
import type { Routing } from '../gateway-api/routes/routing.ts'
import { at, list, record } from '../kit/objects/loose.ts'
import { onceFor } from '../kit/objects/once.ts'
import { matches } from '../kit/objects/targeting.ts'
import { backendTrafficPolicies, group, targetsOf } from './objects.ts'

/** Where a policy is attached, the most specific first. */
export const levels = ['rule', 'route', 'listener', 'gateway'] as const
export type AttachedAt = (typeof levels)[number]

/** The policies at each level of a rule's way, the one that counts first: the oldest, and by name among equals. */
export type Attached = Readonly<Record<AttachedAt, readonly LooseObject[]>>

/** What is attached to a rule of a route, the route, its listener and its gateway; undefined where that cannot be read. */
export function attachedTo(routing: Routing, store: Store): Attached | undefined {
  const all = store.list(backendTrafficPolicies)
  if (!all.known) return undefined
  const { named, selecting } = indexIn(all.value)
  const { route, ruleName, attachment } = routing
  const { gateway, listener, set } = attachment
  const attached = (object: LooseObject | undefined, section?: string): LooseObject[] => {
    if (object === undefined) return []
    const byName = named.get(keyOf(object.kind, object.metadata, section)) ?? []
    const byLabel =
      section === undefined ? selecting.filter((policy) => isSelected(policy, object, store)) : []
    return byLabel.length === 0 ? byName : [...new Set([...byName, ...byLabel])].toSorted(older)
  }
  // A set is nearer than its gateway, and its listeners are none of the gateway's own.
  const holder = set === undefined ? gateway : set.object
  const ofSet = set === undefined ? [] : attached(set.object)
  return {
    rule: ruleName === undefined ? [] : attached(route, ruleName),
    route: attached(route),
    listener: [...(listener === undefined ? [] : attached(holder, listener)), ...ofSet],
    gateway: attached(gateway),
  }
}

interface Index {
  /** By kind, place and section of what they name; the oldest first. */
  named: ReadonlyMap<string, LooseObject[]>
  selecting: readonly LooseObject[]
}

/** A policy names objects of its own namespace only. Every arrow asks. */
const indexIn = onceFor((all: readonly LooseObject[]): Index => {
  const named = new Map<string, LooseObject[]>()
  for (const policy of all.toSorted(older)) {
    const keys = targetsOf(policy)
      .filter(({ group: of }) => of === gatewayGroup)
      .map(({ kind, name, section }) => keyOf(kind, { ...policy.metadata, name }, section))
    for (const key of new Set(keys)) {
      const before = named.get(key)
      if (before === undefined) named.set(key, [policy])
      else before.push(policy)
    }
  }
  return { named, selecting: all.filter(({ spec }) => list(at(spec, 'targetSelectors')).length > 0) }
})

/** The policies that name the whole of an object, the oldest first: that one counts. */
export function policiesNaming({ kind, metadata }: LooseObject, store: Store): readonly LooseObject[] {
  const all = store.list(backendTrafficPolicies)
  return all.known ? (indexIn(all.value).named.get(keyOf(kind, metadata)) ?? []) : []
}

function keyOf(kind: string, { namespace = '', name }: LooseObject['metadata'], section = ''): string {
  return `${kind} ${namespace}/${name} ${section}`
}

function older(a: LooseObject, b: LooseObject): number {
  const [x, y] = [a.metadata, b.metadata]
  return byCreation(a, b) || byText(x.namespace ?? '', y.namespace ?? '') || byText(x.name, y.name)
}

/** By labels, which cannot mean a listener or a rule. */
function isSelected(policy: LooseObject, object: LooseObject, store: Store): boolean {
  const isNear = policy.metadata.namespace === object.metadata.namespace
  return list(at(policy.spec, 'targetSelectors')).some(
    (selector) =>
      record(selector)['kind'] === object.kind &&
      (record(selector)['group'] ?? gatewayGroup) === gatewayGroup &&
      (isNear || mayReach(policy, object, selector, store)) &&
      matches(selector, object.metadata.labels),
  )
}

/** A selector may mean other namespaces where a grant lets it. Which labels a namespace has is not looked at. */
function mayReach(policy: LooseObject, object: LooseObject, selector: unknown, store: Store): boolean {
  if (at(selector, 'namespaces.from') !== 'All') return false
  const from = { group, kind: policy.kind, namespace: policy.metadata.namespace ?? '' }
  const { namespace = '', name } = object.metadata
  return isGranted(from, { group: gatewayGroup, kind: object.kind, namespace, name }, store) === true
}
