import type { LooseObject } from '../../model/cluster/object.ts'
import type { Store } from '../../model/cluster/store.ts'
import { gatewayClasses } from '../gateway-api/objects.ts'
import type { Routing } from '../gateway-api/routes/routing.ts'
import { at, record, text } from '../kit/objects/loose.ts'
import { type Attached, attachedTo, type AttachedAt, levels } from './attached.ts'
import { envoyProxies } from './objects.ts'

/** What Envoy Gateway makes of the policies on a rule's way. */
export interface Traffic {
  attached: Attached
  /** The policy that counts, and the one that it is merged into. */
  by: readonly LooseObject[]
  /** `spec.loadBalancer` as it counts. */
  loadBalancer?: Readonly<Record<string, unknown>>
  /** Who set it. */
  loadBalancerBy?: LooseObject
  /** It goes to the cluster IP, and who says so. */
  isByService: boolean
  serviceBy?: LooseObject
}

/**
 * The most specific policy counts, and nothing of the others; with `mergeType` one of a rule or a route is merged into
 * that of the listener, or else of the gateway (internal/gatewayapi/backendtrafficpolicy.go, v1.9.1).
 */
export function trafficOf(routing: Routing, store: Store): Traffic | undefined {
  const attached = attachedTo(routing, store)
  if (attached === undefined) return undefined
  const level = levels.find((one) => attached[one].length > 0)
  const policy = level === undefined ? undefined : attached[level][0]
  const parent = policy === undefined ? undefined : parentOf(policy, level, attached)
  const spec = parent === undefined ? record(policy?.spec) : merged(record(parent.spec), record(policy?.spec))
  const balancer = spec['loadBalancer']
  const ofPolicy = policy !== undefined && record(policy.spec)['loadBalancer'] !== undefined
  const owner = ofPolicy ? policy : (parent ?? policy)
  return {
    attached,
    by: [policy, parent].filter((one) => one !== undefined),
    ...(balancer === undefined ? {} : { loadBalancer: record(balancer) }),
    ...(balancer === undefined || owner === undefined ? {} : { loadBalancerBy: owner }),
    ...routingTypeOf(routing, attached, store),
  }
}

function parentOf(
  policy: LooseObject,
  level: AttachedAt | undefined,
  { listener, gateway }: Attached,
): LooseObject | undefined {
  const isMerged = text(at(policy.spec, 'mergeType')) !== undefined && (level === 'rule' || level === 'route')
  return isMerged ? (listener[0] ?? gateway[0]) : undefined
}

/** As RFC 7386 has it: maps are merged, everything else is replaced. */
function merged(
  below: Readonly<Record<string, unknown>>,
  above: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const isMap = (value: unknown): boolean =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
  return {
    ...below,
    ...Object.fromEntries(
      Object.entries(above).map(([key, value]) => [
        key,
        isMap(value) && isMap(below[key]) ? merged(record(below[key]), record(value)) : value,
      ]),
    ),
  }
}

/**
 * `routingType` is looked for by itself: a rule or route with a policy of its own settles it, unless it is merged; above
 * that the first that sets it counts; and then the EnvoyProxy (internal/gatewayapi/policyindex.go).
 */
function routingTypeOf(
  { attachment: { gateway } }: Routing,
  { rule, route, listener, gateway: ofGateway }: Attached,
  store: Store,
): { isByService: boolean; serviceBy?: LooseObject } {
  const typeOf = (policy: LooseObject | undefined): string | undefined =>
    text(at(policy?.spec, 'routingType'))
  const [own = route[0]] = rule
  const settles = own !== undefined && (typeOf(own) !== undefined || at(own.spec, 'mergeType') === undefined)
  const above = [listener[0], ofGateway[0]].find((policy) => typeOf(policy) !== undefined)
  const policy = settles ? own : above
  const proxy = gateway === undefined ? undefined : envoyProxyOf(gateway, store)
  const by = typeOf(policy) === undefined ? proxy : policy
  return typeOf(by) === 'Service' && by !== undefined
    ? { isByService: true, serviceBy: by }
    : { isByService: false }
}

/** Of the gateway itself, or of its class. */
function envoyProxyOf(gateway: LooseObject, store: Store): LooseObject | undefined {
  const own = at(gateway.spec, 'infrastructure.parametersRef')
  if (at(own, 'kind') === 'EnvoyProxy')
    return store.get(envoyProxies, {
      namespace: gateway.metadata.namespace ?? '',
      name: text(at(own, 'name')) ?? '',
    })
  const name = text(at(gateway.spec, 'gatewayClassName')) ?? ''
  const ofClass = at(store.get(gatewayClasses, { namespace: '', name })?.spec, 'parametersRef')
  if (at(ofClass, 'kind') !== 'EnvoyProxy') return undefined
  return store.get(envoyProxies, {
    namespace: text(at(ofClass, 'namespace')) ?? '',
    name: text(at(ofClass, 'name')) ?? '',
  })
}
