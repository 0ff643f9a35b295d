import { ingresses } from '../ingress/objects.ts'
import { drawnBy, legsByType, type Mechanism } from '../mechanism.ts'
import { ingressClassParams } from './alb.ts'
import { actionLegs } from './actions.ts'
import { analyzers } from './analyzers.ts'
import { refineBalancer } from './nlb.ts'

/** Load balancers of AWS, as the AWS Load Balancer Controller makes them for Ingresses and Services. */
export const aws: Mechanism = {
  name: 'aws',
  label: 'AWS load balancers',
  routes: [ingresses],
  reads: [ingressClassParams],
  legs: legsByType(drawnBy(ingresses, actionLegs)),
  refine: refineBalancer,
  analyzers,
}
