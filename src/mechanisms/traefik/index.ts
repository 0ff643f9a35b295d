import type { Policy } from '../../model/policy.ts'
import { type Mechanism, refOf } from '../front.ts'
import { at, list, record, text } from '../kit/loose.ts'

/** The group of today, and the one that Traefik 2 began with. */
const groups = ['traefik.io', 'traefik.containo.us']

/** IngressRoute; `nativeLB` sends to the cluster IP instead of the pods (and makes its own sticky cookie useless). */
export const traefik: Mechanism = {
  resources: groups.map((group) => ({ group, resource: 'ingressroutes', kind: 'IngressRoute' })),
  front: (object, service) => {
    if (object.kind !== 'IngressRoute' || !groups.includes(object.apiVersion.split('/')[0] ?? ''))
      return undefined
    const found = list(at(object.spec, 'routes')).flatMap((route) =>
      list(record(route)['services'])
        .filter((target) => {
          const { kind = 'Service', name, namespace = object.metadata.namespace } = record(target)
          return (
            kind === 'Service' && name === service.metadata.name && namespace === service.metadata.namespace
          )
        })
        .map((target) => ({ match: text(record(route)['match']) ?? '*', target })),
    )
    const [first] = found
    if (first === undefined) return undefined
    return {
      kind: 'ingress',
      object: refOf(object),
      mechanism: 'Traefik',
      addresses: found.map(({ match }) => match),
      policy: sticky(first.target),
      via: at(first.target, 'nativeLB') === true ? 'service' : 'pods',
    }
  },
}

function sticky(target: unknown): Policy {
  const cookie = at(target, 'sticky.cookie')
  if (cookie === undefined) return { kind: 'none' }
  const name = text(at(cookie, 'name'))
  return name === undefined ? { kind: 'cookie' } : { kind: 'cookie', name }
}
