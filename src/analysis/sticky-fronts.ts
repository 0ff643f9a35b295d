import { targetKinds } from '../mechanisms/index.ts'
import type { Path } from '../model/affinity/leg.ts'
import { sticks } from '../model/affinity/policy.ts'
import type { TargetRef } from '../model/affinity/target.ts'
import { distinctBy } from '../model/common/values.ts'

/** What stands in front of a Service and keeps clients by something of its own, such as a cookie. */
export function stickyFronts(paths: readonly Path[]): TargetRef[] {
  const found = paths.flatMap(({ entry: { of, kind }, hops }) => {
    const isSticky = hops.some(({ role, policy }) => role === 'decides' && sticks(policy) === true)
    const known = targetKinds.find(({ type }) => type.kind === of.kind && type.group === (of.group ?? ''))
    if (kind !== 'host' || !isSticky || known === undefined) return []
    return [{ kind: known.name, namespace: of.namespace ?? 'default', name: of.name }]
  })
  return distinctBy(found, ({ kind, namespace, name }) => `${kind} ${namespace}/${name}`)
}
