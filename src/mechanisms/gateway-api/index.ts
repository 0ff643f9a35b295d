import type { Policy } from '../../model/policy.ts'
import type { Service } from '../../model/kubernetes.ts'
import type { Front, Mechanism } from '../front.ts'
import { type LooseObject, refOf } from '../../model/object.ts'
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
  fronts: (object, service) => {
    if (!object.apiVersion.startsWith(`${group}/`) || !/^(HTTP|GRPC)Route$/.test(object.kind)) return []
    const hosts = strings(at(object.spec, 'hostnames'))
    const rules = list(at(object.spec, 'rules')).flatMap((rule, index) =>
      list(record(rule)['backendRefs']).some((backend) => isReference(backend, object, service))
        ? [{ rule, index }]
        : [],
    )
    // Rules that stick differently are ways of their own.
    const groups = Map.groupBy(rules, ({ rule }) =>
      JSON.stringify(record(rule)['sessionPersistence'] ?? null),
    )
    return [...groups.values()].map((members): Front => {
      const [first] = members
      const session = record(first?.rule)['sessionPersistence']
      const paths = [...new Set(members.flatMap(({ rule }) => pathsOf(rule)))]
      return {
        kind: 'gateway',
        object: refOf(object),
        mechanism: gatewayNames(object),
        addresses: (hosts.length === 0 ? ['*'] : hosts).flatMap((host) =>
          paths.map((path) => `${host}${path}`),
        ),
        policy: session === undefined ? { kind: 'none' } : persistence(session),
        via: 'pods',
        hasSessionPersistence: session !== undefined,
        field: `spec.rules[${first?.index ?? 0}]`,
      }
    })
  },
}

/** The paths of a rule as they follow a host; one that matches everything, or by something else than a path, has none. */
function pathsOf(rule: unknown): string[] {
  const paths = list(record(rule)['matches']).map((match) => text(at(match, 'path.value')) ?? '')
  return paths.length === 0 ? [''] : paths.map((path) => (path === '/' ? '' : path))
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
