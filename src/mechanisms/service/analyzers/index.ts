import type { Analyzer } from '../../analyzer.ts'
import { candidates } from './endpoints/candidates.ts'
import { endpoints, portsWithoutEndpoints } from './endpoints/endpoints.ts'
import { external } from './external.ts'
import { endpointsOfFamilies } from './endpoints/families.ts'
import {
  loadBalancerBypasses,
  loadBalancerHides,
  loadBalancerRefused,
  loadBalancerRefuses,
  loadBalancerSpreads,
  loadBalancerTimeout,
} from './load-balancer.ts'
import { internalLocal, localTraffic } from './local-traffic.ts'
import { networkPolicy } from './network-policy.ts'
import { autoscaling, podByName, publishNotReady } from './endpoints/pods.ts'
import {
  affinityOff,
  cilium,
  ciliumEntries,
  ciliumEnvoy,
  ciliumMaglev,
  ipvs,
  mixedModes,
  oldKubernetes,
  otherProxies,
  windows,
} from './proxy.ts'
import { sidecars } from './sidecars.ts'
import { sliceAddresses, sliceLabels, slicePorts } from './endpoints/slices.ts'
import { iptablesList, perFamily, perNode, perPort } from './tables.ts'
import { targetPorts } from './endpoints/target-port.ts'
import { timeout } from './timeout.ts'
import { unproxied } from './unproxied.ts'

/** Findings of one level are shown in this order. */
export const analyzers: readonly Analyzer[] = [
  timeout,
  unproxied,
  endpoints,
  portsWithoutEndpoints,
  endpointsOfFamilies,
  targetPorts,
  publishNotReady,
  podByName,
  autoscaling,
  perPort,
  perFamily,
  perNode,
  localTraffic,
  internalLocal,
  candidates,
  loadBalancerRefused,
  loadBalancerRefuses,
  loadBalancerTimeout,
  loadBalancerSpreads,
  loadBalancerHides,
  loadBalancerBypasses,
  networkPolicy,
  sidecars,
  slicePorts,
  sliceAddresses,
  sliceLabels,
  external,
  iptablesList,
  affinityOff,
  cilium,
  ciliumEntries,
  ciliumEnvoy,
  ciliumMaglev,
  ipvs,
  windows,
  mixedModes,
  otherProxies,
  oldKubernetes,
]
