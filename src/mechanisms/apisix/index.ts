import { drawnBy, legsByType, type Mechanism } from '../mechanism.ts'
import { analyzers } from './analyzers.ts'
import { refineGateway } from './controller.ts'
import { apisixRouteKind, apisixRoutes, apisixUpstreams, trafficPolicies } from './objects.ts'
import { routeLegs } from './routes.ts'
import { apisixPrograms } from './version.ts'

/** APISIX: its own routes, and what policies say of Services behind its Ingresses and Gateways. */
export const apisixMechanism: Mechanism = {
  name: 'apisix',
  label: 'APISIX',
  targets: [apisixRouteKind],
  routes: [apisixRoutes],
  reads: [apisixUpstreams, trafficPolicies, apisixPrograms],
  legs: legsByType(drawnBy(apisixRoutes, routeLegs)),
  refine: refineGateway,
  analyzers,
}
