import type { Leg } from '../../model/affinity/leg.ts'
import { refOf } from '../../model/cluster/object.ts'
import { sticks } from '../../model/affinity/policy.ts'
import type { Store } from '../../model/cluster/store.ts'
import { type Routing, routingOf } from '../gateway-api/routes/routing.ts'
import { at } from '../kit/objects/loose.ts'
import { isAtLeastVersion } from '../kit/programs/version.ts'
import { services } from '../service/objects.ts'
import { hashPolicyOf, isTableSize } from './hash.ts'
import { backendTrafficPolicies } from './objects.ts'
import { type Traffic, trafficOf } from './traffic.ts'

export const label = 'Envoy Gateway'

/** What the policies of Envoy Gateway do to the arrow from a route to a Service. */
export function refine(leg: Leg, store: Store): Leg {
  const routing = routingOf(leg)
  if (routing?.controller?.label !== label || leg.hop === undefined || leg.arrival !== 'pods') return leg
  const traffic = trafficOf(routing, store)
  if (traffic === undefined) {
    const why = `${backendTrafficPolicies.resource} could not be read`
    return sticks(leg.hop.policy) === true
      ? leg
      : { ...leg, hop: { ...leg.hop, policy: { kind: 'unknown', why } } }
  }
  return throughService(withHash(leg, routing, traffic), traffic, routing, store)
}

function withHash(leg: Leg, routing: Routing, traffic: Traffic): Leg {
  const { hop, share, ...rest } = leg
  if (hop === undefined) return leg
  const configuredBy = [...hop.configuredBy, ...traffic.by.map(refOf)]
  const isRefused = !isTableSize(at(traffic.loadBalancer, 'consistentHash.tableSize'))
  const hash = isRefused ? undefined : hashPolicyOf(traffic.loadBalancer)
  // A session that names its pod counts; the hash picks the first one.
  const isRecorded = sticks(hop.policy) === true
  const policy = isRecorded ? hop.policy : (hash ?? hop.policy)
  const isCovered = share === undefined || isOneChoice(routing, isRecorded, hash !== undefined)
  const note = share === undefined || hash === undefined || isRecorded || !isCovered ? hop.note : weightNote
  return {
    ...rest,
    hop: {
      ...hop,
      configuredBy,
      policy,
      ...(note === undefined ? {} : { note }),
      ...(isRefused ? { note: 'the policy is refused, and Envoy answers 500' } : {}),
    },
    ...(isRefused ? { arrival: 'unknown' } : {}),
    ...(share === undefined || isCovered ? {} : { share }),
  }
}

const weightNote = 'the hash picks among the pods of all backends'

/**
 * Whether what is sticky decides among several backends as well. Without filters of their own they are one cluster of
 * Envoy; else each is one, which is drawn by weight, or by the hash since 1.9 (issue 9626).
 */
function isOneChoice({ backends, controller }: Routing, isRecorded: boolean, isHashed: boolean): boolean {
  if (!isRecorded && !isHashed) return false
  if (!backends.some(({ hasFilters }) => hasFilters)) return true
  return isHashed && !isRecorded && isAtLeastVersion(controller?.version, [1, 9]) === true
}

/** A cluster IP is the only address: nothing is left to pick. Headless Services have none. */
function throughService(
  leg: Leg,
  { isByService, serviceBy }: Traffic,
  { backend }: Routing,
  store: Store,
): Leg {
  const isHeadless = store.get(services, backend.to)?.spec.clusterIP === 'None'
  if (!isByService || isHeadless || leg.hop === undefined) return leg
  const by = serviceBy === undefined ? [] : [refOf(serviceBy)]
  return {
    ...leg,
    arrival: 'cluster-ip',
    hop: {
      ...leg.hop,
      configuredBy: [...leg.hop.configuredBy, ...by],
      note: 'its own addresses are the clients',
    },
  }
}
