import type { LooseObject, ObjectType } from '../../model/cluster/object.ts'
import { refuseSubdomain, type TargetKind } from '../../model/affinity/target.ts'
import { at, list } from '../kit/loose.ts'
import { customType } from '../kit/types.ts'
import { countOf } from '../../model/common/count.ts'

const today = 'traefik.io'

/** The group that Traefik 2 began with: Traefik 3 does not read it. */
export const oldGroup = 'traefik.containo.us'

/** The type of today, and that of the old group. */
type Types = readonly [ObjectType<LooseObject>, ObjectType<LooseObject>]

export const ingressRoutes = types('ingressroutes', 'IngressRoute')
export const ingressRouteTcps = types('ingressroutetcps', 'IngressRouteTCP')
export const traefikServices = types('traefikservices', 'TraefikService')

function types(resource: string, kind: string): Types {
  const of = (group: string): ObjectType<LooseObject> => ({
    ...customType(group, resource, kind),
    versions: ['v1alpha1'],
  })
  return [of(today), of(oldGroup)]
}

/** `ingressroute/shop`. */
export const ingressRouteKind: TargetKind<LooseObject> = {
  name: 'ingressroute',
  label: 'IngressRoute',
  words: ['ingressroutes', 'ingressroute.traefik.io', 'ingressroutes.traefik.io'],
  type: ingressRoutes[0],
  refuseName: refuseSubdomain,
  describe: ({ spec }) => ['Traefik', countOf(list(at(spec, 'routes')).length, 'route')],
}

/** `ingressroutetcp/shop`. */
export const ingressRouteTcpKind: TargetKind<LooseObject> = {
  name: 'ingressroutetcp',
  label: 'IngressRouteTCP',
  words: ['ingressroutetcps', 'ingressroutetcp.traefik.io', 'ingressroutetcps.traefik.io'],
  type: ingressRouteTcps[0],
  refuseName: refuseSubdomain,
  describe: ({ spec }) => ['Traefik', countOf(list(at(spec, 'routes')).length, 'route')],
}

/** `traefikservice/shop`. */
export const traefikServiceKind: TargetKind<LooseObject> = {
  name: 'traefikservice',
  label: 'TraefikService',
  words: ['traefikservices', 'traefikservice.traefik.io', 'traefikservices.traefik.io'],
  type: traefikServices[0],
  refuseName: refuseSubdomain,
  describe: ({ spec }) => {
    const kind = ['weighted', 'mirroring', 'highestRandomWeight'].find((one) => at(spec, one) !== undefined)
    return ['Traefik', ...(kind === undefined ? [] : [kind])]
  },
}
