import type { Entry, Leg } from '../../model/leg.ts'
import { type LooseObject, refOf } from '../../model/object.ts'
import type { Policy } from '../../model/policy.ts'
import type { Store } from '../../model/store.ts'
import { sendingLegs } from '../kit/front.ts'
import { at, list, record, text } from '../kit/loose.ts'
import { customType } from '../kit/types.ts'
import { drawnBy, legsByType, type Mechanism } from '../mechanism.ts'

/** The group of today, and the one that Traefik 2 began with. */
const ingressRoutes = ['traefik.io', 'traefik.containo.us'].map((group) =>
  customType(group, 'ingressroutes', 'IngressRoute'),
)

/** IngressRoute; `nativeLB` sends to the cluster IP instead of the pods (and makes its own sticky cookie useless). */
export const traefik: Mechanism = {
  name: 'traefik',
  label: 'Traefik',
  routes: ingressRoutes,
  legs: legsByType(...ingressRoutes.map((type) => drawnBy(type, routeLegs))),
}

function routeLegs(object: LooseObject, store: Store): Leg[] {
  const ref = refOf(object)
  return list(at(object.spec, 'routes')).flatMap((route, index) => {
    const entry: Entry = {
      kind: 'host',
      from: 'outside',
      address: text(record(route)['match']) ?? '*',
      of: ref,
    }
    return list(record(route)['services']).flatMap((target) => {
      const { kind = 'Service', name, namespace = object.metadata.namespace } = record(target)
      const to = { namespace: text(namespace) ?? '', name: text(name) ?? '' }
      if (kind !== 'Service' || to.name === '') return []
      return sendingLegs(
        {
          object: ref,
          part: `routes[${index}] ${to.namespace}/${to.name}`,
          entries: [entry],
          to,
          hop: { kind: 'ingress', mechanism: 'Traefik', configuredBy: [ref], policy: sticky(target) },
          arrival: at(target, 'nativeLB') === true ? 'cluster-ip' : 'pods',
          field: `spec.routes[${index}]`,
        },
        store,
      )
    })
  })
}

function sticky(target: unknown): Policy {
  const cookie = at(target, 'sticky.cookie')
  if (cookie === undefined) return { kind: 'none' }
  const name = text(at(cookie, 'name'))
  return name === undefined ? { kind: 'cookie' } : { kind: 'cookie', name }
}
