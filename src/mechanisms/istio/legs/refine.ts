import type { Leg } from '../../../model/affinity/leg.ts'
import type { Store } from '../../../model/cluster/store.ts'
import { routingOf } from '../../gateway-api/routes/routing.ts'
import { at, list } from '../../kit/objects/loose.ts'
import { policyFor } from '../rules/policy.ts'

/**
 * HTTPRoutes through a Gateway of Istio are drawn by the Gateway API. Istio makes VirtualServices of them, and the
 * DestinationRule of the Service says how its pods are picked (pilot/pkg/config/kube/gateway). The proxies run in the
 * namespace of the Gateway, and of callers in the mesh at each of them.
 */
export function refineRoute(leg: Leg, store: Store): Leg {
  const routing = routingOf(leg)
  if (leg.hop === undefined || leg.arrival !== 'pods' || routing === undefined) return leg
  const isOfMesh = routing.attachment.isOfMesh === true
  if (!isOfMesh && routing.controller?.label !== 'Istio') return leg
  const { backend, attachment, rule } = routing
  const port = at(list(rule['backendRefs'])[backend.index], 'port')
  const ruling = policyFor(
    backend.to,
    typeof port === 'number' ? port : undefined,
    attachment.to?.namespace,
    undefined,
    store,
  )
  if (ruling.configuredBy.length === 0 && (isOfMesh || ruling.policy.kind === 'none')) return leg
  const { note: _old, ...hop } = leg.hop
  const note = ruling.note ?? leg.hop.note
  return {
    ...leg,
    hop: {
      ...hop,
      // A DestinationRule tells that the mesh is Istio.
      ...(isOfMesh ? { mechanism: 'Istio' } : {}),
      policy: ruling.policy,
      configuredBy: [...hop.configuredBy, ...ruling.configuredBy],
      ...(note === undefined ? {} : { note }),
    },
  }
}
