import type { LooseObject, ObjectType } from '../../model/cluster/object.ts'
import type { TargetKind } from '../../model/affinity/target.ts'
import { customType, targetKind } from '../kit/objects/types.ts'
import { at, list } from '../kit/objects/loose.ts'
import { countOf } from '../../model/common/words/amounts.ts'

const today = 'traefik.io'

/** The group that Traefik 2 began with: Traefik 3 does not read it. */
export const oldGroup = 'traefik.containo.us'

/** The type of today, and that of the old group. */
type Types = readonly [ObjectType<LooseObject>, ObjectType<LooseObject>]

export const ingressRoutes = types('ingressroutes', 'IngressRoute')
/** Of whatever namespace they are, they come before HTTP at their entry points. */
export const ingressRouteTcps = types('ingressroutetcps', 'IngressRouteTCP', { within: 'everywhere' })
export const traefikServices = types('traefikservices', 'TraefikService')

function types(resource: string, kind: string, own: Pick<ObjectType, 'within'> = {}): Types {
  const of = (group: string): ObjectType<LooseObject> => ({
    ...customType(group, resource, kind),
    versions: ['v1alpha1'],
    ...own,
  })
  return [of(today), of(oldGroup)]
}

const routesOf = ({ spec }: LooseObject): string[] => [
  'Traefik',
  countOf(list(at(spec, 'routes')).length, 'route'),
]

/** `ingressroute/shop`, `ingressroutetcp/shop`, `traefikservice/shop`. */
export const traefikKinds: readonly TargetKind[] = [
  targetKind(ingressRoutes[0], routesOf),
  targetKind(ingressRouteTcps[0], routesOf, {
    unprobed: 'hands on connections of any protocol, and by them no host can be asked for',
  }),
  targetKind(traefikServices[0], ({ spec }) => {
    const kind = ['weighted', 'mirroring', 'highestRandomWeight', 'failover'].find(
      (one) => at(spec, one) !== undefined,
    )
    return ['Traefik', ...(kind === undefined ? [] : [kind])]
  }),
]
