import { customType, targetKind } from '../kit/objects/types.ts'
import type { LooseObject, ObjectType } from '../../model/cluster/object.ts'
import { at, strings } from '../kit/objects/loose.ts'

/** Skipper's own kind of route (dataclients/kubernetes/definitions/routegroups.go). */
export const routeGroups: ObjectType<LooseObject> = customType('zalando.org', 'routegroups', 'RouteGroup')

/** `routegroup/x`, or `rg/x` as kubectl has it. */
export const routeGroupKind = targetKind(routeGroups, ({ spec }) => strings(at(spec, 'hosts')), {
  shortNames: ['rg', 'rgs'],
})
