import { drawnBy, legsByType, type Mechanism } from '../mechanism.ts'
import { analyzers } from './analyzers/index.ts'
import { controllerFacts } from './implementations/controllers.ts'
import { routeLegs } from './legs.ts'
import {
  backendLbPolicies,
  gateways,
  grpcRoutes,
  httpRoutes,
  listenerSets,
  referenceGrants,
  xBackendTrafficPolicies,
  xListenerSets,
} from './objects.ts'
import { installedDefinitions } from './persistence/schema.ts'
import { routeKinds } from './targets.ts'
import { plainListener } from './routes/tls.ts'

export { group } from './objects.ts'

/**
 * HTTPRoute and GRPCRoute. What comes of `sessionPersistence` is up to the controller behind the GatewayClass, and most
 * of them do not read it. All of them go to the pods.
 */
export const gatewayApi: Mechanism = {
  name: 'gateway-api',
  label: 'Gateway API',
  targets: routeKinds,
  routes: [httpRoutes, grpcRoutes],
  reads: [
    gateways,
    listenerSets,
    xListenerSets,
    referenceGrants,
    xBackendTrafficPolicies,
    backendLbPolicies,
    ...controllerFacts,
    ...installedDefinitions,
  ],
  legs: legsByType(drawnBy(httpRoutes, routeLegs), drawnBy(grpcRoutes, routeLegs)),
  plain: plainListener,
  analyzers,
}
