import { drawnBy, legsByType, type Mechanism } from '../mechanism.ts'
import { analyzers } from './analyzers.ts'
import { routeGroupKind, routeGroups } from './objects.ts'
import { routeGroupLegs } from './route-group.ts'
import { skipperPrograms } from './usual.ts'

/** Skipper: RouteGroups. Its Ingresses are drawn with the others. */
export const skipperMechanism: Mechanism = {
  name: 'skipper',
  label: 'Skipper',
  targets: [routeGroupKind],
  routes: [routeGroups],
  reads: [skipperPrograms],
  legs: legsByType(drawnBy(routeGroups, routeGroupLegs)),
  analyzers,
}
