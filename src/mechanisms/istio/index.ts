import type { Entry, Hop, Leg } from '../../model/leg.ts'
import { type LooseObject, type NamespacedName, refOf } from '../../model/object.ts'
import type { Policy } from '../../model/policy.ts'
import type { Store } from '../../model/store.ts'
import { hostEntry, sendingLegs } from '../kit/front.ts'
import { at, list, record, strings, text } from '../kit/loose.ts'
import { customType } from '../kit/types.ts'
import { drawnBy, legsByType, type Mechanism } from '../mechanism.ts'

export const group = 'networking.istio.io'

const virtualServices = customType(group, 'virtualservices', 'VirtualService')
const destinationRules = customType(group, 'destinationrules', 'DestinationRule')

/**
 * VirtualServices that lead to the Service, and DestinationRules for its host. Istio's proxies pick the pod themselves
 * and do not read Service.spec.sessionAffinity (istio/ztunnel issue 450).
 */
export const istio: Mechanism = {
  name: 'istio',
  label: 'Istio',
  routes: [virtualServices, destinationRules],
  legs: legsByType(drawnBy(virtualServices, virtualServiceLegs), drawnBy(destinationRules, meshLegs)),
}

/** One way through its gateways and one for callers in the mesh: whoever is named, or the mesh where nobody is. */
function virtualServiceLegs(object: LooseObject, store: Store): Leg[] {
  const ref = refOf(object)
  const hosts = strings(at(object.spec, 'hosts'))
  const gateways = strings(at(object.spec, 'gateways')).filter((name) => name !== 'mesh')
  const ways: { part: string; entries: Entry[]; hop: Pick<Hop, 'kind' | 'mechanism'> }[] = []
  if (gateways.length > 0)
    ways.push({
      part: 'gateway',
      entries: hosts.map((host) => hostEntry(ref, host)),
      hop: { kind: 'gateway', mechanism: `Istio gateway ${gateways.join(', ')}` },
    })
  if (isMesh(object))
    ways.push({
      part: 'mesh',
      entries: hosts.map((host) => meshEntry(object, host)),
      hop: { kind: 'mesh', mechanism: 'Istio' },
    })
  return ways.flatMap(({ part, entries, hop }) =>
    destinationsOf(object).flatMap((to) => {
      const rule = ruleFor(to, store)
      return sendingLegs(
        {
          object: ref,
          part: `${part} ${to.namespace}/${to.name}`,
          entries,
          to,
          hop: {
            ...hop,
            configuredBy: [ref, ...(rule === undefined ? [] : [refOf(rule)])],
            policy: rule === undefined ? { kind: 'none' } : hashPolicy(rule),
          },
          arrival: 'pods',
        },
        store,
      )
    }),
  )
}

/**
 * A rule is no way in: it says how callers in the mesh pick. Where no VirtualService catches their calls, they call the
 * Service by its name.
 */
function meshLegs(rule: LooseObject, store: Store): Leg[] {
  const to = serviceOf(at(rule.spec, 'host'), rule)
  const routes = store.list(virtualServices)
  const isCaught = (routes.known ? routes.value : []).some(
    (route) => isMesh(route) && destinationsOf(route).some((other) => isSame(other, to)),
  )
  if (to === undefined) return []
  const ref = refOf(rule)
  return sendingLegs(
    {
      object: ref,
      part: 'mesh',
      entries: isCaught ? [] : [meshEntry(rule, `${to.name} (mesh)`)],
      to,
      hop: { kind: 'mesh', mechanism: 'Istio', configuredBy: [ref], policy: hashPolicy(rule) },
      arrival: 'pods',
    },
    store,
  )
}

function meshEntry(object: LooseObject, address: string): Entry {
  return { kind: 'mesh', from: 'inside', address, of: refOf(object) }
}

function isMesh({ spec }: LooseObject): boolean {
  const gateways = strings(at(spec, 'gateways'))
  return gateways.length === 0 || gateways.includes('mesh')
}

/** The Services that its routes lead to, each once. */
function destinationsOf(object: LooseObject): NamespacedName[] {
  const routes = ['http', 'tls', 'tcp'].flatMap((kind) => list(at(object.spec, kind)))
  const all = routes.flatMap((route) =>
    list(record(route)['route']).flatMap((target) => serviceOf(at(target, 'destination.host'), object) ?? []),
  )
  return [...new Map(all.map((to) => [`${to.namespace}/${to.name}`, to])).values()]
}

function ruleFor(to: NamespacedName, store: Store): LooseObject | undefined {
  const rules = store.list(destinationRules)
  return rules.known
    ? rules.value.find((rule) => isSame(serviceOf(at(rule.spec, 'host'), rule), to))
    : undefined
}

function isSame(a: NamespacedName | undefined, b: NamespacedName | undefined): boolean {
  return a !== undefined && a.namespace === b?.namespace && a.name === b.name
}

/**
 * A name without any dot is one of the namespace of the object that names it; one with a dot is complete and has to be
 * `name.namespace.svc` and the cluster's domain (istio pilot/pkg/model/config.go, ResolveShortnameToFQDN).
 */
function serviceOf(host: unknown, { metadata }: LooseObject): NamespacedName | undefined {
  if (typeof host !== 'string' || host === '') return undefined
  const [name = '', namespace, suffix, ...domain] = host.split('.')
  if (namespace === undefined) return { namespace: metadata.namespace ?? '', name }
  return suffix === 'svc' && domain.length > 0 ? { namespace, name } : undefined
}

/** `ttl` makes the cookie; without it a client has to bring one (DestinationRule, HTTPCookie). */
function hashPolicy({ spec }: LooseObject): Policy {
  const hash = at(spec, 'trafficPolicy.loadBalancer.consistentHash')
  const cookie = at(hash, 'httpCookie')
  if (cookie !== undefined) {
    const name = text(at(cookie, 'name'))
    return name === undefined ? { kind: 'cookie' } : { kind: 'cookie', name }
  }
  const header = text(at(hash, 'httpHeaderName'))
  if (header !== undefined) return { kind: 'header', name: header }
  if (at(hash, 'useSourceIp') === true) return { kind: 'hash', of: 'client address' }
  const query = text(at(hash, 'httpQueryParameterName'))
  return query === undefined ? { kind: 'none' } : { kind: 'hash', of: `parameter ${query}` }
}
