import type { ObjectRef } from '../../model/findings/finding.ts'
import { type LooseObject, type ObjectType, groupOf } from '../../model/cluster/object.ts'
import type { UnknownPolicy } from '../../model/affinity/policy.ts'
import type { Store } from '../../model/cluster/store.ts'
import { at, list, record, strings, text } from './loose.ts'

/** The policies of a type that point at an object of their namespace, by `targetRef` or one of `targetRefs`. */
export function policiesFor(
  type: ObjectType<LooseObject>,
  { kind, group = '', namespace = 'default', name }: ObjectRef,
  store: Store,
): readonly LooseObject[] {
  const all = store.list(type)
  if (!all.known) return []
  return all.value.filter(
    ({ spec, metadata }) =>
      (metadata.namespace ?? 'default') === namespace &&
      [at(spec, 'targetRef'), ...list(at(spec, 'targetRefs'))].some((target) => {
        const { kind: ofKind, group: ofGroup = '', name: ofName } = record(target)
        // Core is written as an empty group, as none, and by some as "v1".
        const isGroup =
          ofGroup === group || (group === '' && typeof ofGroup === 'string' && groupOf(ofGroup) === '')
        return ofKind === kind && isGroup && ofName === name
      }),
  )
}

/** What a hop sticks on where policies of one of these types could not be read; undefined where all could. */
export function unreadable(types: readonly ObjectType[], store: Store): UnknownPolicy | undefined {
  const missing = types.find((type) => !store.list(type).known)
  return missing === undefined
    ? undefined
    : { kind: 'unknown', why: `objects of kind ${missing.kind} could not be read` }
}

/** Whether a selector, of `matchLabels` and `matchExpressions`, takes these labels. */
export function selects(selector: unknown, labels: Readonly<Record<string, string>>): boolean {
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
