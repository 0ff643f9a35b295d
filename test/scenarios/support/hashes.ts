/** The cookie `user` as Istio hashes it: Envoy makes it, and it lasts as long as the browser. */
export const userCookie = { httpCookie: { name: 'user', path: '/', ttl: '0s' } } as const

/** Requests to the Service of this name are hashed so by Istio. */
export const hashedByIstio = (service: string, consistentHash: object): object => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'DestinationRule',
  metadata: { name: service },
  spec: { host: service, trafficPolicy: { loadBalancer: { consistentHash } } },
})

/** Requests of the HTTPRoute `shop` are hashed so by Envoy Gateway. */
export const hashedByEnvoyGateway = (consistentHash: object, name = 'shop'): object => ({
  apiVersion: 'gateway.envoyproxy.io/v1alpha1',
  kind: 'BackendTrafficPolicy',
  metadata: { name },
  spec: {
    targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'shop' }],
    loadBalancer: { type: 'ConsistentHash', consistentHash },
  },
})
