import type { Leg } from '../../model/affinity/leg.ts'
import type { Policy } from '../../model/affinity/policy.ts'
import { type NamespacedName, refOf, refTo } from '../../model/cluster/object.ts'
import type { ObjectRef } from '../../model/findings/finding.ts'
import type { Store } from '../../model/cluster/store.ts'
import { routingOf } from '../gateway-api/routes/routing.ts'
import type { IngressBackend, IngressController, Served } from '../kit/controller.ts'
import { policiesFor, unreadable } from '../kit/objects/targeting.ts'
import { services } from '../service/objects.ts'
import { balancerPolicy } from './balancer.ts'
import { apisixUpstreams, trafficPolicies } from './objects.ts'
import { upstreamPolicy } from './routes.ts'
import { isSince2 } from './version.ts'

/** What BackendTrafficPolicies say of a Service: the policy, and whose it is. */
function attached(to: NamespacedName, store: Store): { policy: Policy; from: readonly ObjectRef[] } {
  const open = unreadable([trafficPolicies], store)
  if (open !== undefined) return { policy: open, from: [] }
  const found = policiesFor(trafficPolicies, refTo(services, to), store).flatMap((object) => {
    const policy = balancerPolicy(object.spec)
    return policy === undefined ? [] : [{ object, policy }]
  })
  const [first, second] = found
  // AttachBackendTrafficPolicyToUpstream goes through a map of Go, which has no order.
  const why = 'several policies are attached, and any of them may win'
  return {
    policy: second === undefined ? (first?.policy ?? { kind: 'none' }) : { kind: 'unknown', why },
    from: found.map(({ object }) => refOf(object)),
  }
}

function serve({ to, port }: IngressBackend, store: Store): Served {
  const { policy, from } = attached(to, store)
  const upstream = store.get(apisixUpstreams, to)
  const of1 = upstream === undefined ? undefined : upstreamPolicy(upstream, { to, port }, false)
  const isNew = isSince2(store)
  if (from.length > 0 || upstream === undefined || of1 === undefined || isNew === true)
    return { policy, arrival: 'pods', configuredBy: from }
  const why =
    'the controller reads ApisixUpstream for an Ingress before 2.0 only, and its version cannot be seen'
  const seen: Policy = isNew === false ? of1 : { kind: 'unknown', why }
  return { policy: seen, arrival: 'pods', configuredBy: [refOf(upstream)] }
}

/** APISIX's Ingress controller (internal/adc/translator/ingress.go). */
export const apisix: IngressController = {
  name: 'APISIX',
  controllers: ['apisix.apache.org/apisix-ingress-controller', 'apisix.apache.org/apisix-ingress'],
  classes: ['apisix'],
  serve,
  keys: { ingress: [], service: [] },
  instead: 'a BackendTrafficPolicy of apisix.apache.org for the Service',
}

/** The hop of a Gateway of APISIX: the policies of the Service count there as well. */
export function refineGateway(leg: Leg, store: Store): Leg {
  const { hop, to } = leg
  const routing = routingOf(leg)
  if (routing?.controller?.label !== 'APISIX' || hop === undefined || typeof to !== 'object') return leg
  const { namespace = 'default', name } = to.object
  const { policy, from } = attached({ namespace, name }, store)
  // One that names the route counts for nothing, which is a finding.
  const stray = policiesFor(trafficPolicies, refOf(routing.route), store).map(refOf)
  return { ...leg, hop: { ...hop, policy, configuredBy: [...hop.configuredBy, ...from, ...stray] } }
}
