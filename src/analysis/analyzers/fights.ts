import { balancerPolicy } from '../../mechanisms/apisix/balancer.ts'
import { trafficPolicies } from '../../mechanisms/apisix/objects.ts'
import { routePolicies } from '../../mechanisms/azure/route-policy.ts'
import { httpRoutes } from '../../mechanisms/gateway-api/objects.ts'
import { backendPolicies, gatewayPolicy, sessionPolicies } from '../../mechanisms/gke/policies.ts'
import { backendConfigs, configPolicy } from '../../mechanisms/kgateway/policy.ts'
import { at, list, record } from '../../mechanisms/kit/objects/loose.ts'
import { services } from '../../mechanisms/service/objects.ts'
import { type Analyzer, analyzer, type View } from '../../mechanisms/analyzer.ts'
import type { PathHop } from '../../model/affinity/leg.ts'
import { isSame, keyOf, type LooseObject, type ObjectType, refOf } from '../../model/cluster/object.ts'
import { objectName } from '../../model/findings/finding.ts'

/** Policies that are for one place, and of which one alone can count. */
const kinds: readonly {
  type: ObjectType<LooseObject>
  /** What they are for. */
  of: string
  says: (policy: LooseObject) => unknown
}[] = [
  { type: backendConfigs, of: services.kind, says: configPolicy },
  { type: backendPolicies, of: services.kind, says: gatewayPolicy },
  { type: sessionPolicies, of: services.kind, says: gatewayPolicy },
  { type: routePolicies, of: httpRoutes.kind, says: ({ spec }) => at(spec, 'default.sessionAffinity') },
  { type: trafficPolicies, of: services.kind, says: ({ spec }) => balancerPolicy(spec) },
]

/** Those that say something of the affinity of a hop. */
function sayingAt({ configuredBy }: PathHop, view: View): LooseObject[] {
  return kinds.flatMap(({ type, of, says }) =>
    view.objects(type).filter((one) => {
      const refs = [at(one.spec, 'targetRef'), ...list(at(one.spec, 'targetRefs'))]
      const isFor =
        refs.some((ref) => record(ref)['kind'] === of) || at(one.spec, 'targetSelectors') !== undefined
      return isFor && says(one) !== undefined && configuredBy.some((ref) => isSame(ref, refOf(one)))
    }),
  )
}

/** Several policies that set the affinity of one place. */
export const fights: Analyzer = analyzer({
  codes: ['AFF-L7-POLICIES-FIGHT'],
  needs: [],
  applies: (view) =>
    kinds.some(({ type }) => view.objects(type).length > 0) &&
    view.paths.some(({ hops }) => hops.some((hop) => sayingAt(hop, view).length > 0)),
  analyse: (view, report) => {
    const said = new Set<string>()
    for (const { hops } of view.paths)
      for (const hop of hops) {
        const [first, ...others] = sayingAt(hop, view)
        if (first === undefined || others.length === 0 || said.has(keyOf(refOf(first)))) continue
        said.add(keyOf(refOf(first)))
        const names = others.map((one) => objectName(refOf(one))).join(', ')
        report('AFF-L7-POLICIES-FIGHT', {
          message: `${objectName(refOf(first))} and ${names} set the affinity of the same: one of them counts`,
          why: 'Which one it is, is not documented, or up to the release of the controller. What keeps clients may change without a change of yours.',
          mend: ['leave it in one of them'],
          objects: [first, ...others].map(refOf),
          at: { object: refOf(first), field: 'spec' },
        })
      }
  },
})
