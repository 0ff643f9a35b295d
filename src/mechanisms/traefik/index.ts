import type { Entry, Leg } from '../../model/affinity/leg.ts'
import { type LooseObject, refOf } from '../../model/cluster/object.ts'
import type { Store } from '../../model/cluster/store.ts'
import { drawnBy, legsByType, type Mechanism } from '../mechanism.ts'
import { analyzers } from './analyzers/index.ts'
import { balancerOf, routesOf } from './balancers/balance.ts'
import { balancerLegs } from './balancers/legs.ts'
import { type Alternative, alternativesOf } from './routes/rule.ts'
import { refineClosed } from './routes/closed.ts'
import { refineTaken } from './routes/tcp.ts'
import { plainRoute } from './routes/tls.ts'
import { ingressRoutes, ingressRouteTcps, traefikKinds, traefikServices } from './objects.ts'

/** IngressRoute, IngressRouteTCP and TraefikService; what it does with Ingresses is in `ingress/`. */
export const traefik: Mechanism = {
  name: 'traefik',
  label: 'Traefik',
  targets: traefikKinds,
  routes: [...ingressRoutes, ...ingressRouteTcps, ...traefikServices],
  legs: legsByType(
    ...[...ingressRoutes, ...ingressRouteTcps].map((type) => drawnBy(type, routeLegs)),
    ...traefikServices.map((type) => drawnBy(type, serviceLegs)),
  ),
  refine: (leg, store) => refineClosed(refineTaken(leg, store), store),
  plain: plainRoute,
  analyzers,
}

function routeLegs(object: LooseObject, store: Store): Leg[] {
  const ref = refOf(object)
  return routesOf(object).flatMap(({ match, field, balancer }): Leg[] => {
    const from = { object: ref, part: field }
    const entries = alternativesOf(match).map((one): Leg => {
      const entry: Entry = { kind: 'host', from: 'outside', address: one.text, ...placeOf(one), of: ref }
      return { from: entry, to: from, arrival: 'object' }
    })
    return [...entries, ...balancerLegs(from, balancer, object, store)]
  })
}

function serviceLegs(object: LooseObject, store: Store): Leg[] {
  const balancer = balancerOf(object)
  return balancer === undefined ? [] : balancerLegs({ object: refOf(object) }, balancer, object, store)
}

/** Host and path of what asks for no more than these. */
function placeOf({ isPlain, host, path }: Alternative): Pick<Entry, 'host' | 'path'> {
  if (!isPlain || host === undefined) return {}
  return path === undefined ? { host } : { host, path }
}
