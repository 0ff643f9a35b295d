import type { Entry, Leg, Stop } from '../../model/affinity/leg.ts'
import { type LooseObject, refOf, refTo } from '../../model/cluster/object.ts'
import type { Policy } from '../../model/affinity/policy.ts'
import type { Store } from '../../model/cluster/store.ts'
import { allOf, typed } from '../kit/legs/conditions.ts'
import { hostEntry, sendingLegs } from '../kit/legs/front.ts'
import { at, list, record, text } from '../kit/objects/loose.ts'
import { type Attachment, attachmentsOf, refusalOf, type Unattached } from './routes/attach.ts'
import { backendsOf, mayReach } from './routes/backends.ts'
import { servicesOfMesh } from './routes/parents.ts'
import { type Controller, controllerOf } from './implementations/controllers.ts'
import type { Reading, RuleContext } from './implementations/implementations.ts'
import { gateways, group, httpRoutes } from './objects.ts'
import { type Persistence, persistenceOf } from './persistence/persistence.ts'
import { installedFor, persistedOf } from './persistence/schema.ts'
import { remember, type Routing } from './routes/routing.ts'
import { defined, distinctBy } from '../../model/common/values.ts'

/** From each host and path by way of the gateway to the route, and on to the Services of the rule. */
export function routeLegs(route: LooseObject, store: Store): Leg[] {
  return rulesOf(route, store).flatMap((rule) => ruleLegs(rule, store))
}

/** The rules of a route, for each listener that takes it. */
export function rulesOf(route: LooseObject, store: Store): ListenerRule[] {
  const installed = installedFor(route, store)
  return attachments(route, store).flatMap((attachment) => {
    const { gateway } = attachment
    const controller = gateway === undefined ? undefined : controllerOf(gateway, store)
    return list(at(route.spec, 'rules')).map((value, index): ListenerRule => {
      const rule = record(value)
      const persistence = persistenceOf(persistedOf(rule['sessionPersistence'], installed))
      const one = { route, rule, index, attachment, controller }
      return { ...one, persistence, ways: waysOf(one, persistence) }
    })
  })
}

/**
 * A route that names no gateway is shown as well: as what others that delegate to it are attached to (kgateway), for callers of the
 * Services that it names (GAMMA), or by itself, as nobody knows who takes it.
 */
function attachments(route: LooseObject, store: Store): (Attachment | Unattached)[] {
  const own = attachmentsOf(route, store)
  const ofParents = (): (Attachment | Unattached)[] =>
    delegatingTo(route, store)
      .flatMap((parent) => attachmentsOf(parent, store))
      .filter(({ gateway }) => gateway === undefined || controllerOf(gateway, store)?.label === 'kgateway')
  const found = own.length > 0 ? own : ofParents()
  const called = servicesOfMesh(route)
  if (found.length === 0 && called.length > 0) return [{ hosts: called, isRefused: false, isOfMesh: true }]
  const names = list(at(route.spec, 'hostnames')).flatMap((name) => text(name) ?? [])
  return found.length > 0 ? found : [{ hosts: names.length === 0 ? ['*'] : names, isRefused: false }]
}

function delegatingTo({ metadata }: LooseObject, store: Store): LooseObject[] {
  const all = store.list(httpRoutes)
  return (all.known ? all.value : []).filter((parent) =>
    list(at(parent.spec, 'rules'))
      .flatMap((rule) => list(record(rule)['backendRefs']))
      .some((backend) => {
        const { group: of, kind, name, namespace = parent.metadata.namespace } = record(backend)
        const isRoute = of === group && kind === httpRoutes.kind
        return isRoute && namespace === metadata.namespace && (name === metadata.name || name === '*')
      }),
  )
}

interface BareRule {
  route: LooseObject
  rule: Readonly<Record<string, unknown>>
  index: number
  attachment: Attachment | Unattached
  controller: Controller | undefined
}

/** A rule of a route as one listener takes it. */
export interface ListenerRule extends BareRule {
  persistence: Persistence | undefined
  ways: readonly RulePaths[]
}

function ruleLegs(one: ListenerRule, store: Store): Leg[] {
  const { route, rule, index, attachment, persistence } = one
  const ref = refOf(route)
  const backends = backendsOf(rule, route)
  const name = text(rule['name'])
  return one.ways.flatMap(({ paths, reading, policy }, way) =>
    backends.flatMap((backend): Leg[] => {
      const { to, share } = backend
      const { to: at, set, listener, gateway } = attachment
      const part = [at, ...(set === undefined ? [] : [set.name]), listener, index, way, backend.index]
      const from: Stop = { object: ref, part: JSON.stringify(part) }
      const isReached = mayReach(route, to, store) !== false && !attachment.isRefused
      const legs = sendingLegs(
        {
          from,
          to,
          hop: {
            kind: 'gateway',
            mechanism: mechanismOf(one),
            configuredBy: [
              ref,
              ...[set?.object, gateway].flatMap((one) => (one === undefined ? [] : [refOf(one)])),
            ],
            policy: isReached ? policy : { kind: 'none' },
            ...(isReached ? {} : { note: whyNot(attachment) }),
          },
          // Who serves an unseen gateway may go to the pods, or to nodes.
          arrival:
            isReached && (one.controller !== undefined || attachment.isOfMesh === true) ? 'pods' : 'unknown',
          field: `spec.rules[${index}]`,
          share,
        },
        store,
      )
      if (attachment.to !== undefined || attachment.isOfMesh === true)
        for (const leg of legs) {
          const routing: Routing = {
            route,
            index,
            rule,
            attachment,
            backend,
            backends,
            ...defined({ ruleName: name, controller: one.controller, persistence, reading }),
          }
          remember(leg.from as Stop, routing)
        }
      const entries = attachment.hosts.flatMap((host) =>
        paths.map(({ shown, when }): Entry => {
          const entry = hostEntry(ref, host, shown, when)
          if (attachment.isOfMesh !== true) return entry
          return { ...entry, kind: 'mesh', from: 'inside', address: `${entry.address} (mesh)` }
        }),
      )
      return [...entryLegs(entries, from, attachment), ...legs]
    }),
  )
}

/** A gateway is passed on the way, so that it can be asked about, and picks nothing by itself. */
function entryLegs(entries: readonly Entry[], route: Stop, { to }: ListenerRule['attachment']): Leg[] {
  if (to === undefined) return entries.map((entry) => ({ from: entry, to: route, arrival: 'object' }))
  const gateway: Stop = {
    object: refTo(gateways, to),
    part: `${route.object.namespace}/${route.object.name} ${route.part}`,
  }
  return [
    ...entries.map((entry): Leg => ({ from: entry, to: gateway, arrival: 'object' })),
    { from: gateway, to: route, arrival: 'object' },
  ]
}

/** Paths of a rule, and what becomes of its session persistence there. */
interface RulePaths {
  paths: Shown[]
  reading?: Reading
  policy: Policy
}

/** Paths that are kept in one way: up to Envoy Gateway 1.9 each has a cookie of its own. */
function waysOf(rule: BareRule, persistence: Persistence | undefined): RulePaths[] {
  const matches = matchesOf(rule.rule)
  const ways = matches.map(({ path, ...shown }) => ({ ...policyOf(rule, persistence, path), shown }))
  return [...Map.groupBy(ways, ({ policy }) => JSON.stringify(policy)).values()].map((members) => ({
    ...members[0]!,
    paths: distinctBy(
      members.map(({ shown }) => shown),
      (shown) => JSON.stringify(shown),
    ),
  }))
}

function policyOf(
  { route, rule, index, attachment, controller }: BareRule,
  persistence: Persistence | undefined,
  path: RuleContext['path'],
): { policy: Policy; reading?: Reading } {
  if (controller === undefined) return { policy: unseen(attachment) }
  if (persistence === undefined)
    return {
      policy:
        controller.others === undefined
          ? { kind: 'none' }
          : {
              kind: 'unknown',
              why: `${controller.label} has kinds of its own for it (${controller.others}), which are not read`,
            },
    }
  const { version, words } = controller
  const reading = controller.read(persistence, {
    kind: route.kind === 'GRPCRoute' ? 'GRPCRoute' : 'HTTPRoute',
    namespace: route.metadata.namespace ?? '',
    route: route.metadata.name,
    index,
    isUnmatched: Array.isArray(rule['matches']) && rule['matches'].length === 0,
    ...defined({ path, version, words }),
  })
  return { policy: reading.policy, reading }
}

function unseen({ to, gateway, set, isOfMesh }: ListenerRule['attachment']): Policy {
  if (isOfMesh === true) return { kind: 'unknown', why: 'which mesh the callers have cannot be seen' }
  if (to === undefined && set !== undefined)
    return { kind: 'unknown', why: `listenerset/${set.name} cannot be seen, which names the gateway` }
  if (to === undefined) return { kind: 'unknown', why: 'the route names no gateway' }
  const why =
    gateway === undefined
      ? `gateway/${to.name} cannot be seen, and who serves it decides`
      : `which controller serves gateway/${to.name} cannot be seen`
  return { kind: 'unknown', why }
}

/** What follows the host, nothing where everything matches, and what else is asked for. */
interface Shown {
  shown: string
  when?: string
}

/** The matches of a rule by path. */
function matchesOf(
  rule: Readonly<Record<string, unknown>>,
): (Shown & { path?: { type: string; value: string } })[] {
  const all = list(rule['matches'])
  if (all.length === 0) return [{ path: { type: 'PathPrefix', value: '/' }, shown: '' }]
  return all.map((match) => {
    const { method, headers, queryParams } = record(match)
    const isMethod = typeof method === 'string' ? `method is ${method}` : undefined
    const when = defined({
      when: allOf([isMethod, ...typed('header', headers), ...typed('parameter', queryParams)]),
    })
    const service = text(at(match, 'method.service'))
    if (service !== undefined)
      return { ...when, shown: `/${service}/${text(at(match, 'method.method')) ?? ''}` }
    const value = text(at(match, 'path.value'))
    const type = text(at(match, 'path.type')) ?? 'PathPrefix'
    // The API server fills in `/` where a match has no path (of an HTTPRoute).
    if (value === undefined) return { ...when, path: { type: 'PathPrefix', value: '/' }, shown: '' }
    return { ...when, path: { type, value }, shown: value === '/' && type === 'PathPrefix' ? '' : value }
  })
}

function mechanismOf({ attachment: { to }, controller }: BareRule): string {
  if (to === undefined) return 'Gateway API'
  return controller === undefined ? `gateway ${to.name}` : `gateway ${to.name}, ${controller.label}`
}

function whyNot(attachment: ListenerRule['attachment']): string {
  if (!attachment.isRefused || attachment.to === undefined)
    return 'no ReferenceGrant lets the route name a Service of another namespace'
  const { by, isShut } = refusalOf(attachment)
  return isShut
    ? `gateway/${attachment.to.name} takes no listeners of ${by}`
    : `no listener of ${by} takes this route`
}
