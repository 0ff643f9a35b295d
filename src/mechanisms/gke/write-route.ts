import type { FieldTree, Refusal } from '../../model/affinity/write.ts'
import type { Wish } from '../../model/affinity/intent.ts'
import { refusal } from '../changing.ts'
import { type AttachedKind, attaching } from '../gateway-api/attaching.ts'
import { gke } from './controller.ts'
import { backendPolicies, gatewayPolicy, sessionPolicies } from './policies.ts'

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
  implementation: 'GKE',
  at: 'service',
  kinds: [backend, session],
  drawsServices: true,
  cookie: ({ name }) => ({
    by: 'a Google load balancer',
    name: name === stateful.name ? name : 'GCLB',
    can: ['ttlSeconds'],
  }),
  chosen,
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
