import type { Leg } from '../../model/affinity/leg.ts'
import { type LooseObject, type ObjectType, refOf } from '../../model/cluster/object.ts'
import type { Policy } from '../../model/affinity/policy.ts'
import type { Store } from '../../model/cluster/store.ts'
import { routingOf } from '../gateway-api/routes/routing.ts'
import { at, list, record, text } from '../kit/objects/loose.ts'
import { policiesFor, unreadable } from '../kit/objects/targeting.ts'
import { customType } from '../kit/objects/types.ts'
import { generatedCookie } from './controller.ts'

const group = 'networking.gke.io'

/** For a Service behind Gateways of GKE. */
export const backendPolicies: ObjectType<LooseObject> = customType(
  group,
  'gcpbackendpolicies',
  'GCPBackendPolicy',
)

/** A cookie that names the pod, for a Service. */
export const sessionPolicies: ObjectType<LooseObject> = customType(
  group,
  'gcpsessionaffinitypolicies',
  'GCPSessionAffinityPolicy',
)

/** The same, for the rules of routes that name it as a filter. */
export const sessionFilters: ObjectType<LooseObject> = customType(
  group,
  'gcpsessionaffinityfilters',
  'GCPSessionAffinityFilter',
)

/** What `spec.default.sessionAffinity.type` of a GCPBackendPolicy may be. */
export const backendPolicyTypes = [
  'CLIENT_IP',
  'CLIENT_IP_PORT_PROTO',
  'CLIENT_IP_PROTO',
  'GENERATED_COOKIE',
  'HEADER_FIELD',
  'HTTP_COOKIE',
  'NONE',
] as const

/** The hop of a Gateway of GKE, with what policies and filters say of it. */
export function refineGateway(leg: Leg, store: Store): Leg {
  const routing = routingOf(leg)
  const { hop, to } = leg
  if (routing?.controller?.label !== 'GKE' || hop === undefined || typeof to !== 'object') return leg
  const attached = [
    ...filtersOf(routing.rule, routing.route, store),
    ...policiesFor(sessionPolicies, to.object, store),
    ...policiesFor(backendPolicies, to.object, store),
  ]
  const found = attached.flatMap((object) => gatewayPolicy(object) ?? [])
  const open = unreadable([sessionPolicies, sessionFilters, backendPolicies], store)
  if (open !== undefined) return { ...leg, hop: { ...hop, policy: open } }
  const [first, second] = found
  const why = 'several policies and filters set session affinity, and which one wins is not documented'
  return {
    ...leg,
    hop: {
      ...hop,
      // One that names the route counts for nothing, which is a finding.
      configuredBy: [
        ...hop.configuredBy,
        ...[...attached, ...policiesFor(backendPolicies, refOf(routing.route), store)].map(refOf),
      ],
      policy: second === undefined ? (first ?? hop.policy) : { kind: 'unknown', why },
    },
  }
}

/** What the filters of a rule name of these. */
export function filtersOf(rule: unknown, route: LooseObject, store: Store): LooseObject[] {
  const namespace = route.metadata.namespace ?? 'default'
  return list(record(rule)['filters'])
    .filter(isSessionFilter)
    .flatMap((filter) => {
      const name = text(at(filter, 'extensionRef.name')) ?? ''
      return store.get(sessionFilters, { namespace, name }) ?? []
    })
}

/** Whether a filter of a rule names one of these. */
export function isSessionFilter(filter: unknown): boolean {
  const { group: of, kind } = record(at(filter, 'extensionRef'))
  return of === group && kind === sessionFilters.kind
}

/** What one of them makes a load balancer stick on; undefined where it says nothing about that. */
export function gatewayPolicy({ kind, spec }: LooseObject): Policy | undefined {
  if (kind !== backendPolicies.kind) {
    const seconds = at(spec, 'statefulGeneratedCookie.cookieTtlSeconds')
    return at(spec, 'statefulGeneratedCookie') === undefined ? undefined : generatedCookie('GSSA', seconds)
  }
  const affinity = record(at(spec, 'default.sessionAffinity'))
  const type = text(affinity['type'])
  if (type === undefined) return undefined
  if (type === 'GENERATED_COOKIE') return generatedCookie('GCLB', affinity['cookieTtlSec'])
  if (type === 'HTTP_COOKIE') return { kind: 'cookie', points: 'into-a-hash' }
  if (type === 'HEADER_FIELD') return { kind: 'header', points: 'into-a-hash' }
  return type.startsWith('CLIENT_IP') ? { kind: 'hash', of: 'client address' } : { kind: 'none' }
}
