import type { Mechanism } from '../mechanism.ts'
import { analyzers } from './analyzers.ts'
import { refineRoute, routePolicies } from './route-policy.ts'

/** Application Gateway: its Ingress controller, and the one for containers, which serves Gateways. */
export const azure: Mechanism = {
  name: 'azure',
  label: 'Azure Application Gateway',
  routes: [],
  reads: [routePolicies],
  refine: refineRoute,
  analyzers,
}
