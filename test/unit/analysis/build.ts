import type { EndpointSlice, Pod, Service } from '../../../src/model/kubernetes.ts'
import { known } from '../../../src/model/fact.ts'
import type { ServiceSnapshot, Snapshot } from '../../../src/model/snapshot.ts'

type Spec = Service['spec']

/** A sticky ClusterIP Service of one port; `spec` and `metadata` replace what they name. */
export function service(spec: Partial<Spec> = {}, metadata: Partial<Service['metadata']> = {}): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop', ...metadata },
    spec: {
      type: 'ClusterIP',
      clusterIP: '10.96.4.4',
      ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }],
      selector: { app: 'web' },
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 1800 } },
      ...spec,
    },
  }
}

export const managed = { 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io' }

/** A slice of the controller with one ready endpoint for each address, on nodes one after the other. */
export function slice(
  addresses: readonly (string | string[])[],
  changes: Partial<EndpointSlice> = {},
): EndpointSlice {
  const { metadata, ...rest } = changes
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: 'web-abcde',
      namespace: 'shop',
      ...metadata,
      labels: { 'kubernetes.io/service-name': 'web', ...(metadata?.labels ?? managed) },
    },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints: addresses.map((address, index) => ({
      addresses: [address].flat(),
      conditions: { ready: true },
      nodeName: `node${(index % 2) + 1}`,
    })),
    ...rest,
  }
}

export function pod(changes: Partial<Pod['metadata']> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web-1', namespace: 'shop', labels: { app: 'web' }, ...changes },
    spec: {},
  }
}

/** Everything is known and nothing is wrong: four ready endpoints on two nodes, kube-proxy with nftables. */
export function snapshot(changes: Partial<ServiceSnapshot> = {}, cluster: Partial<Snapshot> = {}): Snapshot {
  return {
    source: 'cluster',
    services: [
      {
        service: service(),
        slices: known([slice(['10.244.1.4', '10.244.2.4', '10.244.1.5', '10.244.2.5'])]),
        pods: known([pod()]),
        autoscalers: known([]),
        networkPolicies: known([]),
        ingresses: known([]),
        routes: known([]),
        events: known([]),
        ...changes,
      },
    ],
    proxy: known({
      kind: 'kube-proxy',
      mode: 'nftables',
      source: 'configmap kube-system/kube-proxy',
      settings: {},
    }),
    ingressClasses: known({ nginx: 'k8s.io/ingress-nginx', traefik: 'traefik.io/ingress-controller' }),
    windowsNodes: known([]),
    version: known('v1.36.3'),
    ...cluster,
  }
}

export const target = { namespace: 'shop', name: 'web' }
