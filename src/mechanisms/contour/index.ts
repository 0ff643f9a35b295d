import { drawnBy, legsByType, type Mechanism } from '../mechanism.ts'
import { proxyAnalyzer } from './analyzers.ts'
import { proxyLegs } from './legs.ts'
import { httpProxies, httpProxyKind } from './objects.ts'

/** HTTPProxy. Contour's Envoy goes to the pods. */
export const contour: Mechanism = {
  name: 'contour',
  label: 'Contour',
  targets: [httpProxyKind],
  routes: [httpProxies],
  legs: legsByType(drawnBy(httpProxies, proxyLegs)),
  analyzers: [proxyAnalyzer],
}
