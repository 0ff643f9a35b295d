import type { Policy } from '../../model/policy.ts'
import type { Front, Mechanism } from '../front.ts'
import { groupOf, refOf } from '../../model/object.ts'
import { at, list, record, text } from '../kit/loose.ts'

/** The group of today, and the one that Traefik 2 began with. */
const groups = ['traefik.io', 'traefik.containo.us']

/** IngressRoute; `nativeLB` sends to the cluster IP instead of the pods (and makes its own sticky cookie useless). */
export const traefik: Mechanism = {
  resources: groups.map((group) => ({ group, resource: 'ingressroutes', kind: 'IngressRoute' })),
  fronts: (object, service) => {
    if (object.kind !== 'IngressRoute' || !groups.includes(groupOf(object.apiVersion))) return []
    const found = list(at(object.spec, 'routes')).flatMap((route, index) =>
      list(record(route)['services'])
        .filter((target) => {
          const { kind = 'Service', name, namespace = object.metadata.namespace } = record(target)
          return (
            kind === 'Service' && name === service.metadata.name && namespace === service.metadata.namespace
          )
        })
        .map((target) => ({
          match: text(record(route)['match']) ?? '*',
          index,
          policy: sticky(target),
          isNative: at(target, 'nativeLB') === true,
        })),
    )
    // Routes that stick differently are ways of their own.
    const ways = Map.groupBy(found, ({ policy, isNative }) => JSON.stringify([policy, isNative]))
    return [...ways.values()].map((members): Front => {
      const [first] = members
      return {
        kind: 'ingress',
        object: refOf(object),
        mechanism: 'Traefik',
        addresses: [...new Set(members.map(({ match }) => match))],
        policy: first?.policy ?? { kind: 'none' },
        via: first?.isNative === true ? 'service' : 'pods',
        field: `spec.routes[${first?.index ?? 0}]`,
      }
    })
  },
}

function sticky(target: unknown): Policy {
  const cookie = at(target, 'sticky.cookie')
  if (cookie === undefined) return { kind: 'none' }
  const name = text(at(cookie, 'name'))
  return name === undefined ? { kind: 'cookie' } : { kind: 'cookie', name }
}
