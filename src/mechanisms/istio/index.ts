import type { Policy } from '../../model/policy.ts'
import type { Service } from '../../model/kubernetes.ts'
import type { Front, Mechanism } from '../front.ts'
import { type LooseObject, refOf } from '../../model/object.ts'
import { at, list, record, strings, text } from '../kit/loose.ts'

const group = 'networking.istio.io'

/**
 * VirtualServices that lead to the Service, and DestinationRules for its host. Istio's proxies pick the pod themselves
 * and do not read Service.spec.sessionAffinity (istio/ztunnel issue 450).
 */
export const istio: Mechanism = {
  resources: [
    { group, resource: 'virtualservices', kind: 'VirtualService' },
    { group, resource: 'destinationrules', kind: 'DestinationRule' },
  ],
  fronts: (object, service, { objects }) => {
    if (!object.apiVersion.startsWith(`${group}/`)) return []
    if (object.kind === 'VirtualService') return virtualService(object, service, objects)
    if (object.kind !== 'DestinationRule' || !isHost(at(object.spec, 'host'), object, service)) return []
    // A rule is no way in: it says how callers in the mesh pick, unless a VirtualService catches their calls and names it.
    const isCaught = objects.some(
      (other) => other.kind === 'VirtualService' && isMesh(other) && leadsTo(other, service),
    )
    if (isCaught) return []
    return [
      {
        kind: 'mesh',
        object: refOf(object),
        mechanism: 'Istio',
        addresses: [],
        policy: hashPolicy(object),
        via: 'pods',
      },
    ]
  },
}

/** One way through its gateways and one for callers in the mesh: whoever is named, or the mesh where nobody is. */
function virtualService(object: LooseObject, service: Service, objects: readonly LooseObject[]): Front[] {
  if (!leadsTo(object, service)) return []
  const rule = objects.find(
    (other) => other.kind === 'DestinationRule' && isHost(at(other.spec, 'host'), other, service),
  )
  const gateways = strings(at(object.spec, 'gateways')).filter((name) => name !== 'mesh')
  const front = {
    object: refOf(object),
    addresses: strings(at(object.spec, 'hosts')),
    policy: rule === undefined ? ({ kind: 'none' } as const) : hashPolicy(rule),
    via: 'pods' as const,
  }
  return [
    ...(gateways.length === 0
      ? []
      : [{ ...front, kind: 'gateway' as const, mechanism: `Istio gateway ${gateways.join(', ')}` }]),
    ...(isMesh(object) ? [{ ...front, kind: 'mesh' as const, mechanism: 'Istio' }] : []),
  ]
}

function isMesh({ spec }: LooseObject): boolean {
  const gateways = strings(at(spec, 'gateways'))
  return gateways.length === 0 || gateways.includes('mesh')
}

function leadsTo(object: LooseObject, service: Service): boolean {
  const routes = ['http', 'tls', 'tcp'].flatMap((kind) => list(at(object.spec, kind)))
  return routes.some((route) =>
    list(record(route)['route']).some((target) => isHost(at(target, 'destination.host'), object, service)),
  )
}

/**
 * A name without any dot is one of the namespace of the object that names it; one with a dot is complete and has to be
 * `name.namespace.svc` and the cluster's domain (istio pilot/pkg/model/config.go, ResolveShortnameToFQDN).
 */
function isHost(host: unknown, { metadata }: LooseObject, service: Service): boolean {
  if (typeof host !== 'string') return false
  const { name, namespace = '' } = service.metadata
  if (!host.includes('.')) return host === name && metadata.namespace === namespace
  return host.startsWith(`${name}.${namespace}.svc.`)
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
