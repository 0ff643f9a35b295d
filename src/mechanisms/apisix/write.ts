import type { FieldTree, Refusal, Wish } from '../../model/affinity/change.ts'
import type { LooseObject } from '../../model/cluster/object.ts'
import type { Store } from '../../model/cluster/store.ts'
import { refusal } from '../changing.ts'
import { type AttachedKind, attaching, type AttachingDialect, routesAt } from '../gateway-api/attaching.ts'
import { grpcRoutes, httpRoutes } from '../gateway-api/objects.ts'
import { behind } from '../ingress/backends.ts'
import { controllerOf } from '../ingress/controllers.ts'
import { ingressClassObjects, ingresses } from '../ingress/objects.ts'
import { at, list } from '../kit/objects/loose.ts'
import { balancerPolicy } from './balancer.ts'
import { apisix } from './controller.ts'
import { apisixRoutes, apisixUpstreams, trafficPolicies } from './objects.ts'
import { sentBy } from './routes.ts'
import { apisixPrograms, isSince2 } from './version.ts'

const balancer = {
  policyOf: ({ spec }: LooseObject) => balancerPolicy(spec),
  unspec: () => ({ loadbalancer: null }),
}

const policy: AttachedKind = {
  ...balancer,
  type: trafficPolicies,
  apiVersion: 'apisix.apache.org/v1alpha1',
  ref: 'targetRefs',
  filled: { scheme: 'http', passHost: 'pass' },
}

const upstream: AttachedKind = { ...balancer, type: apisixUpstreams, apiVersion: 'apisix.apache.org/v2' }

const dialect = (kind: AttachedKind): Omit<AttachingDialect, 'fronts'> => ({
  name: 'apisix',
  label: 'APISIX',
  at: 'service',
  kinds: [kind],
  drawsServices: true,
  cookie: () => ({ by: 'APISIX', isHashed: true, isOfApplication: true }),
  chosen: (wish) => ({ kind, spec: { loadbalancer: { type: 'chash', ...hashOf(wish) } } }),
})

/** A hash in the BackendTrafficPolicy of each Service behind a route of the Gateway API. */
export const apisixChange = attaching({
  ...dialect(policy),
  fronts: routesAt('APISIX', [httpRoutes, grpcRoutes]),
})

/** The same behind an Ingress. */
export const apisixIngressChange = attaching({
  ...dialect(policy),
  fronts: {
    targets: [ingresses],
    reads: [ingressClassObjects],
    serves: (ingress, store) => controllerOf(ingress, store) === apisix,
    rules: (ingress, store) => behind(ingress, store).map(({ backend }) => [backend.to]),
  },
})

/** A hash in the ApisixUpstream that has the name of a Service behind an ApisixRoute. */
export const apisixRouteChange = attaching({
  ...dialect(upstream),
  fronts: {
    targets: [apisixRoutes],
    reads: apisixPrograms.reads ?? [],
    serves: () => true,
    rules: (route) => rulesOf(route).map((rule) => sentBy(rule, route).map(({ to }) => to)),
    refuse: refuseRoute,
  },
})

function refuseRoute(route: LooseObject, store: Store): Refusal | undefined {
  const sent = rulesOf(route).flatMap((rule) => sentBy(rule, route))
  if (sent.some(({ isService }) => isService))
    return refusal(
      'with resolveGranularity: service APISIX sends to the cluster IP, so that a hash picks nothing',
      'take resolveGranularity away, or turn the affinity of the Service on',
    )
  if (sent.some(({ share = 1 }) => share < 1))
    return refusal(
      'a rule has several Services: APISIX draws one of them for every request, whatever is set for each',
      'leave one of them in each rule',
    )
  const hasPorts = ({ to }: (typeof sent)[number]): boolean =>
    list(at(store.get(apisixUpstreams, to)?.spec, 'portLevelSettings')).length > 0
  const [one] = isSince2(store) === true ? [] : sent.filter(hasPorts)
  return one === undefined
    ? undefined
    : refusal(
        `portLevelSettings of apisixupstream/${one.to.name} count before APISIX's controller 2.0, and later ones ignore them`,
        'write loadbalancer below each of them, or take them away',
      )
}

function rulesOf({ spec }: LooseObject): readonly unknown[] {
  return list(at(spec, 'http'))
}

function hashOf(wish: Wish): FieldTree {
  if (wish.kind === 'source-ip') return { hashOn: 'vars', key: 'remote_addr' }
  return { hashOn: wish.kind, key: wish.name }
}
