import type { Entry, Hop, Leg, Stop } from '../../../model/affinity/leg.ts'
import { keyOf, type LooseObject, refOf, refTo } from '../../../model/cluster/object.ts'
import type { ServicePort } from '../../../model/cluster/kubernetes.ts'
import { sticks } from '../../../model/affinity/policy.ts'
import type { Store } from '../../../model/cluster/store.ts'
import { hostEntry, sendingLegs } from '../../kit/legs/front.ts'
import { at, list } from '../../kit/objects/loose.ts'
import { onceFor } from '../../kit/objects/once.ts'
import { services } from '../../service/objects.ts'
import { clientOf } from '../rules/client.ts'
import { type ServerKind, gatewayOf, gatewayRef, rivalsOf, takenBy } from './gateway.ts'
import { covers, serviceOfHost, wholeHost } from './hosts.ts'
import { virtualServices } from '../objects.ts'
import { type Ruling, rulingFor } from '../rules/policy.ts'
import {
  gatewayNames,
  hostsOf,
  isExportedTo,
  isOfMesh,
  type Route,
  routesOf,
  type RouteTarget,
} from './routes.ts'
import {
  anyOther,
  type MeshClient,
  hostOfRule,
  keyOfRule,
  namespacesOf,
  ruleFor,
  rulesAbout,
} from '../rules/rules.ts'
import { defined, distinctBy } from '../../../model/common/values.ts'

/** From each host and path through each gateway, and from callers in the mesh, by the DestinationRule that counts. */
export function virtualServiceLegs(object: LooseObject, store: Store): Leg[] {
  // No request comes to a route that an earlier one leaves nothing.
  const routes = routesOf(object).filter(({ hiddenBy }) => hiddenBy === undefined)
  return routes.flatMap((route) => [
    ...(hostsOf(object).length === 0 ? delegatedLegs(object, route, store) : []),
    ...gatewayNames(object).flatMap((name) => gatewayLegs(object, route, name, store)),
    ...(isOfMesh(object) && hostsOf(object).length > 0 ? meshLegs(object, route, store) : []),
  ])
}

function gatewayLegs(object: LooseObject, route: Route, name: string, store: Store): Leg[] {
  const ref = refOf(object)
  const gateway = gatewayRef(name, object)
  const found = gatewayOf(gateway, store)
  const client = clientOf(found, store)
  if (!isExportedTo(object, client.namespace)) return []
  // Files do not tell which gateway is the older one.
  const rivals = found?.metadata.creationTimestamp === undefined ? undefined : rivalsOf(found, store)
  const isUsed = ({ server }: { server: number }): boolean => rivals?.has(server) !== true
  const taken = route.hosts.flatMap((host): { host: string; port?: number }[] =>
    found === undefined ? [{ host }] : takenBy(found, object, host, route.kind).filter(isUsed),
  )
  const entries = taken.flatMap(({ host }) =>
    route.paths.map(({ path, when }) => hostEntry(ref, host, path, when)),
  )
  const hop = { kind: 'gateway', mechanism: `Istio gateway ${name}` } as const
  const listenerPort = taken[0]?.port
  const way: Stop = { object: gateway, part: JSON.stringify([ref.namespace, ref.name, route.field]) }
  const start: Stop = { object: ref, part: JSON.stringify([name, route.field]) }
  return [
    ...distinctBy(entries, ({ address }) => address).map((entry): Leg => ({
      from: entry,
      to: way,
      arrival: 'object',
    })),
    { from: way, to: start, arrival: 'object' },
    ...onwards(object, route, { start, hop, client, listenerPort, beside: [gateway] }, store),
  ]
}

/** Callers of different namespaces may go by different rules: each kind is a way of its own. */
function meshLegs(object: LooseObject, route: Route, store: Store): Leg[] {
  const ref = refOf(object)
  const hop = { kind: 'mesh', mechanism: 'Istio' } as const
  const callers = route.targets.flatMap(({ host }) => variants(host, store))
  const all = callers.length === 0 ? [{ client: {} }] : uniqueCallers(callers)
  return all.flatMap((caller) => {
    const start: Stop = { object: ref, part: JSON.stringify(['mesh', caller.client.namespace, route.field]) }
    const entries = route.hosts.flatMap((host) =>
      route.paths.map(({ path, when }) => {
        const condition = when === undefined ? '' : ` where ${when}`
        const address = `${host}${path}${condition}${fromOf(caller)}`
        return {
          ...meshEntry(object, address, wholeHost(host, ref.namespace ?? ''), path),
          ...defined({ when }),
        }
      }),
    )
    return [
      ...entries.map((entry): Leg => ({ from: entry, to: start, arrival: 'object' })),
      ...onwards(object, route, { start, hop, client: caller.client, beside: [] }, store),
    ]
  })
}

/** What others delegate to: whose proxy it is, they know. */
function delegatedLegs(object: LooseObject, route: Route, store: Store): Leg[] {
  const start: Stop = { object: refOf(object), part: JSON.stringify(['delegate', route.field]) }
  const hop = { kind: 'gateway', mechanism: 'Istio' } as const
  return onwards(object, route, { start, hop, client: {}, beside: [] }, store)
}

interface Onwards {
  start: Stop
  hop: Pick<Hop, 'kind' | 'mechanism'>
  client: MeshClient
  listenerPort?: number | undefined
  beside: Hop['configuredBy']
}

function onwards(
  object: LooseObject,
  route: Route,
  { start, hop, client, listenerPort, beside }: Onwards,
  store: Store,
): Leg[] {
  const ref = refOf(object)
  const delegated: Leg[] =
    route.delegate === undefined
      ? []
      : [{ from: start, to: { object: refTo(virtualServices, route.delegate) }, arrival: 'object' }]
  return [
    ...delegated,
    ...route.targets.flatMap((target) => {
      const destination = listenerPort === undefined ? target : { ...target, listenerPort }
      const ruling = rulingFor(destination, client, protocolOf(route.kind), store)
      const by = { ...hop, configuredBy: [ref, ...ruling.configuredBy, ...beside] }
      return deliver({ start, target, ruling, hop: by }, store)
    }),
  ]
}

interface Delivery {
  start: Stop
  target: RouteTarget
  ruling: Ruling
  hop: Pick<Hop, 'kind' | 'mechanism' | 'configuredBy'>
}

/** To the Service; hosts outside the cluster are nobody's way to one. */
function deliver({ start, target, ruling, hop }: Delivery, store: Store): Leg[] {
  const to = serviceOfHost(target.host)
  if (to === undefined) return []
  const isDrawn = target.share !== undefined && target.share < 1 && sticks(ruling.policy) === true
  const note =
    ruling.note ??
    (isDrawn ? 'drawn by weight for each request: the hash holds clients among its pods only' : undefined)
  return sendingLegs(
    {
      from: start,
      to,
      hop: { ...hop, policy: ruling.policy, ...defined({ note }) },
      arrival: 'pods',
      field: target.field,
      share: target.share,
    },
    store,
  )
}

/**
 * A rule is no way in: it says how callers in the mesh pick. Where no VirtualService catches their calls, they call the
 * Service by its name.
 */
export function destinationRuleLegs(rule: LooseObject, store: Store): Leg[] {
  const host = hostOfRule(rule)
  const to = serviceOfHost(host)
  if (to === undefined) return []
  const ref = refOf(rule)
  const isElsewhere = isCaught(host, store)
  const ports = portsToTell(rule, store.get(services, to)?.spec.ports ?? [])
  return variants(host, store).flatMap((caller) =>
    ports.flatMap(({ port, protocol, shown }) => {
      const ruling = rulingFor(defined({ host, port }), caller.client, protocol, store)
      const isOurs = ruling.policy.kind === 'unknown' || ruling.rule?.rules[0] === rule
      const address = `${to.name}${shown} (mesh${caller.from === undefined ? '' : `, ${wordsOf(caller.from)}`})`
      return sendingLegs(
        {
          from: { object: ref, part: JSON.stringify(['mesh', caller.client.namespace, port]) },
          entries: isElsewhere || !isOurs ? [] : [meshEntry(rule, address, host)],
          to,
          hop: {
            kind: 'mesh',
            mechanism: 'Istio',
            configuredBy: distinctBy([ref, ...ruling.configuredBy], keyOf),
            policy: ruling.policy,
            ...defined({ note: ruling.note }),
          },
          arrival: 'pods',
        },
        store,
      )
    }),
  )
}

interface ToldPort {
  port?: number
  protocol: 'http' | 'tcp'
  shown: string
}

/** Ports of a Service one by one, where they may be treated differently. */
function portsToTell({ spec }: LooseObject, all: readonly ServicePort[]): ToldPort[] {
  const settings = [at(spec, 'trafficPolicy'), ...list(at(spec, 'subsets'))].flatMap((policy) =>
    list(at(policy, 'portLevelSettings')),
  )
  const told = all.map((one): ToldPort => ({
    port: one.port,
    protocol: isHttp(one) ? 'http' : 'tcp',
    shown: all.length === 1 ? '' : `:${one.port}`,
  }))
  const isOne = settings.length === 0 && new Set(told.map(({ protocol }) => protocol)).size === 1
  if (told.length === 0) return [{ protocol: 'http', shown: '' }]
  return isOne ? [{ ...told[0]!, shown: '' }] : told
}

/** By the name of the port or its appProtocol; what says nothing is found out from the traffic. */
function isHttp({ name = '', appProtocol }: ServicePort): boolean {
  const [protocol = ''] = (appProtocol ?? name).toLowerCase().split(/-(?!web)/)
  return !/^(https|tls|tcp|udp|mongo|mysql|redis)$/.test(protocol)
}

/** A VirtualService of the mesh is about the name that callers use. */
function isCaught(host: string, store: Store): boolean {
  const routes = store.list(virtualServices)
  if (!routes.known) return false
  const { names, wide } = caughtBy(routes.value)
  return names.has(host) || wide.some((name) => covers(name, host))
}

/** The hosts of all VirtualServices of the mesh: most are whole names. */
const caughtBy = onceFor((routes: readonly LooseObject[]) => {
  const all = routes
    .filter(isOfMesh)
    .flatMap((route) => hostsOf(route).map((name) => wholeHost(name, route.metadata.namespace ?? '')))
  return { names: new Set(all), wide: all.filter((name) => name.startsWith('*')) }
})

interface Caller {
  client: MeshClient
  /** Namespaces, where the rule depends on it. */
  from?: readonly string[]
}

/** Callers for whom different rules count for a host. */
function variants(host: string, store: Store): Caller[] {
  const names = namespacesOf(rulesAbout(host, store))
  const groups = Map.groupBy(names, (namespace) => {
    const found = ruleFor(host, { namespace }, store)
    return found.known ? keyOfRule(found.value) : found.why.what
  })
  if (groups.size === 1) return [{ client: { namespace: anyOther } }]
  return [...groups.values()].map((from) => ({ client: { namespace: from[0] ?? anyOther }, from }))
}

function uniqueCallers(callers: readonly Caller[]): Caller[] {
  const split = callers.filter(({ from }) => from !== undefined)
  const all = split.length === 0 ? callers : split
  return distinctBy(all, ({ client }) => client.namespace)
}

function fromOf({ from }: Caller): string {
  return from === undefined ? '' : ` (${wordsOf(from)})`
}

function wordsOf(from: readonly string[]): string {
  return `from ${from.map((name) => (name === anyOther ? 'elsewhere' : name)).join(', ')}`
}

function protocolOf(kind: ServerKind): 'http' | 'tcp' {
  return kind === 'http' ? 'http' : 'tcp'
}

function meshEntry(object: LooseObject, address: string, host: string, path = ''): Entry {
  return { ...hostEntry(refOf(object), host, path), kind: 'mesh', from: 'inside', address }
}
