import { loadBalancerAddress } from '../../nodes/addresses.ts'
import { httpRoute, service } from '../support/manifests.ts'
import { spreads, sticksByHeader, sticksByCookie, type Proof, type Target } from '../support/proof.ts'

const [address] = loadBalancerAddress(104)
const host = (name: string): string => `${name}.eg.lab`
const target = (name: string): Target => ({ address, host: host(name) })

const routed = (name: string, rule = {}): object[] => [
  service(name),
  httpRoute(name, { gateway: 'eg', namespace: 'envoy-gateway-system', host: host(name), rule }),
]

const consistentHash = (name: string, consistentHash: object): object => ({
  apiVersion: 'gateway.envoyproxy.io/v1alpha1',
  kind: 'BackendTrafficPolicy',
  metadata: { name },
  spec: {
    targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name }],
    loadBalancer: { type: 'ConsistentHash', consistentHash },
  },
})

/** What shows the affinity of Envoy Gateway. */
export const proofs: readonly Proof[] = [
  { name: 'no affinity', objects: () => routed('plain'), show: () => spreads(target('plain')) },
  {
    name: 'sessionPersistence of an HTTPRoute',
    objects: () =>
      routed('session', {
        sessionPersistence: {
          type: 'Cookie',
          sessionName: 'session',
          absoluteTimeout: '1h',
          cookieConfig: { lifetimeType: 'Permanent' },
        },
      }),
    show: () => sticksByCookie(target('session')),
  },
  {
    name: 'ConsistentHash of a cookie',
    objects: () => [
      ...routed('hashed'),
      consistentHash('hashed', { type: 'Cookie', cookie: { name: 'hashed', ttl: '1h' } }),
    ],
    show: () => sticksByCookie(target('hashed')),
  },
  {
    name: 'ConsistentHash of a header',
    objects: () => [
      ...routed('header'),
      consistentHash('header', { type: 'Header', header: { name: 'X-User' } }),
    ],
    show: () => sticksByHeader(target('header'), 'X-User'),
  },
]
