import type { CookieWish } from '../../../src/model/affinity/change.ts'

/** What a mechanism can do for a target, and files in which it does. */
export interface Promised {
  by: string
  what: string
  text: string
  /** The parts of a cookie that it can have. */
  can: readonly (keyof CookieWish)[]
  hashes?: readonly ('header' | 'source-ip')[]
  /** It knows no cookies at all. */
  isByAddressOnly?: boolean
  /** Of the cookie, where there is one name only. */
  name?: string
  /** What its cookies are without being asked for. */
  fixed?: object
  /** Where clients enter; else by a host. */
  entry?: string
}

const service = (extra = ''): string => `apiVersion: v1
kind: Service
metadata:
  name: web # of ours
  namespace: shop
${extra}spec:
  selector: {app: web}
  ports:
  - port: 80
`

const ingress = (className: string, annotations = ''): string => `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: front # the shop
  namespace: shop
${annotations}spec:
  ingressClassName: ${className}
  rules:
  - host: shop.example
    http:
      paths:
      - path: /
        pathType: Prefix
        backend: {service: {name: web, port: {number: 80}}}
`

const ingressClass = (name: string, controller: string): string => `apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: ${name}}
spec: {controller: ${controller}}
`

const together = (...texts: readonly string[]): string => texts.join('---\n')

/** A route at a Gateway of a class. */
const route = (
  controller: string,
  className = 'outer',
  kind = 'HTTPRoute',
): string => `apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: ${className}}
spec: {controllerName: ${controller}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: outer, namespace: shop}
spec:
  gatewayClassName: ${className}
  listeners:
  - {name: http, port: 80, protocol: HTTP}
---
apiVersion: gateway.networking.k8s.io/v1
kind: ${kind}
metadata: {name: front, namespace: shop}
spec:
  hostnames: [shop.example]
  parentRefs:
  - name: outer
  rules:
  - backendRefs: # one
    - {name: web, port: 80}
`

const kongPolicy = `apiVersion: configuration.konghq.com/v1beta1
kind: KongUpstreamPolicy
metadata: {name: mine, namespace: shop}
spec:
  slots: 100 # enough
`

const kgatewayPolicy = `apiVersion: gateway.kgateway.dev/v1alpha1
kind: BackendConfigPolicy
metadata: {name: web, namespace: shop}
spec:
  targetRefs:
  - {group: "", kind: Service, name: web}
  connectTimeout: 9s # soon
`

const apisixPolicy = `apiVersion: apisix.apache.org/v1alpha1
kind: BackendTrafficPolicy
metadata: {name: web, namespace: shop}
spec:
  targetRefs:
  - {group: "", kind: Service, name: web}
  retries: 2 # more
`

const envoyPolicy = (kind: string): string => `apiVersion: gateway.envoyproxy.io/v1alpha1
kind: BackendTrafficPolicy
metadata: {name: front, namespace: shop}
spec:
  targetRefs:
  - {group: gateway.networking.k8s.io, kind: ${kind}, name: front}
  timeout: {http: {requestTimeout: 9s}} # soon
`

const cookieParts = ['ttlSeconds', 'path', 'domain', 'secure', 'sameSite'] as const
const hashes = ['header', 'source-ip'] as const
const atHost = { path: '/' }

export const promises: readonly Promised[] = [
  {
    by: 'haproxy',
    what: 'an Ingress',
    text: together(
      ingressClass('ha', 'haproxy.org/ingress-controller'),
      ingress('ha'),
      service('  annotations: {haproxy.org/timeout-server: 9s}\n'),
    ),
    can: [],
    hashes,
    fixed: atHost,
  },
  {
    by: 'haproxy-ingress',
    what: 'an Ingress',
    text: together(
      ingressClass('ha', 'haproxy-ingress.github.io/controller'),
      ingress('ha', '  annotations:\n    haproxy-ingress.github.io/timeout-server: 9s # slow\n'),
      service(),
    ),
    can: ['domain', 'secure'],
    hashes,
    fixed: atHost,
  },
  {
    by: 'aws',
    what: 'an Ingress',
    text: together(
      ingressClass('alb', 'ingress.k8s.aws/alb'),
      ingress(
        'alb',
        '  annotations:\n    alb.ingress.kubernetes.io/target-type: ip\n    alb.ingress.kubernetes.io/target-group-attributes: slow_start.duration_seconds=30, deregistration_delay.timeout_seconds=9 # soon\n',
      ),
      service(),
    ),
    name: 'AWSALB',
    can: ['ttlSeconds'],
    fixed: atHost,
  },
  {
    by: 'aws',
    what: 'a Service',
    text: service(
      '  annotations: {service.beta.kubernetes.io/aws-load-balancer-nlb-target-type: ip}\n',
    ).replace('spec:\n', 'spec:\n  type: LoadBalancer\n  loadBalancerClass: service.k8s.aws/nlb\n'),
    can: [],
    isByAddressOnly: true,
    hashes: ['source-ip'],
    entry: 'load-balancer',
  },
  {
    by: 'nginx-inc',
    what: 'an Ingress',
    text: together(
      ingressClass('f5', 'nginx.org/ingress-controller'),
      ingress('f5', '  annotations:\n    nginx.org/proxy-read-timeout: 9s # slow\n'),
      service(),
    ),
    can: cookieParts,
    hashes,
  },
  {
    by: 'nginx-inc',
    what: 'a VirtualServer',
    text: together(
      `apiVersion: k8s.nginx.org/v1
kind: VirtualServer
metadata: {name: front, namespace: shop}
spec:
  host: shop.example
  upstreams:
  - name: web # the shop
    service: web
    port: 80
  routes:
  - path: /
    action: {pass: web}
`,
      service(),
    ),
    can: cookieParts,
    hashes,
  },
  {
    by: 'azure',
    what: 'an Ingress',
    text: together(
      ingressClass('agic', 'azure/application-gateway'),
      ingress('agic', '  annotations:\n    appgw.ingress.kubernetes.io/request-timeout: "9"\n'),
      service(),
    ),
    name: 'ApplicationGatewayAffinity',
    can: [],
    fixed: atHost,
  },
  {
    by: 'ingress-nginx',
    what: 'an Ingress',
    text: together(ingressClass('nginx', 'k8s.io/ingress-nginx'), ingress('nginx'), service()),
    can: [...cookieParts, 'persistent'],
    hashes,
  },
  {
    by: 'traefik',
    what: 'an Ingress',
    text: together(ingressClass('traefik', 'traefik.io/ingress-controller'), ingress('traefik'), service()),
    can: cookieParts,
  },
  {
    by: 'traefik',
    what: 'an IngressRoute',
    hashes: ['source-ip'],
    text: together(
      `apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: front, namespace: shop}
spec:
  routes:
  - match: Host(\`shop.example\`) # all of it
    kind: Rule
    services:
    - name: web
      port: 80
`,
      service(),
    ),
    can: cookieParts,
  },
  {
    by: 'contour',
    what: 'an HTTPProxy',
    text: together(
      `apiVersion: projectcontour.io/v1
kind: HTTPProxy
metadata: {name: front, namespace: shop}
spec:
  virtualhost: {fqdn: shop.example}
  routes:
  - services: # one
    - name: web
      port: 80
`,
      service(),
    ),
    name: 'X-Contour-Session-Affinity',
    can: [],
    hashes,
  },
  {
    by: 'istio',
    what: 'a VirtualService',
    text: together(
      `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: outer, namespace: shop}
spec:
  selector: {istio: ingressgateway}
  servers:
  - port: {number: 80, name: http, protocol: HTTP}
    hosts: ["*"]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: front, namespace: shop}
spec:
  hosts: [shop.example]
  gateways: [outer]
  http:
  - route:
    - destination: {host: web}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: web, namespace: shop}
spec:
  host: web
  trafficPolicy:
    connectionPool: {tcp: {maxConnections: 9}} # enough
`,
      service(),
    ),
    can: cookieParts,
    hashes,
  },
  {
    by: 'envoy-gateway',
    what: 'an HTTPRoute',
    text: together(
      route('gateway.envoyproxy.io/gatewayclass-controller', 'eg'),
      envoyPolicy('HTTPRoute'),
      service(),
    ),
    can: cookieParts,
    hashes,
  },
  {
    by: 'envoy-gateway',
    what: 'a GRPCRoute',
    text: together(
      route('gateway.envoyproxy.io/gatewayclass-controller', 'eg', 'GRPCRoute'),
      envoyPolicy('GRPCRoute'),
      service(),
    ),
    can: cookieParts,
    hashes,
  },
  {
    by: 'envoy-gateway',
    what: 'a GRPCRoute, since 1.10,',
    text: together(
      route('gateway.envoyproxy.io/gatewayclass-controller', 'eg', 'GRPCRoute'),
      envoyPolicy('GRPCRoute'),
      `apiVersion: apps/v1
kind: Deployment
metadata: {name: envoy-gateway, namespace: eg, labels: {app.kubernetes.io/name: gateway-helm}}
spec:
  template:
    spec:
      containers:
      - {name: envoy-gateway, image: "docker.io/envoyproxy/gateway:v1.10.0"}
`,
      service(),
    ),
    can: cookieParts,
    hashes,
  },
  {
    by: 'kong',
    what: 'an Ingress',
    text: together(
      ingressClass('kong', 'ingress-controllers.konghq.com/kong'),
      ingress('kong'),
      service('  annotations: {konghq.com/upstream-policy: mine}\n'),
      kongPolicy,
    ),
    can: ['path'],
    hashes,
  },
  {
    by: 'gke',
    what: 'an Ingress',
    text: together(
      ingress('gce')
        .replace('  ingressClassName: gce\n', '')
        .replace(
          '  namespace: shop\n',
          '  namespace: shop\n  annotations: {kubernetes.io/ingress.class: gce}\n',
        ),
      service(
        `  annotations:\n    cloud.google.com/neg: '{"ingress": true}'\n    cloud.google.com/backend-config: '{"default": "mine"}' # ours\n`,
      ),
      `apiVersion: cloud.google.com/v1
kind: BackendConfig
metadata: {name: mine, namespace: shop}
spec:
  timeoutSec: 40 # slow
`,
    ),
    name: 'GCLB',
    can: ['ttlSeconds'],
    hashes: ['source-ip'],
  },
  {
    by: 'kong',
    what: 'an HTTPRoute',
    text: together(
      route('konghq.com/kic-gateway-controller'),
      service('  annotations: {konghq.com/upstream-policy: mine}\n'),
      kongPolicy,
    ),
    can: ['path'],
    hashes,
  },
  {
    by: 'kong',
    what: 'a GRPCRoute',
    text: together(
      route('konghq.com/kic-gateway-controller', 'outer', 'GRPCRoute'),
      service('  annotations: {konghq.com/upstream-policy: mine}\n'),
      kongPolicy,
    ),
    can: ['path'],
    hashes,
  },
  {
    by: 'gke',
    what: 'an HTTPRoute',
    text: together(
      route('networking.gke.io/gateway', 'gke-l7-global-external-managed'),
      service(),
      `apiVersion: networking.gke.io/v1
kind: GCPBackendPolicy
metadata: {name: web, namespace: shop}
spec:
  targetRef: {group: "", kind: Service, name: web}
  default: {timeoutSec: 40} # slow
`,
    ),
    name: 'GCLB',
    can: ['ttlSeconds'],
    hashes: ['source-ip'],
    fixed: atHost,
  },
  {
    by: 'azure',
    what: 'an HTTPRoute',
    text: together(
      route('alb.networking.azure.io/alb-controller', 'azure-alb-external'),
      service(),
      `apiVersion: alb.networking.azure.io/v1
kind: RoutePolicy
metadata: {name: front, namespace: shop}
spec:
  targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: front}
  default: {timeouts: {routeTimeout: 9s}} # soon
`,
    ),
    can: ['ttlSeconds'],
  },
  {
    by: 'kgateway',
    what: 'an HTTPRoute',
    text: together(route('kgateway.dev/kgateway'), service(), kgatewayPolicy),
    can: ['ttlSeconds', 'path', 'secure', 'sameSite'],
    hashes,
  },
  {
    by: 'kgateway',
    what: 'a GRPCRoute',
    text: together(route('kgateway.dev/kgateway', 'outer', 'GRPCRoute'), service(), kgatewayPolicy),
    can: ['ttlSeconds', 'path', 'secure', 'sameSite'],
    hashes,
  },
  {
    by: 'apisix',
    what: 'an HTTPRoute',
    text: together(route('apisix.apache.org/apisix-ingress-controller'), service(), apisixPolicy),
    can: [],
    hashes,
  },
  {
    by: 'apisix',
    what: 'a GRPCRoute',
    text: together(
      route('apisix.apache.org/apisix-ingress-controller', 'outer', 'GRPCRoute'),
      service(),
      apisixPolicy,
    ),
    can: [],
    hashes,
  },
  {
    by: 'apisix',
    what: 'an Ingress',
    text: together(
      ingressClass('apisix', 'apisix.apache.org/apisix-ingress-controller'),
      ingress('apisix'),
      service(),
      apisixPolicy,
    ),
    can: [],
    hashes,
  },
  {
    by: 'apisix',
    what: 'an ApisixRoute',
    text: together(
      `apiVersion: apisix.apache.org/v2
kind: ApisixRoute
metadata: {name: front, namespace: shop}
spec:
  http:
  - name: all # of it
    match:
      hosts: [shop.example]
      paths: ["/*"]
    backends:
    - {serviceName: web, servicePort: 80}
`,
      `apiVersion: apisix.apache.org/v2
kind: ApisixUpstream
metadata: {name: web, namespace: shop}
spec:
  retries: 2 # more
`,
      service(),
    ),
    can: [],
    hashes,
  },
  {
    by: 'emissary',
    what: 'a Mapping',
    text: together(
      `apiVersion: getambassador.io/v3alpha1
kind: Mapping
metadata: {name: front, namespace: shop}
spec:
  hostname: shop.example
  prefix: /
  service: web:80
  resolver: endpoint # to the pods
`,
      service(),
    ),
    can: ['ttlSeconds', 'path'],
    hashes,
  },
  {
    by: 'skipper',
    what: 'an Ingress',
    text: together(
      ingress('skipper', '  annotations:\n    zalando.org/skipper-filter: compress() -> status(201) # all\n'),
      service(),
    ),
    can: [],
    hashes,
  },
  {
    by: 'skipper',
    what: 'a RouteGroup',
    text: together(
      `apiVersion: zalando.org/v1
kind: RouteGroup
metadata: {name: front, namespace: shop}
spec:
  hosts: [shop.example]
  backends:
  - name: web # the shop
    type: service
    serviceName: web
    servicePort: 80
  defaultBackends:
  - backendName: web
  routes:
  - pathSubtree: / # all of it
  - pathSubtree: /pay
    filters:
    - compress() -> status(201)
    - 'setRequestHeader("X", "1")' # for them
`,
      service(),
    ),
    can: [],
    hashes,
  },
]
