import type { Mechanism } from '../mechanism.ts'
import { analyzers } from './analyzers.ts'
import { upstreamPolicies } from './controller.ts'

/** Kong: what a Service's KongUpstreamPolicy says. Its Ingresses are drawn with the others. */
export const kongMechanism: Mechanism = {
  name: 'kong',
  label: 'Kong',
  routes: [],
  reads: [upstreamPolicies],
  legs: () => [],
  analyzers,
}
