import type { Fact, Store } from '../../../model/cluster/store.ts'
import type { ObjectRef } from '../../../model/findings/finding.ts'
import { type LooseObject, type NamespacedName, refOf } from '../../../model/cluster/object.ts'
import type { Policy } from '../../../model/affinity/policy.ts'
import { at, list, record } from '../../kit/objects/loose.ts'
import { services } from '../../service/objects.ts'
import { hashPolicy } from './hash.ts'
import { hostOf, serviceOfHost } from '../legs/hosts.ts'
import { sessionBy } from '../istiod.ts'
import { type MeshClient, type MergedRule, ruleFor } from './rules.ts'
import { defined } from '../../../model/common/values.ts'

/** Where a route sends requests. */
export interface RuledHost {
  /** Whole. */
  host: string
  subset?: string
  /** As the route names it; a port of the Service. */
  port?: number
  /** Where the Service has several ports and the route names none: that of the listener. */
  listenerPort?: number
  /** Its part of the requests, where the route has several. */
  share?: number
}

/** A value in a rule. */
export interface FoundValue {
  value: unknown
  rule: LooseObject
  field: string
}

/** What a proxy does with requests to a destination. */
export interface Ruling {
  policy: Policy
  /** The rules that are the reason, the first one of the policy itself. */
  configuredBy: readonly ObjectRef[]
  rule?: MergedRule
  /** The balancer of the cluster and the hash of the route: both are needed. */
  balancer?: FoundValue
  hash?: FoundValue
  note?: string
}

/** The same for a Service of the cluster: what DestinationRules make of traffic to a port of it. */
export function policyFor(
  service: NamespacedName,
  port: number | undefined,
  clientNamespace: string | undefined,
  subset: string | undefined,
  store: Store,
): Ruling {
  const destination = defined({ host: hostOf(service), port, subset })
  return rulingFor(
    destination,
    clientNamespace === undefined ? {} : { namespace: clientNamespace },
    'http',
    store,
  )
}

/** What comes of the rules for a destination. Traffic that is not read as HTTP can be told apart by its address alone. */
export function rulingFor(
  destination: RuledHost,
  client: MeshClient,
  protocol: 'http' | 'tcp',
  store: Store,
): Ruling {
  const found: Fact<MergedRule | undefined> = ruleFor(destination.host, client, store)
  if (!found.known)
    return { policy: { kind: 'unknown', why: `${found.why.what} is not known` }, configuredBy: [] }
  const rule = found.value
  const to = serviceOfHost(destination.host)
  const session =
    protocol === 'http' && to !== undefined ? sessionBy(store.get(services, to), store) : undefined
  // The pod of a session comes before any balancer; a label of which nothing is known may.
  if (rule === undefined) return { policy: session ?? { kind: 'none' }, configuredBy: [] }
  const balancer = balancerOf(rule, clusterPort(destination, store), destination.subset)
  const hash =
    protocol === 'http'
      ? routeHash(rule, destination.port, destination.subset)
      : // Of several it asks no subset (networkfilter.go, buildOutboundNetworkFiltersWithWeightedClusters).
        addressHash(rule, destination.share === undefined ? destination.subset : undefined)
  const missing = missingPart(destination, rule, store)
  const isRing = at(balancer?.value, 'consistentHash') !== undefined
  const by = [hash?.rule ?? balancer?.rule ?? rule.trafficPolicy?.rule, ...rule.rules].flatMap((one) =>
    one === undefined ? [] : [one],
  )
  const base = defined({ configuredBy: [...new Set(by)].map(refOf), rule, balancer, hash })
  if (missing !== undefined) {
    const end = protocol === 'http' ? 'answered with 503' : 'connections are closed'
    return { policy: { kind: 'none' }, note: `${missing}: ${end}`, ...base }
  }
  if (session !== undefined && (session.kind !== 'unknown' || !isRing)) return { policy: session, ...base }
  if (isRing && hash !== undefined) return { policy: hashPolicy(hash.value), ...base }
  if (isRing)
    return {
      policy: { kind: 'none' },
      note: 'a hash is configured, and nothing of a request to make it of',
      ...base,
    }
  return { policy: { kind: 'none' }, ...base }
}

/** Why the proxy has no cluster for the destination, so that it reaches nobody whatever the rules say. */
function missingPart(destination: RuledHost, rule: MergedRule, store: Store): string | undefined {
  const { host, subset } = destination
  if (subset !== undefined && !rule.subsets.some(({ name }) => name === subset))
    return `there is no subset ${subset}`
  const to = serviceOfHost(host)
  const ports = to === undefined ? undefined : store.get(services, to)?.spec.ports
  const port = clusterPort(destination, store)
  if (port === undefined || ports === undefined || ports.some((one) => one.port === port)) return undefined
  return `the Service has no port ${port}`
}

/** The port by which the cluster of the proxy is chosen: the named one, the only one, or that of the listener. */
export function clusterPort({ host, port, listenerPort }: RuledHost, store: Store): number | undefined {
  if (port !== undefined) return port
  const to = serviceOfHost(host)
  const ports = to === undefined ? undefined : store.get(services, to)?.spec.ports
  return ports?.length === 1 ? ports[0]?.port : listenerPort
}

/**
 * The load balancer of the cluster. An entry for a port stands for the whole policy: what it leaves out is not taken
 * from the level above it (pilot/pkg/networking/util/util.go, MergeSubsetTrafficPolicy).
 */
export function balancerOf(
  { trafficPolicy, subsets }: MergedRule,
  port: number | undefined,
  name: string | undefined,
): FoundValue | undefined {
  const top =
    trafficPolicy === undefined
      ? undefined
      : levelOf(trafficPolicy.value, trafficPolicy.rule, 'spec.trafficPolicy', port)
  const subset = name === undefined ? undefined : subsets.find((one) => one.name === name)
  const policy = at(subset?.value, 'trafficPolicy')
  if (subset === undefined || policy === undefined) return top?.balancer
  const own = levelOf(policy, subset.rule, `spec.subsets[${subset.index}].trafficPolicy`, port)
  return own.balancer ?? (own.isOfPort ? undefined : top?.balancer)
}

interface Level {
  balancer?: FoundValue
  isOfPort: boolean
}

function levelOf(policy: unknown, rule: LooseObject, field: string, port: number | undefined): Level {
  const settings = list(at(policy, 'portLevelSettings'))
  const index = settings.findIndex((one) => port !== undefined && at(one, 'port.number') === port)
  const from = index < 0 ? policy : settings[index]
  const place = index < 0 ? field : `${field}.portLevelSettings[${index}]`
  const value = record(from)['loadBalancer']
  return {
    isOfPort: index >= 0,
    ...(value === undefined ? {} : { balancer: { value, rule, field: `${place}.loadBalancer` } }),
  }
}

/**
 * What of a request is hashed: of the subset's port, the subset, the port, all. An entry for a port counts only where the
 * route names that port (pilot/pkg/networking/core/route/route.go, HashForHTTPDestination).
 */
export function routeHash(
  { trafficPolicy, subsets }: MergedRule,
  port: number | undefined,
  name: string | undefined,
): FoundValue | undefined {
  const subset = name === undefined ? undefined : subsets.find((one) => one.name === name)
  const own = at(subset?.value, 'trafficPolicy')
  const place = `spec.subsets[${subset?.index ?? 0}].trafficPolicy`
  const top = trafficPolicy?.value
  return (
    (subset === undefined
      ? undefined
      : (portHash(own, subset.rule, place, port) ?? hashIn(own, subset.rule, place))) ??
    (trafficPolicy === undefined
      ? undefined
      : (portHash(top, trafficPolicy.rule, 'spec.trafficPolicy', port) ??
        hashIn(top, trafficPolicy.rule, 'spec.trafficPolicy')))
  )
}

function portHash(
  policy: unknown,
  rule: LooseObject,
  field: string,
  port: number | undefined,
): FoundValue | undefined {
  if (port === undefined) return undefined
  const settings = list(at(policy, 'portLevelSettings'))
  const index = settings.findIndex((one) => at(one, 'port.number') === port)
  return index < 0 ? undefined : hashIn(settings[index], rule, `${field}.portLevelSettings[${index}]`)
}

function hashIn(level: unknown, rule: LooseObject, field: string): FoundValue | undefined {
  const value = at(level, 'loadBalancer.consistentHash')
  return value === undefined ? undefined : { value, rule, field: `${field}.loadBalancer.consistentHash` }
}

/** Traffic that is not read as HTTP: the address or nothing, and no entry for a port (networkfilter.go, maybeSetHashPolicy). */
function addressHash(
  { trafficPolicy, subsets }: MergedRule,
  name: string | undefined,
): FoundValue | undefined {
  const subset = name === undefined ? undefined : subsets.find((one) => one.name === name)
  const own = at(subset?.value, 'trafficPolicy.loadBalancer')
  const found =
    subset !== undefined && own !== undefined
      ? hashIn(at(subset.value, 'trafficPolicy'), subset.rule, `spec.subsets[${subset.index}].trafficPolicy`)
      : trafficPolicy === undefined
        ? undefined
        : hashIn(trafficPolicy.value, trafficPolicy.rule, 'spec.trafficPolicy')
  return at(found?.value, 'useSourceIp') === true ? found : undefined
}
