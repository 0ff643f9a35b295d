import type { Entry, Leg } from '../../model/affinity/leg.ts'
import { type LooseObject, refOf } from '../../model/cluster/object.ts'
import type { Store } from '../../model/cluster/store.ts'
import { anyKind } from '../../model/affinity/target.ts'
import { drawnBy, legsByType, type Mechanism } from '../mechanism.ts'
import { analyzers } from './analyzers.ts'
import { balancerLegs, balancerOf, routesOf } from './balance.ts'
import { ingressRouteKind, ingressRoutes, traefikServiceKind, traefikServices } from './objects.ts'

/** IngressRoute and TraefikService; what it does with Ingresses is in controller.ts. */
export const traefik: Mechanism = {
  name: 'traefik',
  label: 'Traefik',
  targets: [anyKind(ingressRouteKind), anyKind(traefikServiceKind)],
  routes: [...ingressRoutes, ...traefikServices],
  legs: legsByType(
    ...ingressRoutes.map((type) => drawnBy(type, routeLegs)),
    ...traefikServices.map((type) => drawnBy(type, serviceLegs)),
  ),
  analyzers,
}

function routeLegs(object: LooseObject, store: Store): Leg[] {
  const ref = refOf(object)
  return routesOf(object).flatMap(({ match, field, balancer }): Leg[] => {
    const from = { object: ref, part: field }
    const entry: Entry = { kind: 'host', from: 'outside', address: match, ...hostAndPath(match), of: ref }
    return [{ from: entry, to: from, arrival: 'object' }, ...balancerLegs(from, balancer, ref, store)]
  })
}

function serviceLegs(object: LooseObject, store: Store): Leg[] {
  const ref = refOf(object)
  const balancer = balancerOf(object)
  return balancer === undefined ? [] : balancerLegs({ object: ref }, balancer, ref, store)
}

/** Host and path of a rule that asks for no more than these. */
function hostAndPath(match: string): Pick<Entry, 'host' | 'path'> {
  const found = /^Host\(`([^`]+)`\)(?:\s*&&\s*Path(?:Prefix)?\(`([^`]+)`\))?$/.exec(match.trim())
  const [, host, path] = found ?? []
  if (host === undefined) return {}
  return path === undefined ? { host } : { host, path }
}
