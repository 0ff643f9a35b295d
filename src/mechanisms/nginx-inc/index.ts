import { drawnBy, legsByType, type Mechanism } from '../mechanism.ts'
import { analyzers } from './analyzers.ts'
import {
  virtualServerKind,
  virtualServerLegs,
  virtualServerRoutes,
  virtualServers,
} from './virtual-server.ts'

/** NGINX Ingress Controller of F5: its annotations, and its own kinds. */
export const nginxIncMechanism: Mechanism = {
  name: 'nginx-inc',
  label: 'NGINX Ingress Controller (F5)',
  targets: [virtualServerKind],
  routes: [virtualServers, virtualServerRoutes],
  legs: legsByType(
    drawnBy(virtualServers, virtualServerLegs),
    drawnBy(virtualServerRoutes, virtualServerLegs),
  ),
  analyzers,
}
