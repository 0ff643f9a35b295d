import type { FieldTree } from '../../model/affinity/write.ts'
import type { Wish } from '../../model/affinity/intent.ts'
import { type AttachedKind, attaching } from '../gateway-api/attaching.ts'
import { balancerPolicy } from './balancer.ts'
import { trafficPolicies } from './objects.ts'

const kind: AttachedKind = {
  type: trafficPolicies,
  apiVersion: 'apisix.apache.org/v1alpha1',
  ref: 'targetRefs',
  policyOf: ({ spec }) => balancerPolicy(spec),
  unspec: () => ({ loadbalancer: null }),
  filled: { scheme: 'http', passHost: 'pass' },
}

/** A hash in the BackendTrafficPolicy of each Service behind the route. */
export const apisixChange = attaching({
  name: 'apisix',
  label: 'APISIX',
  implementation: 'APISIX',
  at: 'service',
  kinds: [kind],
  drawsServices: true,
  cookie: () => ({ by: 'APISIX', isHashed: true, isOfApplication: true }),
  chosen: (wish) => ({ kind, spec: { loadbalancer: { type: 'chash', ...hashOf(wish) } } }),
})

function hashOf(wish: Wish): FieldTree {
  if (wish.kind === 'source-ip') return { hashOn: 'vars', key: 'remote_addr' }
  return { hashOn: wish.kind, key: wish.name }
}
