import type { Mechanism } from '../mechanism.ts'
import { analyzers } from './analyzers.ts'
import { backendConfigs } from './controller.ts'
import { backendPolicies, refineGateway, sessionFilters, sessionPolicies } from './policies.ts'

/** Load balancers of Google: for Ingresses, and for Gateways of GKE. */
export const gkeMechanism: Mechanism = {
  name: 'gke',
  label: 'Google load balancers',
  routes: [],
  reads: [backendConfigs, backendPolicies, sessionPolicies, sessionFilters],
  refine: refineGateway,
  analyzers,
}
