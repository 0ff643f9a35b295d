import { drawnBy, legsByType, type Mechanism } from '../mechanism.ts'
import { destinationRuleLegs, virtualServiceLegs } from './legs/legs.ts'
import { destinationRules, istioGateways, istioProxies, virtualServices } from './objects.ts'
import { analyzers } from './analyzers/index.ts'
import { refineRoute } from './legs/refine.ts'
import { plainServer } from './legs/tls.ts'
import { istioKinds } from './targets.ts'

export { group } from './objects.ts'

/**
 * VirtualServices that lead to Services, and the DestinationRules that say how their pods are picked. Istio's proxies
 * do that themselves and do not read Service.spec.sessionAffinity (istio/ztunnel issue 450).
 */
export const istio: Mechanism = {
  name: 'istio',
  label: 'Istio',
  targets: istioKinds,
  routes: [virtualServices, destinationRules],
  reads: [istioGateways, istioProxies],
  legs: legsByType(
    drawnBy(virtualServices, virtualServiceLegs),
    drawnBy(destinationRules, destinationRuleLegs),
  ),
  refine: refineRoute,
  plain: plainServer,
  analyzers,
}
