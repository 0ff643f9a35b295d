import { refuseSubdomain, type TargetKind } from '../../model/affinity/target.ts'
import type { LooseObject, ObjectType } from '../../model/cluster/object.ts'
import { at, strings } from '../kit/loose.ts'
import { customType } from '../kit/types.ts'

/** Skipper's own kind of route (dataclients/kubernetes/definitions/routegroups.go). */
export const routeGroups: ObjectType<LooseObject> = customType('zalando.org', 'routegroups', 'RouteGroup')

/** `routegroup/x`, or `rg/x` as kubectl has it. */
export const routeGroupKind: TargetKind<LooseObject> = {
  name: 'routegroup',
  label: 'RouteGroup',
  words: ['routegroups', 'rg', 'rgs', 'routegroup.zalando.org', 'routegroups.zalando.org'],
  type: routeGroups,
  refuseName: refuseSubdomain,
  describe: ({ spec }) => strings(at(spec, 'hosts')),
}
