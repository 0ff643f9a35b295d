import type { Policy } from '../../model/policy.ts'
import type { Service } from '../../model/kubernetes.ts'
import type { LooseObject } from '../../model/object.ts'
import { type Mechanism, refOf } from '../front.ts'
import { at, list, record, strings, text } from '../kit/loose.ts'

const group = 'gateway.networking.k8s.io'

/**
 * HTTPRoute and GRPCRoute. Gateways go to the pods: with session persistence they have to (GEP-1619), and all
 * implementations do. A route that asks for both kinds of affinity must be rejected (ibid.).
 */
export const gatewayApi: Mechanism = {
  resources: [
    { group, resource: 'httproutes', kind: 'HTTPRoute' },
    { group, resource: 'grpcroutes', kind: 'GRPCRoute' },
  ],
  front: (object, service) => {
    if (!object.apiVersion.startsWith(`${group}/`) || !/^(HTTP|GRPC)Route$/.test(object.kind))
      return undefined
    const rules = list(at(object.spec, 'rules')).filter((rule) =>
      list(record(rule)['backendRefs']).some((backend) => isReference(backend, object, service)),
    )
    if (rules.length === 0) return undefined
    const persistent = rules.find((rule) => record(rule)['sessionPersistence'] !== undefined)
    const hosts = strings(at(object.spec, 'hostnames'))
    return {
      kind: 'gateway',
      object: refOf(object),
      mechanism: gatewayNames(object),
      addresses: hosts.length === 0 ? ['*'] : hosts,
      policy:
        persistent === undefined ? { kind: 'none' } : persistence(record(persistent)['sessionPersistence']),
      via: 'pods',
      hasSessionPersistence: persistent !== undefined,
    }
  },
}

function isReference(backend: unknown, { metadata }: LooseObject, service: Service): boolean {
  const { kind = 'Service', group: backendGroup = '', name, namespace = metadata.namespace } = record(backend)
  return (
    kind === 'Service' &&
    backendGroup === '' &&
    name === service.metadata.name &&
    namespace === service.metadata.namespace
  )
}

/** Field names have moved between versions of the experimental channel: both are read. */
function persistence(value: unknown): Policy {
  if (at(value, 'type') === 'Header') {
    const name = text(at(value, 'header.name')) ?? text(at(value, 'sessionName'))
    return name === undefined ? { kind: 'header' } : { kind: 'header', name }
  }
  const name = text(at(value, 'cookie.name')) ?? text(at(value, 'sessionName'))
  return name === undefined ? { kind: 'cookie' } : { kind: 'cookie', name }
}

function gatewayNames({ spec }: LooseObject): string {
  const names = list(at(spec, 'parentRefs')).map((parent) => text(record(parent)['name']) ?? '')
  return names.length === 0 ? 'Gateway API' : `gateway ${names.join(', ')}`
}
