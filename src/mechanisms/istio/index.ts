import type { Policy } from '../../model/policy.ts'
import type { Service } from '../../model/kubernetes.ts'
import type { LooseObject } from '../../model/object.ts'
import { type Mechanism, refOf } from '../front.ts'
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
  front: (object, service, { objects }) => {
    if (!object.apiVersion.startsWith(`${group}/`)) return undefined
    if (object.kind === 'VirtualService') return virtualService(object, service, objects)
    if (object.kind !== 'DestinationRule' || !isHost(at(object.spec, 'host'), object, service))
      return undefined
    return {
      kind: 'mesh',
      object: refOf(object),
      mechanism: 'Istio',
      addresses: [],
      policy: hashPolicy(object),
      via: 'pods',
    }
  },
}

function virtualService(object: LooseObject, service: Service, objects: readonly LooseObject[]) {
  const routes = ['http', 'tls', 'tcp'].flatMap((kind) => list(at(object.spec, kind)))
  const leads = routes.some((route) =>
    list(record(route)['route']).some((target) => isHost(at(target, 'destination.host'), object, service)),
  )
  if (!leads) return undefined
  const rule = objects.find(
    (other) => other.kind === 'DestinationRule' && isHost(at(other.spec, 'host'), other, service),
  )
  const gateways = strings(at(object.spec, 'gateways')).filter((name) => name !== 'mesh')
  return {
    kind: gateways.length > 0 ? ('gateway' as const) : ('mesh' as const),
    object: refOf(object),
    mechanism: gateways.length > 0 ? `Istio gateway ${gateways.join(', ')}` : 'Istio',
    addresses: strings(at(object.spec, 'hosts')),
    policy: rule === undefined ? ({ kind: 'none' } as const) : hashPolicy(rule),
    via: 'pods' as const,
  }
}

/** A short host is in the namespace of the object that names it; a full one is `name.namespace.svc…`. */
function isHost(host: unknown, { metadata }: LooseObject, service: Service): boolean {
  if (typeof host !== 'string') return false
  const [name, namespace = metadata.namespace] = host.split('.')
  return name === service.metadata.name && namespace === service.metadata.namespace
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
