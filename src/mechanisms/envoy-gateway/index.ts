import type { Mechanism } from '../mechanism.ts'
import { backendTrafficPolicies, envoyProxies, namedGateways, policyKind } from './objects.ts'
import { refine } from './refine.ts'
import { hashAnalyzer } from './analyzers/hash.ts'
import { targetAnalyzer } from './analyzers/target.ts'
import { wayAnalyzer } from './analyzers/ways.ts'

/** BackendTrafficPolicy of Envoy Gateway: it draws no arrow, and changes those of routes and gateways it is attached to. */
export const envoyGateway: Mechanism = {
  name: 'envoy-gateway',
  label: 'Envoy Gateway',
  targets: [policyKind],
  routes: [],
  reads: [backendTrafficPolicies, envoyProxies, namedGateways],
  refine,
  analyzers: [hashAnalyzer, targetAnalyzer, wayAnalyzer],
}
