import type { LooseObject } from '../../model/object.ts'
import type { Store } from '../../model/store.ts'
import { isGranted } from '../gateway-api/backends.ts'
import { group as gatewayGroup } from '../gateway-api/objects.ts'
import type { Routing } from '../gateway-api/routing.ts'
import { at, list, record, strings, text } from '../kit/loose.ts'
import { backendTrafficPolicies, group, targetsOf } from './objects.ts'

/** Where a policy is attached, the most specific first. */
export const levels = ['rule', 'route', 'listener', 'gateway'] as const
export type Level = (typeof levels)[number]

/** The policies at each level of a rule's way, the one that counts first: the oldest, and by name among equals. */
export type Attached = Readonly<Record<Level, readonly LooseObject[]>>

/** What is attached to a rule of a route, the route, its listener and its gateway; undefined where that cannot be read. */
export function attachedTo(routing: Routing, store: Store): Attached | undefined {
  const all = store.list(backendTrafficPolicies)
  if (!all.known) return undefined
  const policies = all.value.toSorted(older)
  const { route, ruleName, attachment } = routing
  const { gateway, listener } = attachment
  const at = (object: LooseObject | undefined, section: string | undefined): LooseObject[] =>
    object === undefined ? [] : policies.filter((policy) => isAttached(policy, object, section, store))
  return {
    rule: ruleName === undefined ? [] : at(route, ruleName),
    route: at(route, undefined),
    listener: listener === undefined ? [] : at(gateway, listener),
    gateway: at(gateway, undefined),
  }
}

function older({ metadata: a }: LooseObject, { metadata: b }: LooseObject): number {
  const words = ({ creationTimestamp, namespace, name }: typeof a): string[] => [
    creationTimestamp ?? '',
    namespace ?? '',
    name,
  ]
  const [x, y] = [words(a), words(b)]
  for (const [index, word] of x.entries()) {
    const other = y[index] ?? ''
    if (word !== other) return word < other ? -1 : 1
  }
  return 0
}

/** By name, in the policy's own namespace; or by labels, which cannot mean a listener or a rule. */
function isAttached(
  policy: LooseObject,
  object: LooseObject,
  section: string | undefined,
  store: Store,
): boolean {
  const isNear = policy.metadata.namespace === object.metadata.namespace
  const isNamed =
    isNear &&
    targetsOf(policy).some(
      (target) =>
        target.kind === object.kind &&
        target.group === gatewayGroup &&
        target.name === object.metadata.name &&
        target.section === section,
    )
  if (isNamed || section !== undefined) return isNamed
  return list(at(policy.spec, 'targetSelectors')).some(
    (selector) =>
      record(selector)['kind'] === object.kind &&
      (record(selector)['group'] ?? gatewayGroup) === gatewayGroup &&
      (isNear || mayReach(policy, object, selector, store)) &&
      selects(selector, object.metadata.labels ?? {}),
  )
}

/** A selector may mean other namespaces where a grant lets it. Which labels a namespace has is not looked at. */
function mayReach(policy: LooseObject, object: LooseObject, selector: unknown, store: Store): boolean {
  if (at(selector, 'namespaces.from') !== 'All') return false
  const from = { group, kind: policy.kind, namespace: policy.metadata.namespace ?? '' }
  const { namespace = '', name } = object.metadata
  return isGranted(from, { group: gatewayGroup, kind: object.kind, namespace, name }, store) === true
}

function selects(selector: unknown, labels: Readonly<Record<string, string>>): boolean {
  const wanted = Object.entries(record(record(selector)['matchLabels']))
  return (
    wanted.every(([key, value]) => labels[key] === value) &&
    list(record(selector)['matchExpressions']).every((one) => {
      const { key, operator } = record(one)
      const value = labels[text(key) ?? '']
      const values = strings(record(one)['values'])
      if (operator === 'In') return value !== undefined && values.includes(value)
      if (operator === 'NotIn') return value === undefined || !values.includes(value)
      return operator === 'Exists' ? value !== undefined : value === undefined
    })
  )
}
