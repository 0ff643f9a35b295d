import type { Mechanism } from '../mechanism.ts'
import { analyzers } from './analyzers.ts'

/** Application Gateway: its Ingress controller. */
export const azure: Mechanism = {
  name: 'azure',
  label: 'Azure Application Gateway',
  routes: [],
  legs: () => [],
  analyzers,
}
