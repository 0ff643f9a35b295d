import { isOfType, type LooseObject, type ObjectType } from '../../model/cluster/object.ts'
import { customType, targetKind } from '../kit/objects/types.ts'
import { besideGateways, gateways, grpcRoutes, httpRoutes, onWays } from '../gateway-api/objects.ts'
import { at, list, record, text } from '../kit/objects/loose.ts'
import { defined } from '../../model/common/values.ts'

export const group = 'gateway.envoyproxy.io'

export const backendTrafficPolicies: ObjectType<LooseObject> = {
  ...customType(group, 'backendtrafficpolicies', 'BackendTrafficPolicy'),
  versions: ['v1alpha1'],
  within: 'everywhere',
}

/** Gateways, where a policy alone tells of them: it may name one that is not there, which is said of a Service of nearly that name. */
export const namedGateways: ObjectType<LooseObject> = {
  ...gateways,
  onWays: {
    of: [...onWays.of, backendTrafficPolicies],
    tells: (object, services) => isOfType(object, backendTrafficPolicies) || onWays.tells(object, services),
  },
}

/** How its Envoys are set up, for a class or a gateway. */
export const envoyProxies: ObjectType<LooseObject> = {
  ...customType(group, 'envoyproxies', 'EnvoyProxy'),
  versions: ['v1alpha1'],
  within: 'everywhere',
  ...besideGateways,
}

/** `backendtrafficpolicy/x`, or `btp/x` as kubectl has it. */
export const policyKind = targetKind(
  backendTrafficPolicies,
  (object) => {
    const targets = targetsOf(object).map(
      ({ kind, name, section }) =>
        `${kind.toLowerCase()}/${name}${section === undefined ? '' : `, ${section}`}`,
    )
    return targets.length === 0 ? [] : [`for ${targets.join(', ')}`]
  },
  { shortNames: ['btp'] },
)

/** The kinds to which such a policy can be attached. */
export const targetTypes: readonly ObjectType<LooseObject>[] = [gateways, httpRoutes, grpcRoutes]

/** Something that a policy names. */
export interface PolicyTarget {
  group: string
  kind: string
  name: string
  /** A listener of a gateway, or a rule of a route. */
  section?: string
  /** The field that names it. */
  field: string
}

/** `targetRefs`, and `targetRef` of old. */
export function targetsOf({ spec }: LooseObject): PolicyTarget[] {
  const refs = list(at(spec, 'targetRefs')).map((ref, index) => ({ ref, field: `spec.targetRefs[${index}]` }))
  const old = at(spec, 'targetRef')
  const all = old === undefined ? refs : [...refs, { ref: old, field: 'spec.targetRef' }]
  return all.flatMap(({ ref, field }): PolicyTarget[] => {
    const { group: of, kind, name, sectionName } = record(ref)
    if (text(kind) === undefined || text(name) === undefined) return []
    const section = text(sectionName)
    return [defined({ group: text(of) ?? '', kind: String(kind), name: String(name), field, section })]
  })
}
