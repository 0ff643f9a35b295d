import type { Mechanism } from '../mechanism.ts'
import { analyzers } from './analyzers.ts'
import { dividedNote, kong, policyRefOf, upstreamPolicies } from './controller.ts'
import { services } from '../service/objects.ts'
import { routingOf } from '../gateway-api/routes/routing.ts'
import type { Leg } from '../../model/affinity/leg.ts'
import type { Store } from '../../model/cluster/store.ts'

/** Kong: what a Service's KongUpstreamPolicy says. Its Ingresses and routes are drawn with the others. */
export const kongMechanism: Mechanism = {
  name: 'kong',
  label: 'Kong',
  routes: [],
  reads: [upstreamPolicies],
  refine: refineGateway,
  analyzers,
}

/** The hop of a Gateway of Kong: what the Service says counts there as well. */
function refineGateway(leg: Leg, store: Store): Leg {
  const routing = routingOf(leg)
  const { hop, to } = leg
  if (routing?.controller?.label !== 'Kong' || hop === undefined || typeof to !== 'object') return leg
  const { namespace = 'default', name } = to.object
  const ref = { namespace, name }
  const backend = { ingress: routing.route, to: ref, service: store.get(services, ref) }
  const { policy, arrival, configuredBy = [] } = kong.serve(backend, store)
  // Of what cannot be seen, nobody knows what it names.
  const seen = routing.backends.flatMap((one) => store.get(services, one.to) ?? [])
  const named = new Set(seen.map((one) => policyRefOf(one)?.name))
  const all = [...hop.configuredBy, ...configuredBy]
  if (named.size <= 1) return { ...leg, arrival, hop: { ...hop, policy, configuredBy: all } }
  return { ...leg, arrival, hop: { ...hop, policy: { kind: 'none' }, configuredBy: all, note: dividedNote } }
}
