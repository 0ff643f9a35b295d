import { managedFields, place } from './objects.ts'

/** How many objects stand in front of the Services. */
export interface Fronts {
  ingresses: number
  httpRoutes: number
  virtualServices: number
}

/** Those of the goal: `explain -A` within three seconds. */
export const manyFronts: Fronts = { ingresses: 3000, httpRoutes: 2000, virtualServices: 1000 }

const metadata = (index: number, name: string, more = {}): object => ({
  name,
  namespace: place(index).namespace,
  uid: `20000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
  resourceVersion: String(400_000 + index),
  creationTimestamp: '2026-01-02T03:04:05Z',
  managedFields: managedFields('argocd-controller', ['rules', 'ingressClassName', 'parentRefs', 'http']),
  ...more,
})

const prefix = 'nginx.ingress.kubernetes.io'

/** Half are sticky, a tenth leads to three Services; one class of each of two controllers. */
export function ingress(index: number): object {
  const annotations = {
    [`${prefix}/proxy-body-size`]: '8m',
    ...(index % 2 === 0
      ? { [`${prefix}/affinity`]: 'cookie', [`${prefix}/session-cookie-name`]: `route-${index}` }
      : {}),
  }
  const backends = index % 10 === 0 ? [index, index + 1, index + 2] : [index]
  const paths = backends.map((one) => ({
    path: `/${one - index}`,
    pathType: 'Prefix',
    backend: { service: { name: place(one).name, port: { number: 80 } } },
  }))
  return {
    metadata: metadata(index, `ingress-${index}`, { annotations }),
    spec: {
      ingressClassName: index % 3 === 0 ? 'traefik' : 'nginx',
      rules: [{ host: `shop-${index}.example.org`, http: { paths } }],
    },
    status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } },
  }
}

/** On ten gateways of one class; every third has a session. */
export function httpRoute(index: number): object {
  const session = index % 3 === 0 ? { sessionPersistence: { sessionName: `session-${index}` } } : {}
  const to = place(3000 + index).name
  return {
    metadata: metadata(3000 + index, `route-${index}`),
    spec: {
      parentRefs: [{ name: `gateway-${index % 10}`, namespace: 'gateways' }],
      hostnames: [`api-${index}.example.org`],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/' } }],
          backendRefs: [{ name: to, port: 80, weight: 1 }],
          ...session,
        },
      ],
    },
    status: { parents: [] },
  }
}

/** Each leads to two Services by path; every second of them has a rule. */
export function virtualService(index: number): object {
  const route = (one: number): object => ({
    match: [{ uri: { prefix: `/${one}` } }],
    route: [{ destination: { host: place(5000 + one).name, port: { number: 80 } } }],
  })
  return {
    metadata: metadata(5000 + index, `virtual-${index}`),
    spec: {
      hosts: [`mesh-${index}.example.org`],
      gateways: ['gateways/ingress'],
      http: [route(index), route(index + 1)],
    },
  }
}

/** A fifth hash the address of the client, for which the Services of proxies are looked at. */
export function destinationRule(index: number): object {
  const { name } = place(5000 + index)
  const consistentHash =
    index % 5 === 0 ? { useSourceIp: true } : { httpCookie: { name: 'route', path: '/', ttl: '0s' } }
  return {
    metadata: metadata(5000 + index, name),
    spec: { host: name, trafficPolicy: { loadBalancer: { consistentHash } } },
  }
}

/** On every fourth route, in turn by a cookie and by the address of the client. */
export function backendTrafficPolicy(index: number): object {
  const consistentHash =
    index % 2 === 0 ? { type: 'Cookie', cookie: { name: 'route', ttl: '0s' } } : { type: 'SourceIP' }
  return {
    metadata: metadata(3000 + index * 4, `policy-${index * 4}`),
    spec: {
      targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: `route-${index * 4}` }],
      loadBalancer: { type: 'ConsistentHash', consistentHash },
    },
  }
}

export const classes = {
  ingress: [
    { metadata: { name: 'nginx' }, spec: { controller: 'k8s.io/ingress-nginx' } },
    { metadata: { name: 'traefik' }, spec: { controller: 'traefik.io/ingress-controller' } },
  ],
  gateway: [
    { metadata: { name: 'eg' }, spec: { controllerName: 'gateway.envoyproxy.io/gatewayclass-controller' } },
  ],
}

export function gateway(index: number): object {
  return {
    metadata: { name: `gateway-${index}`, namespace: 'gateways' },
    spec: {
      gatewayClassName: 'eg',
      listeners: [
        { name: 'http', port: 80, protocol: 'HTTP', allowedRoutes: { namespaces: { from: 'All' } } },
      ],
    },
  }
}

export const istioGateway = {
  metadata: { name: 'ingress', namespace: 'gateways' },
  spec: {
    selector: { istio: 'ingressgateway' },
    servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }],
  },
}
