import type { ObjectRef } from '../../../model/findings/finding.ts'
import { type LooseObject, type ObjectType, groupOf } from '../../../model/cluster/object.ts'
import type { UnknownPolicy } from '../../../model/affinity/policy.ts'
import type { Store } from '../../../model/cluster/store.ts'
import { at, list, record, strings, text } from './loose.ts'
import { onceFor } from './once.ts'

/** The policies of a type that point at an object of their namespace, by `targetRef` or one of `targetRefs`. */
export function policiesFor(
  type: ObjectType<LooseObject>,
  { kind, group = '', namespace = 'default', name }: ObjectRef,
  store: Store,
): readonly LooseObject[] {
  const all = store.list(type)
  if (!all.known) return []
  const found = pointing(all.value).get(`${namespace}/${kind}/${name}`) ?? []
  const own = found.filter(({ group: ofGroup }) => {
    // Core is written as an empty group, as none, and by some as "v1".
    return ofGroup === group || (group === '' && typeof ofGroup === 'string' && groupOf(ofGroup) === '')
  })
  return [...new Set(own.map(({ policy }) => policy))]
}

/** By what they point at: thousands of routes and Services ask, each for its own. */
const pointing = onceFor((policies: readonly LooseObject[]) => {
  const all = policies.flatMap((policy) =>
    [at(policy.spec, 'targetRef'), ...list(at(policy.spec, 'targetRefs'))].map((target) => {
      const { kind, group = '', name } = record(target)
      const key = `${policy.metadata.namespace ?? 'default'}/${text(kind) ?? ''}/${text(name) ?? ''}`
      return { policy, group, key }
    }),
  )
  return Map.groupBy(all, ({ key }) => key)
})

/** What a hop sticks on where policies of one of these types could not be read; undefined where all could. */
export function unreadable(types: readonly ObjectType[], store: Store): UnknownPolicy | undefined {
  const missing = types.find((type) => !store.list(type).known)
  return missing === undefined
    ? undefined
    : { kind: 'unknown', why: `objects of kind ${missing.kind} could not be read` }
}

/** Whether a LabelSelector matches; an empty one matches everything (k8s.io/apimachinery, LabelSelectorAsSelector). */
export function matches(selector: unknown, labels: Readonly<Record<string, string>> = {}): boolean {
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
