/** Manifests of any kind, in short, joined by `together`; all are in the namespace shop unless they say otherwise. */
export const serviceAt = (n: string, a: object = {}, ports = '[{port: 80}]', more = '') => `
apiVersion: v1
kind: Service
metadata: {name: ${n}, namespace: shop, annotations: ${JSON.stringify(a)}}
spec: {selector: {app: ${n}}, ports: ${ports}${more}}
`
export const ingressClass = (c: string, n = 'it') => `
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: ${n}}
spec: {controller: ${c}}
`
export const ingress = (
  n: string,
  a: object,
  paths: [string, string, (string | number)?][],
  host = 'shop.example',
  o: { type?: string; tls?: boolean; cls?: string } = {},
) => `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: ${n}, namespace: shop, annotations: ${JSON.stringify(a)}}
spec:
  ${o.cls === '' ? '' : `ingressClassName: ${o.cls ?? 'it'}`}
  ${o.tls ? `tls: [{hosts: [${host}], secretName: t}]` : ''}
  rules:
  - host: ${host}
    http:
      paths: [${paths.map(([p, s, port]) => `{path: ${JSON.stringify(p)}, pathType: ${o.type ?? 'Prefix'}, backend: {service: {name: ${s}, port: {${typeof port === 'string' ? 'name' : 'number'}: ${port ?? 80}}}}}`).join(', ')}]
`
const ofNginx = 'nginx.ingress.kubernetes.io/'
export const nginx = (a: Record<string, string>) =>
  Object.fromEntries(Object.entries(a).map(([k, v]) => [ofNginx + k, v]))
export const nginxClass = ingressClass('k8s.io/ingress-nginx')
export const destinationRule = (host: string, tp: object, more: object = {}, n = 'dr', ns = 'shop') => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: ${n}, namespace: ${ns}}
spec: ${JSON.stringify({ host, trafficPolicy: tp, ...more })}
`
export const virtualService = (http: object[], more: object = {}, n = 'vs') => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ${n}, namespace: shop}
spec: ${JSON.stringify({ hosts: ['shop.example'], gateways: ['edge'], http, ...more })}
`
export const istioGateway = `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec: {selector: {istio: ingressgateway}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [shop.example]}]}
`
export const gatewayClass = (c: string, n = 'it') => `
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: ${n}}
spec: {controllerName: ${c}}
`
export const envoyGateway = 'gateway.envoyproxy.io/gatewayclass-controller'
export const gateway = (n = 'gw') => `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: ${n}, namespace: shop}
spec: {gatewayClassName: it, listeners: [{name: http, port: 80, protocol: HTTP}]}
`
export const route = (n: string, rules: object[], host = 'shop.example', kind = 'HTTPRoute') => `
apiVersion: gateway.networking.k8s.io/v1
kind: ${kind}
metadata: {name: ${n}, namespace: shop}
spec: ${JSON.stringify({ parentRefs: [{ name: 'gw' }], hostnames: [host], rules })}
`
export const rule = (path: string, s: string, sp?: object, w?: object[]) => ({
  matches: [{ path: { type: 'PathPrefix', value: path } }],
  backendRefs: w ?? [{ name: s, port: 80 }],
  ...(sp && { sessionPersistence: sp }),
})
export const trafficPolicy = (spec: object, n = 'btp', group = 'gateway.envoyproxy.io') => `
apiVersion: ${group}/v1alpha1
kind: BackendTrafficPolicy
metadata: {name: ${n}, namespace: shop}
spec: ${JSON.stringify(spec)}
`
export const target = (kind: string, name: string) => ({
  targetRefs: [{ group: 'gateway.networking.k8s.io', kind, name }],
})
export const ingressRoute = (routes: object[], n = 'ir', group = 'traefik.io') => `
apiVersion: ${group}/v1alpha1
kind: IngressRoute
metadata: {name: ${n}, namespace: shop}
spec: ${JSON.stringify({ entryPoints: ['web'], routes })}
`
export const traefikService = (n: string, spec: object) => `
apiVersion: traefik.io/v1alpha1
kind: TraefikService
metadata: {name: ${n}, namespace: shop}
spec: ${JSON.stringify(spec)}
`
export const httpProxy = (spec: object, n = 'p') => `
apiVersion: projectcontour.io/v1
kind: HTTPProxy
metadata: {name: ${n}, namespace: shop}
spec: ${JSON.stringify(spec)}
`
export const outside = (n: string, labels: object, more = '') => `
apiVersion: v1
kind: Service
metadata: {name: ${n}, namespace: ${n}, labels: ${JSON.stringify(labels)}}
spec: {type: LoadBalancer${more}, selector: ${JSON.stringify(labels)}, ports: [{name: http, port: 80}]}
`
export const together = (...d: string[]) => d.join('---')
export const sticky = (o: object = {}) => ({ sticky: { cookie: { ...o } } })
export const ofTraefik = 'traefik.ingress.kubernetes.io/'
export const traefikProvider = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: traefik, namespace: traefik, labels: {app.kubernetes.io/name: traefik}}
spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: traefik, image: "traefik:v3.7.9", args: [--providers.kubernetesIngressNGINX=true, --providers.kubernetesIngressNGINX.ingressClass=it]}]}}}
`
