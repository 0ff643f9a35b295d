import { objectName } from '../../../model/findings/finding.ts'
import { type LooseObject, refOf } from '../../../model/cluster/object.ts'
import { sticks } from '../../../model/affinity/policy.ts'
import type { Store } from '../../../model/cluster/store.ts'
import type { Analyzer, ReportOf, View } from '../../analyzer.ts'
import { routeLegs } from '../../gateway-api/legs.ts'
import { grpcRoutes, httpRoutes } from '../../gateway-api/objects.ts'
import { type Routing, routingOf } from '../../gateway-api/routes/routing.ts'
import { once } from '../../gateway-api/analyzers/once.ts'
import { at } from '../../kit/objects/loose.ts'
import { isAtLeastVersion } from '../../kit/programs/version.ts'
import { services } from '../../service/objects.ts'
import { levels } from '../attached.ts'
import { hashPolicyOf } from '../hash.ts'
import { backendTrafficPolicies } from '../objects.ts'
import { label } from '../refine.ts'
import { type Traffic, trafficOf } from '../traffic.ts'

const codes = [
  'AFF-EG-REPLACED',
  'AFF-EG-CONFLICT',
  'AFF-EG-SERVICE-ROUTING',
  'AFF-EG-WEIGHTED-HASH',
  'AFF-EG-WEIGHTS-IGNORED',
  'AFF-EG-SESSION-FIRST',
] as const

/** What becomes of policies where they meet each other, a route and its backends. */
export const wayAnalyzer: Analyzer = {
  codes,
  needs: [backendTrafficPolicies],
  begin: (view) => {
    const routings = routingsOf(view)
    if (routings.length === 0) return undefined
    return (report: ReportOf<typeof codes>) => {
      const isNew = once()
      for (const routing of routings) {
        const traffic = trafficOf(routing, view.store)
        if (traffic === undefined) continue
        sayReplaced(routing, traffic, report, isNew)
        sayConflicts(traffic, report, isNew)
        sayService(routing, traffic, view.store, report, isNew)
        sayHash(routing, traffic, report, isNew)
      }
    }
  },
}

/** The arrows of Envoy Gateway among those that matter for the target. */
function routingsOf(view: View): Routing[] {
  const { ref } = view.target
  return [...view.objects(httpRoutes), ...view.objects(grpcRoutes)]
    .flatMap((route) => routeLegs(route, view.store))
    .flatMap((leg) => routingOf(leg) ?? [])
    .filter(({ controller }) => controller?.label === label)
    .filter(
      ({ backend: { to } }) =>
        ref.kind !== 'Service' || (ref.namespace === to.namespace && ref.name === to.name),
    )
}

type IsNew = ReturnType<typeof once>

function isHashing({ spec }: LooseObject): boolean {
  return at(spec, 'loadBalancer.type') === 'ConsistentHash'
}

/** A hash further up, and a policy nearer to the route that has none: it replaces the other as a whole. */
function sayReplaced(
  { route, index }: Routing,
  { attached, loadBalancer }: Traffic,
  report: ReportOf<typeof codes>,
  isNew: IsNew,
): void {
  const all = levels.flatMap((level) => attached[level].slice(0, 1).map((policy) => ({ level, policy })))
  const [first, ...above] = all
  const lost = above.find(({ policy }) => isHashing(policy))
  if (first === undefined || lost === undefined || loadBalancer?.['type'] === 'ConsistentHash') return
  if (!isNew('replaced', first.policy.metadata.name, lost.policy.metadata.name)) return
  const object = refOf(first.policy)
  const says =
    at(first.policy.spec, 'loadBalancer') === undefined ? 'says nothing about it' : 'says otherwise'
  report('AFF-EG-REPLACED', {
    message: `${objectName(object)} takes away the ConsistentHash of ${objectName(refOf(lost.policy))} for rules[${index}] of ${objectName(refOf(route))}`,
    why: `Of several policies the most specific one counts as a whole: that of the ${lost.level} is not looked at where the ${first.level} has one, though it ${says}.`,
    mend:
      first.level === 'rule' || first.level === 'route'
        ? ['add mergeType: StrategicMerge', 'repeat loadBalancer in it']
        : ['repeat loadBalancer in it'],
    objects: [object, refOf(lost.policy)],
    at: { object, field: 'spec' },
  })
}

function sayConflicts({ attached }: Traffic, report: ReportOf<typeof codes>, isNew: IsNew): void {
  for (const level of levels) {
    const [first, ...others] = attached[level]
    for (const other of first === undefined ? [] : others) {
      const isAbout = [first, other].some(
        (one) => one !== undefined && at(one.spec, 'loadBalancer') !== undefined,
      )
      if (
        first === undefined ||
        !isAbout ||
        !isNew('conflict', level, first.metadata.name, other.metadata.name)
      )
        continue
      const isSame = first.metadata.creationTimestamp === other.metadata.creationTimestamp
      report('AFF-EG-CONFLICT', {
        message: `${objectName(refOf(other))} counts for nothing: ${objectName(refOf(first))} is attached to the same ${level}`,
        why: isSame
          ? 'The older of two policies counts; of the same age, the one whose name comes first.'
          : 'The older of two policies counts, and the other one gets the status Conflicted.',
        mend: ['put both into one policy'],
        objects: [refOf(other), refOf(first)],
        at: { object: refOf(other), field: 'spec' },
      })
    }
  }
}

function sayService(
  routing: Routing,
  { isByService, serviceBy, loadBalancer }: Traffic,
  store: Store,
  report: ReportOf<typeof codes>,
  isNew: IsNew,
): void {
  const isSticky =
    loadBalancer?.['type'] === 'ConsistentHash' ||
    (routing.reading !== undefined && sticks(routing.reading.policy) === true)
  const isHeadless = store.get(services, routing.backend.to)?.spec.clusterIP === 'None'
  if (!isByService || !isSticky || isHeadless || serviceBy === undefined) return
  if (!isNew('service', serviceBy.metadata.name, routing.route.metadata.name)) return
  report('AFF-EG-SERVICE-ROUTING', {
    message: `routingType Service: Envoy goes to the cluster IP, and there is nothing to stick to`,
    why: 'The Service proxy picks the pod of each connection, by the address of Envoy: neither a cookie nor a hash has a say.',
    mend: ['write routingType: Endpoint', 'remove routingType'],
    objects: [refOf(serviceBy), refOf(routing.route)],
    at: { object: refOf(serviceBy), field: 'spec.routingType' },
  })
}

function sayHash(
  { route, index, backends, controller, reading }: Routing,
  { loadBalancer, loadBalancerBy }: Traffic,
  report: ReportOf<typeof codes>,
  isNew: IsNew,
): void {
  if (hashPolicyOf(loadBalancer) === undefined || loadBalancerBy === undefined) return
  const policy = refOf(loadBalancerBy)
  const name = loadBalancerBy.metadata.name
  if (reading !== undefined && sticks(reading.policy) === true) {
    if (isNew('session', name, index))
      report('AFF-EG-SESSION-FIRST', {
        message: `sessionPersistence of rules[${index}] decides, and the hash of ${objectName(policy)} only for who has no session`,
        why: 'The session names the pod itself.',
        objects: [policy, refOf(route)],
        at: { object: policy, field: 'spec.loadBalancer' },
      })
    return
  }
  if (backends.length < 2 || !isNew('weights', route.metadata.name, index)) return
  const objects = [refOf(route), policy]
  const at = { object: refOf(route), field: `spec.rules[${index}].backendRefs` }
  if (!backends.some(({ hasFilters }) => hasFilters)) {
    if (new Set(backends.map(({ share }) => share)).size > 1)
      report('AFF-EG-WEIGHTS-IGNORED', {
        message: `weights have no effect: the hash of ${objectName(policy)} picks among the pods of all backends`,
        why: 'Envoy Gateway makes one cluster of them, and its Maglev table does not know weights (issue 9775; open up to 1.9).',
        mend: ['give each backend a filter, so that it is a cluster of its own (Envoy Gateway from 1.9 on)'],
        objects,
        at,
      })
  } else if (isAtLeastVersion(controller?.version, [1, 9]) !== true)
    report('AFF-EG-WEIGHTED-HASH', {
      message: 'the backend is drawn for each request, and the hash picks among its pods only',
      why: `Backends with filters are clusters of their own. Before Envoy Gateway 1.9 the hash does not pick the cluster (issue 9626)${controller?.version === undefined ? '; which version runs cannot be seen' : ''}.`,
      mend: ['use Envoy Gateway 1.9 or later', 'move the filters to the rule'],
      objects,
      at,
    })
}
