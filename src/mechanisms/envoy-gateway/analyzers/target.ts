import { didYouMean } from '../../../model/common/words/spelling.ts'
import { type LooseObject, refOf } from '../../../model/cluster/object.ts'
import { type FactType, mapFact, type Store } from '../../../model/cluster/store.ts'
import { analyzer, type View } from '../../analyzer.ts'
import { gateways, group as gatewayGroup } from '../../gateway-api/objects.ts'
import { at, list, record, text } from '../../kit/objects/loose.ts'
import { backendTrafficPolicies, type PolicyTarget, targetsOf, targetTypes } from '../objects.ts'

const kinds = ['Gateway', 'ListenerSet', 'HTTPRoute', 'GRPCRoute', 'TCPRoute', 'UDPRoute', 'TLSRoute']

/** Whether what a policy names is there: of policies on the way, and of those that mean something on it. */
export const targetAnalyzer = analyzer({
  codes: ['AFF-EG-BAD-TARGET'],
  needs: [backendTrafficPolicies, ...targetTypes],
  applies: ({ store }) => {
    const all = store.list(backendTrafficPolicies)
    return !all.known || all.value.length > 0
  },
  analyse: (view, report) => {
    const { store, source } = view
    const own = new Set(view.objects(backendTrafficPolicies))
    const astray = store.fact(strayTargets)
    for (const { policy, target } of astray.known ? astray.value : []) {
      const wrong = wrongTarget(policy, target, store, source === 'files')
      if (wrong === undefined || !(own.has(policy) || isMeant(policy, target, view))) continue
      const object = refOf(policy)
      report('AFF-EG-BAD-TARGET', {
        message: wrong.message,
        why: 'The policy changes nothing: what it says about affinity counts nowhere.',
        mend: [wrong.mend],
        objects: [object],
        at: { object, field: `${target.field}.${wrong.field}` },
      })
    }
  },
})

/** Of all policies, worked out once: thousands of Services ask. In files some of them may be no mistake. */
const strayTargets: FactType<readonly { policy: LooseObject; target: PolicyTarget }[]> = {
  name: 'stray targets of Envoy Gateway',
  what: 'the targets of BackendTrafficPolicies',
  derive: (store) =>
    mapFact(store.list(backendTrafficPolicies), (all) =>
      all.flatMap((policy) =>
        targetsOf(policy)
          .filter((target) => wrongTarget(policy, target, store, false) !== undefined)
          .map((target) => ({ policy, target })),
      ),
    ),
}

/** It names the target or something on its ways, or nearly so. */
function isMeant({ metadata }: LooseObject, { name }: PolicyTarget, { target, paths }: View): boolean {
  const passed = paths.flatMap(({ hops }) =>
    hops.flatMap(({ configuredBy, next }) => [...configuredBy, next]),
  )
  const names = [target.ref, ...passed].flatMap((ref) =>
    ref !== undefined && ref.namespace === metadata.namespace ? ref.name : [],
  )
  return names.includes(name) || didYouMean(name, names) !== undefined
}

/** Whether no request that could bring a cookie meets the policy. */
export function isForNobody(policy: LooseObject, { store, source }: View): boolean {
  const readable = targetTypes.every((type) => store.list(type).known)
  const targets = targetsOf(policy)
  return (
    targets.length > 0 &&
    targets.every(
      (target) =>
        ['TCPRoute', 'UDPRoute', 'TLSRoute'].includes(target.kind) ||
        (readable && wrongTarget(policy, target, store, source === 'files') !== undefined),
    )
  )
}

function wrongTarget(
  { metadata: { namespace = '' } }: LooseObject,
  { group, kind, name, section }: PolicyTarget,
  store: Store,
  isFiles: boolean,
): { message: string; mend: string; field: string } | undefined {
  if (!kinds.includes(kind)) {
    const near = didYouMean(kind, kinds)
    return {
      message: `a BackendTrafficPolicy cannot be attached to a ${kind}`,
      mend: near === undefined ? 'name the route or the gateway in front of it' : `write ${near}`,
      field: 'kind',
    }
  }
  if (group !== gatewayGroup)
    return {
      message: `the group of ${kind} is ${gatewayGroup}, and not ${group === '' ? 'empty' : group}`,
      mend: `write group: ${gatewayGroup}`,
      field: 'group',
    }
  const type = targetTypes.find((one) => one.kind === kind)
  if (type === undefined) return undefined
  const object = store.get(type, { namespace, name })
  if (object === undefined) {
    const all = store.list(type)
    const names = (all.known ? all.value : []).flatMap(({ metadata }) =>
      metadata.namespace === namespace ? metadata.name : [],
    )
    const near = didYouMean(name, names)
    // What files do not hold may be there; a name that is nearly that of another object is a mistake.
    if (isFiles && near === undefined) return undefined
    return {
      message: `there is no ${kind} "${name}" in ${namespace}`,
      mend: near === undefined ? `a policy reaches its own namespace only (${namespace})` : `write ${near}`,
      field: 'name',
    }
  }
  if (section === undefined) return undefined
  const sections = list(at(object.spec, type === gateways ? 'listeners' : 'rules')).flatMap(
    (one) => text(record(one)['name']) ?? [],
  )
  if (sections.includes(section)) return undefined
  const near = didYouMean(section, sections)
  return {
    message: `${kind} "${name}" has no ${type === gateways ? 'listener' : 'rule'} named "${section}"`,
    mend: near === undefined ? 'name it there, or remove sectionName' : `write ${near}`,
    field: 'sectionName',
  }
}
