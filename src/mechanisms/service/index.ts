import { drawnBy, legsByType, type Mechanism } from '../mechanism.ts'
import { serviceLegs } from './legs.ts'
import { anyKind } from '../../model/affinity/target.ts'
import { analyzers } from './analyzers/index.ts'
import { serviceKind, services } from './objects.ts'

/** The Service itself, on whatever proxy serves it: mechanism no. 1. */
export const service: Mechanism = {
  name: 'service',
  label: 'Service',
  targets: [anyKind(serviceKind)],
  routes: [services],
  legs: legsByType(drawnBy(services, serviceLegs)),
  isLast: true,
  analyzers,
}
