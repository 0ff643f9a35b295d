import type { EndpointSlice, Service } from '../../../src/model/cluster/kubernetes.ts'
import type { ProbeOptions } from '../../../src/probe/plan/options.ts'

export function service(spec: Partial<Service['spec']> = {}): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop' },
    spec: {
      type: 'ClusterIP',
      clusterIP: '10.96.0.7',
      selector: { app: 'web' },
      ports: [{ port: 80, protocol: 'TCP', targetPort: 8080 }],
      ...spec,
    },
  }
}

export function slice(more: Partial<EndpointSlice> = {}): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'web-1', namespace: 'shop' },
    addressType: 'IPv4',
    ports: [{ port: 8080, protocol: 'TCP' }],
    endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: true } }],
    ...more,
  }
}

export function options(more: Partial<ProbeOptions> = {}): ProbeOptions {
  return {
    namespace: 'shop',
    service: 'web',
    path: '/',
    scheme: 'auto',
    intervalMs: 20,
    timeoutMs: 2000,
    keepAlive: false,
    tls: {},
    image: 'node:24',
    acceptedError: 1e-6,
    identify: { kind: 'auto' },
    podRunningTimeoutMs: 60_000,
    ...more,
  }
}
