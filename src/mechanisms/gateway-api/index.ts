import type { Leg } from '../../model/leg.ts'
import { type LooseObject, type NamespacedName, refOf } from '../../model/object.ts'
import type { Policy } from '../../model/policy.ts'
import type { Store } from '../../model/store.ts'
import { hostEntry, sendingLegs } from '../kit/front.ts'
import { at, list, record, strings, text } from '../kit/loose.ts'
import { customType } from '../kit/types.ts'
import { drawnBy, legsByType, type Mechanism } from '../mechanism.ts'

export const group = 'gateway.networking.k8s.io'

const httpRoutes = customType(group, 'httproutes', 'HTTPRoute')
const grpcRoutes = customType(group, 'grpcroutes', 'GRPCRoute')

/**
 * HTTPRoute and GRPCRoute. Gateways go to the pods: with session persistence they have to (GEP-1619), and all
 * implementations do. A route that asks for both kinds of affinity must be rejected (ibid.).
 */
export const gatewayApi: Mechanism = {
  name: 'gateway-api',
  label: 'Gateway API',
  routes: [httpRoutes, grpcRoutes],
  legs: legsByType(drawnBy(httpRoutes, routeLegs), drawnBy(grpcRoutes, routeLegs)),
}

function routeLegs(object: LooseObject, store: Store): Leg[] {
  const ref = refOf(object)
  const names = strings(at(object.spec, 'hostnames'))
  const hosts = names.length === 0 ? ['*'] : names
  return list(at(object.spec, 'rules')).flatMap((rule, index) => {
    const session = record(rule)['sessionPersistence']
    const entries = hosts.flatMap((host) => pathsOf(rule).map((path) => hostEntry(ref, host, path)))
    return backendsOf(rule, object).flatMap(({ to, share }) =>
      sendingLegs(
        {
          object: ref,
          part: `rules[${index}] ${to.namespace}/${to.name}`,
          entries,
          to,
          hop: {
            kind: 'gateway',
            mechanism: gatewayNames(object),
            configuredBy: [ref],
            policy: session === undefined ? { kind: 'none' } : persistence(session),
          },
          arrival: 'pods',
          field: `spec.rules[${index}]`,
          ...(share === undefined ? {} : { share }),
        },
        store,
      ),
    )
  })
}

/** The Services of a rule, with the part of the requests that each gets where there are several (weights count as 1). */
function backendsOf(rule: unknown, { metadata }: LooseObject): { to: NamespacedName; share?: number }[] {
  const all = list(record(rule)['backendRefs']).map((backend) => {
    const { kind = 'Service', group: of = '', name, namespace = metadata.namespace, weight } = record(backend)
    const isService = kind === 'Service' && of === ''
    return {
      to: { namespace: text(namespace) ?? '', name: isService ? (text(name) ?? '') : '' },
      weight: typeof weight === 'number' && weight >= 0 ? weight : 1,
    }
  })
  const total = all.reduce((sum, { weight }) => sum + weight, 0)
  return all
    .filter(({ to }) => to.name !== '')
    .map(({ to, weight }) => (all.length > 1 && total > 0 ? { to, share: weight / total } : { to }))
}

/** The paths of a rule as they follow a host; one that matches everything, or by something else than a path, has none. */
function pathsOf(rule: unknown): string[] {
  const paths = list(record(rule)['matches']).map((match) => text(at(match, 'path.value')) ?? '')
  return paths.length === 0 ? [''] : paths.map((path) => (path === '/' ? '' : path))
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
