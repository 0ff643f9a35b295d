import type { LooseObject, ObjectType } from '../../model/object.ts'
import { refuseSubdomain, type TargetKind } from '../../model/target.ts'
import { at, list } from '../kit/loose.ts'
import { customType } from '../kit/types.ts'

const group = 'traefik.io'

/** The group that Traefik 2 began with: Traefik 3 does not read it. */
export const oldGroup = 'traefik.containo.us'

/** The type of today, and that of the old group. */
type Types = readonly [ObjectType<LooseObject>, ObjectType<LooseObject>]

export const ingressRoutes: Types = [
  customType(group, 'ingressroutes', 'IngressRoute'),
  customType(oldGroup, 'ingressroutes', 'IngressRoute'),
]

export const traefikServices: Types = [
  customType(group, 'traefikservices', 'TraefikService'),
  customType(oldGroup, 'traefikservices', 'TraefikService'),
]

/** `ingressroute/shop`. */
export const ingressRouteKind: TargetKind<LooseObject> = {
  name: 'ingressroute',
  label: 'IngressRoute',
  words: ['ingressroutes', 'ingressroute.traefik.io', 'ingressroutes.traefik.io'],
  type: ingressRoutes[0],
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

function countOf(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
