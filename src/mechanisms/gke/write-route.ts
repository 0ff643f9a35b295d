import { type Policy, none } from '../../model/affinity/policy.ts'
import type { FieldTree, Refusal, Wish, Write } from '../../model/affinity/change.ts'
import type { LooseObject } from '../../model/cluster/object.ts'
import type { Store } from '../../model/cluster/store.ts'
import { refusal } from '../changing.ts'
import { type AttachedKind, attaching, routesAt } from '../gateway-api/attaching.ts'
import { httpRoutes } from '../gateway-api/objects.ts'
import { at, list } from '../kit/objects/loose.ts'
import { rewritten } from '../kit/write/rewritten.ts'
import { gke } from './controller.ts'
import {
  backendPolicies,
  filtersOf,
  gatewayPolicy,
  isSessionFilter,
  sessionFilters,
  sessionPolicies,
} from './policies.ts'

const apiVersion = 'networking.gke.io/v1'

const backend: AttachedKind = {
  type: backendPolicies,
  apiVersion,
  ref: 'targetRef',
  policyOf: gatewayPolicy,
  unspec: () => ({ default: { sessionAffinity: null } }),
}

const session: AttachedKind = {
  type: sessionPolicies,
  apiVersion,
  ref: 'targetRef',
  policyOf: gatewayPolicy,
  unspec: () => ({ statefulGeneratedCookie: null }),
}

/** The cookie of a GCPSessionAffinityPolicy, and how long it lasts at most: it has to be said. */
const stateful = { name: 'GSSA', longest: 86_400 } as const

/** Two weeks, in seconds: as long as the cookie GCLB lasts at most. */
const longest = 1_209_600

/** A GCPBackendPolicy for each Service behind the route, or a GCPSessionAffinityPolicy for the cookie that names the pod. */
export const gkeGatewayChange = attaching({
  name: 'gke',
  label: gke.name,
  fronts: routesAt('GKE'),
  at: 'service',
  kinds: [backend, session],
  drawsServices: true,
  cookie: ({ name }) => ({
    by: 'a Google load balancer',
    name: name === stateful.name ? name : 'GCLB',
    can: ['ttlSeconds'],
  }),
  chosen,
  inRoute: { type: httpRoutes, reads: sessionFilters, policyOf: filteredPolicy, without: withoutFilters },
  remark: (wish) =>
    wish.kind === 'cookie' && wish.name === stateful.name && wish.ttlSeconds === undefined
      ? 'the cookie GSSA lasts a day: without a lifetime there is none'
      : undefined,
})

function chosen(wish: Wish): { kind: AttachedKind; spec: FieldTree } | Refusal {
  if (wish.kind === 'header')
    return refusal('a GCPBackendPolicy has no field for the name of a header', {
      remedy: 'by-the-cookie',
      name: 'GCLB',
    })
  if (wish.kind === 'source-ip')
    return {
      kind: backend,
      spec: { default: { sessionAffinity: { type: 'CLIENT_IP', cookieTtlSec: null } } },
    }
  const { name, ttlSeconds } = wish
  const isStateful = name === stateful.name
  const most = isStateful ? stateful.longest : longest
  if ((ttlSeconds ?? 0) > most)
    return refusal(
      `Google keeps the cookie ${name} for ${isStateful ? 'a day' : 'two weeks'} at most`,
      `ask for ${isStateful ? '24h' : 'two weeks'} or less`,
    )
  if (isStateful)
    return { kind: session, spec: { statefulGeneratedCookie: { cookieTtlSeconds: ttlSeconds ?? most } } }
  const cookieTtlSec = ttlSeconds ?? null
  return { kind: backend, spec: { default: { sessionAffinity: { type: 'GENERATED_COOKIE', cookieTtlSec } } } }
}

function filteredPolicy(route: LooseObject, store: Store): Policy {
  const [found] = list(at(route.spec, 'rules')).flatMap((rule) => filtersOf(rule, route, store))
  return (found === undefined ? undefined : gatewayPolicy(found)) ?? none
}

/** A filter that nobody names any more keeps nobody, and stays. */
function withoutFilters(route: LooseObject): Write[] {
  return rewritten(httpRoutes, route, 'rules', (rule) => {
    const { filters, ...kept } = rule
    const others = list(filters).filter((filter) => !isSessionFilter(filter))
    if (others.length === list(filters).length) return rule
    return others.length === 0 ? kept : { ...kept, filters: others }
  })
}
