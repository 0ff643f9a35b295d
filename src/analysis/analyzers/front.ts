import { group as gatewayGroup } from '../../mechanisms/gateway-api/index.ts'
import { grpcRoutes, httpRoutes } from '../../mechanisms/gateway-api/objects.ts'
import { group as envoyGatewayGroup } from '../../mechanisms/envoy-gateway/objects.ts'
import { group as istioGroup } from '../../mechanisms/istio/index.ts'
import { at, list } from '../../mechanisms/kit/objects/loose.ts'
import { onceFor } from '../../mechanisms/kit/objects/once.ts'
import { keyOf, refOf } from '../../model/cluster/object.ts'
import { applicationOf } from '../../model/probe/cookies/maker.ts'
import { objectName, type ObjectRef } from '../../model/findings/finding.ts'
import type { Unknown } from '../../model/cluster/store.ts'
import type { Path, PathHop } from '../../model/affinity/leg.ts'
import { sticks } from '../../model/affinity/policy.ts'
import { analyzer, type View } from '../../mechanisms/analyzer.ts'
import { ingressClasses, ingresses } from '../../mechanisms/ingress/objects.ts'
import { servingOf } from '../../mechanisms/ingress/controllers.ts'
import { routeTypes } from '../../mechanisms/index.ts'
import { isProxied, isSticky, subjectOf } from '../../mechanisms/service/analyzer.ts'
import { services } from '../../mechanisms/service/objects.ts'
import { defined } from '../../model/common/values.ts'

/** Files seldom hold all that stands in front of a Service. */
const elsewhere: Unknown = { what: 'what stands in front of the Service', reason: 'not-in-files' }

const ingressCodes = ['AFF-ING-BYPASSES-SERVICE', 'AFF-ING-HIDES-CLIENTS'] as const

/** An Ingress in front: does the Service's affinity still count? */
export const ingressFront = analyzer({
  codes: ingressCodes,
  needs: [ingresses, ingressClasses],
  applies: isAboutAffinity,
  analyse: (view, report) => {
    const { paths, source } = view
    const fronts = frontsIn(paths).filter(isOfIngress)
    if (fronts.length === 0 && source === 'files')
      for (const code of ingressCodes) report.cannot(code, elsewhere)
    for (const front of fronts) {
      if (front.arrival === 'pods') report('AFF-ING-BYPASSES-SERVICE', bypass(front, view))
      else if (front.arrival !== 'unknown') report('AFF-ING-HIDES-CLIENTS', hides(front))
      else for (const code of ingressCodes) report.cannot(code, unknownEnd(front))
    }
  },
})

/** Whether a Service that ways of another target lead to, and that was asked for by name, does not exist. */
export function isMissingService(
  { kind, namespace = '', name }: ObjectRef,
  { source, gaps, store }: Pick<View, 'source' | 'gaps' | 'store'>,
): boolean {
  const isRead = source === 'cluster' && !gaps.some(({ what }) => what.startsWith('service'))
  return isRead && kind === services.kind && store.get(services, { namespace, name }) === undefined
}

/** What the ways of another target lead to was asked for by name: what is not there does not exist. */
export const missingService = analyzer({
  codes: ['AFF-ROUTE-NO-SERVICE'],
  applies: ({ source, target }) => source === 'cluster' && target.ref.kind !== services.kind,
  analyse: (view, report) => {
    for (const front of frontsIn(view.paths)) {
      const { name = '', namespace = '' } = front.next ?? {}
      if (front.next === undefined || !isMissingService(front.next, view)) continue
      report('AFF-ROUTE-NO-SERVICE', {
        message: `there is no service/${name} in ${namespace}, to which ${objectName(front.object)} leads`,
        why: 'Requests get an error there, and no affinity plays a part.',
        mend: ['name a Service that is there'],
        ...placeOf(front),
      })
    }
  },
})

/** A cookie under the name of a framework's own: two of one name come with an answer, and the browser keeps one. */
export const applicationCookie = analyzer({
  codes: ['AFF-L7-APPLICATION-COOKIE'],
  applies: ({ paths }) => paths.some(({ hops }) => hops.some(({ policy }) => policy.kind === 'cookie')),
  analyse: (view, report) => {
    const said = new Set<string>()
    for (const front of frontsIn(view.paths)) {
      const { policy, object, mechanism } = front
      if (policy.kind !== 'cookie' || policy.madeBy !== 'proxy' || policy.name === undefined) continue
      const maker = applicationOf(policy.name)
      const key = `${keyOf(object)} ${policy.name}`
      if (maker === undefined || said.has(key) || hasOwnWords(front, view)) continue
      said.add(key)
      report('AFF-L7-APPLICATION-COOKIE', {
        message: `${mechanism} makes a cookie ${policy.name}, which is one of ${maker} as well: of two cookies of one name the browser keeps one`,
        why: 'Where the application answers with its own, either the pod is lost with the cookie of the proxy, or the session with that of the application.',
        mend: ['give the cookie of the proxy a name of its own'],
        ...placeOf(front),
      })
    }
  },
})

/** Whether a finding of the mechanism's own says it, at the field that names the cookie. */
function hasOwnWords(front: Front, view: View): boolean {
  return (
    front.configuredBy.some(({ group = '' }) => group === istioGroup || group === envoyGatewayGroup) ||
    hasPersistence(front.object, view)
  )
}

const routeCodes = [
  'AFF-ROUTE-BYPASSES-SERVICE',
  'AFF-ROUTE-AFFINITY-CONFLICT',
  'AFF-MESH-BYPASSES-SERVICE',
  'AFF-ING-HIDES-CLIENTS',
] as const

/** Routes and mesh objects in front. */
export const routeFront = analyzer({
  codes: routeCodes,
  needs: routeTypes,
  applies: isAboutAffinity,
  analyse: (view, report) => {
    const { paths, source, target } = view
    const { namespace = 'default', name } = target.ref
    const fronts = frontsIn(paths).filter((front) => !isOfIngress(front))
    if (fronts.length === 0 && source === 'files')
      for (const code of routeCodes) report.cannot(code, elsewhere)
    for (const front of fronts) {
      if (sticks(front.policy) === true && hasPersistence(front.object, view)) {
        report('AFF-ROUTE-AFFINITY-CONFLICT', {
          message: `${objectName(front.object)} has sessionPersistence, and the Service has sessionAffinity`,
          why: 'The gateway goes to the pods, and the session alone decides. Gateway API wants a controller that goes to the cluster IP to reject such a route.',
          mend: [
            { deed: { kind: 'affinity', of: { namespace, name }, to: 'off' } },
            'remove sessionPersistence from the route',
          ],
          ...placeOf(front),
        })
      } else if (front.kind === 'mesh') report('AFF-MESH-BYPASSES-SERVICE', bypass(front, view))
      else if (front.arrival === 'pods') report('AFF-ROUTE-BYPASSES-SERVICE', bypass(front, view))
      else if (front.arrival !== 'unknown') report('AFF-ING-HIDES-CLIENTS', hides(front))
      else
        for (const code of ['AFF-ROUTE-BYPASSES-SERVICE', 'AFF-ING-HIDES-CLIENTS'] as const)
          report.cannot(code, unknownEnd(front))
    }
  },
})

/** Whether a rule of the route asks for it: what sticks there may be by a policy, or by a rule of Istio. */
export function hasPersistence(ref: ObjectRef, view: View): boolean {
  if (ref.group !== gatewayGroup) return false
  const routes = [httpRoutes, grpcRoutes].flatMap((type) => view.objects(type))
  const route = routes.find((one) => keyOf(refOf(one)) === keyOf(ref))
  return list(at(route?.spec, 'rules')).some((rule) => at(rule, 'sessionPersistence') !== undefined)
}

/** The Service has an affinity that something in front could pass by. */
function isAboutAffinity(view: View): boolean {
  const subject = subjectOf(view)
  return subject !== undefined && isProxied(subject) && isSticky(subject)
}

function isOfIngress({ object }: Front): boolean {
  return object.kind === ingresses.kind && object.group === ingresses.group
}

/** A hop in front of the Service, and the object that configures it. */
interface Front extends PathHop {
  object: ObjectRef
}

/** What stands in front, each once: an object may be on the way from many hosts, and in the same way by many rules. */
const frontsIn = onceFor((paths: readonly Path[]): readonly Front[] => {
  const found = new Map<string, Front>()
  for (const { entry, hops } of paths) {
    if (entry.of.kind === 'Service') continue
    for (const hop of hops) {
      const [object] = hop.configuredBy
      if (object === undefined || hop.next?.kind !== 'Service' || hop.taken?.isAll === true) continue
      const key = JSON.stringify([object, hop.kind, hop.policy, hop.arrival, hop.next])
      if (!found.has(key)) found.set(key, { ...hop, object })
    }
  }
  return [...found.values()]
})

/** Where affinity is set in objects of each kind, but for those of which it depends on their controller. */
const ownWords: Readonly<Record<string, string>> = {
  IngressRoute: 'set sticky.cookie at the service of the IngressRoute instead',
  IngressRouteTCP:
    'use an IngressRoute with sticky.cookie where clients speak HTTP: connections have no cookies',
  TraefikService: 'set sticky.cookie at the service of the TraefikService instead',
  HTTPProxy: 'set loadBalancerPolicy.strategy: Cookie at the route of the HTTPProxy instead',
  VirtualServer: 'set sessionCookie at the upstream of the VirtualServer instead',
  VirtualServerRoute: 'set sessionCookie at the upstream of the VirtualServerRoute instead',
  Mapping: 'set load_balancer in the Mapping instead',
  ApisixRoute: 'set loadbalancer in an ApisixUpstream for the Service instead',
  CiliumEnvoyConfig:
    'write a hash policy at the route, and RING_HASH at the cluster, of the CiliumEnvoyConfig instead',
  RouteGroup: 'set algorithm: consistentHash at the backend of the RouteGroup instead',
}

/** Where affinity has to be set for what comes through it. */
function insteadOf({ object }: Front, { store }: View): string {
  const { kind, group, namespace = '', name } = object
  if (group === istioGroup)
    return 'set trafficPolicy.loadBalancer.consistentHash in a DestinationRule for the Service instead'
  const ingress = kind === ingresses.kind ? store.get(ingresses, { namespace, name }) : undefined
  const { instead } = (ingress && servingOf(ingress, store).controller) ?? {}
  return instead === undefined
    ? (ownWords[kind] ?? `set affinity for the ${kind} instead, as its controller has it`)
    : `set affinity in front instead: ${instead}`
}

/** What is behind it may be the pods, the Service, or nothing. */
function unknownEnd({ object }: Front): Unknown {
  return { what: `where ${objectName(object)} sends connections`, reason: 'not-known' }
}

function placeOf({ object, field }: Front) {
  return { objects: [object], at: defined({ object, field }) }
}

function bypass(front: Front, view: View) {
  const { policy } = front
  const keeps = sticks(policy)
  const why = policy.kind === 'unknown' && policy.why !== undefined ? `: ${policy.why}` : ''
  return {
    message: `${objectName(front.object)} (${front.mechanism}) goes to the pods directly: sessionAffinity plays no part there`,
    why:
      keeps === undefined
        ? `Whether it keeps clients on a pod by itself cannot be seen${why}.`
        : keeps
          ? 'It has an affinity of its own, which decides for everything that comes through it.'
          : 'It spreads requests by its own rules, so clients that come through it do not stay on a pod.',
    mend: keeps === true ? [] : [insteadOf(front, view)],
    ...placeOf(front),
  }
}

function hides(front: Front) {
  return {
    message: `${objectName(front.object)} (${front.mechanism}) connects to the ${front.arrival === 'node-port' ? 'node ports' : 'cluster IP'}: its own addresses are the only clients`,
    why: 'Client-IP affinity sees the proxy and not who is behind it, so everybody who comes through one of its instances is held on one pod.',
    mend: ['use cookie affinity at the proxy, and let it go to the pods directly'],
    ...placeOf(front),
  }
}
