import type { GridRows } from '../../analysis/rows.ts'
import { gatewayOf, ingressOf, objectOf, scene } from '../objects.ts'

type Words = Record<string, string>

const sticky = (value: string, prefix = 'nginx.org') =>
  scene({}, ingressOf('f5', { [`${prefix}/sticky-cookie-services`]: value }))

const virtualServer = (upstream: object, route: object = { action: { pass: 'web' } }) =>
  scene(
    {},
    objectOf('k8s.nginx.org/v1', 'VirtualServer', 'front', {
      host: 'shop.example',
      upstreams: [
        { name: 'web', service: 'web', port: 80, ...upstream },
        { name: 'next', service: 'next', port: 80 },
      ],
      routes: [{ path: '/', ...route }],
    }),
  )
const cookie = { sessionCookie: { enable: true, name: 'srv_id', path: '/' } }
const split = (weights: readonly number[]) => ({
  splits: ['web', 'next'].map((pass, index) => ({ weight: weights[index], action: { pass } })),
})

/** NGINX Ingress Controller of F5. */
export const nginxIncGrid: GridRows = {
  'AFF-NGINC-SYNTAX': { fires: () => sticky('web srv_id'), silent: () => sticky('serviceName=web srv_id') },
  'AFF-NGINC-SERVICE': {
    fires: () => sticky('serviceName=wbe srv_id'),
    silent: () => sticky('serviceName=web srv_id expires=1h path=/'),
  },
  'AFF-NGINC-VERSION': {
    fires: () => sticky('serviceName=web srv_id'),
    silent: () => sticky('serviceName=web srv_id', 'nginx.com'),
  },
  'AFF-NGINC-PLUS': {
    fires: () => sticky('serviceName=web srv_id', 'nginx.com'),
    silent: () => sticky('serviceName=web srv_id'),
  },
  'AFF-NGINC-NOT-ENABLED': {
    fires: () => virtualServer({ sessionCookie: { name: 'srv_id' } }),
    silent: () => virtualServer(cookie),
  },
  'AFF-NGINC-SPLITS': {
    fires: () => virtualServer(cookie, split([90, 10])),
    silent: () => virtualServer({}, split([90, 10])),
  },
}

const tech = (ingress: Words, service: Words = {}) => scene(service, ingressOf('haproxy', ingress))
const own = { 'haproxy.org/cookie-persistence': 'ID' }
const community = (ingress: Words, other: Words = ingress) => {
  const second = ingressOf('community', other)
  return scene({}, ingressOf('community', ingress), {
    ...second,
    metadata: { ...second.metadata, name: 'second' },
  })
}
const affinity = { 'haproxy-ingress.github.io/affinity': 'cookie' }

/** The two controllers of HAProxy. */
export const haproxyGrid: GridRows = {
  'AFF-HAP-COOKIE-ON-INGRESS': { fires: () => tech(own), silent: () => tech(own, own) },
  'AFF-HAP-BOTH-COOKIES': {
    fires: () => tech({}, { ...own, 'haproxy.org/cookie-persistence-no-dynamic': 'ID' }),
    silent: () => tech({}, own),
  },
  'AFF-HAP-AFFINITY-VALUE': {
    fires: () => community({ 'haproxy-ingress.github.io/affinity': 'ip' }),
    silent: () => community(affinity),
  },
  'AFF-HAP-COOKIE-VALUE': {
    fires: () => community({ ...affinity, 'haproxy-ingress.github.io/session-cookie-strategy': 'Insert' }),
    silent: () => community({ ...affinity, 'haproxy-ingress.github.io/session-cookie-strategy': 'rewrite' }),
  },
  'AFF-HAP-CONFLICT': {
    fires: () => community(affinity, { ...affinity, 'haproxy-ingress.github.io/session-cookie-name': 'ID' }),
    silent: () => community(affinity),
  },
}

const kong = (spec: object, ingress: Words = {}) =>
  scene(
    { 'konghq.com/upstream-policy': 'sticky' },
    ingressOf('kong', ingress),
    objectOf('configuration.konghq.com/v1beta1', 'KongUpstreamPolicy', 'sticky', spec),
  )
const hashed = { algorithm: 'consistent-hashing', hashOn: { header: 'x-user' } }
const session = {
  algorithm: 'sticky-sessions',
  hashOn: { input: 'none' },
  stickySessions: { cookie: 'sid' },
}

export const kongGrid: GridRows = {
  'AFF-KONG-NO-POLICY': {
    fires: () => scene({ 'konghq.com/upstream-policy': 'nowhere' }, ingressOf('kong')),
    silent: () => kong(hashed),
  },
  'AFF-KONG-ALGORITHM': {
    fires: () => kong({ hashOn: { header: 'x-user' } }),
    silent: () => kong(session),
  },
  'AFF-KONG-MISPLACED': {
    fires: () => kong(hashed, { 'konghq.com/upstream-policy': 'sticky' }),
    silent: () => kong(hashed),
  },
  'AFF-KONG-ENTERPRISE': { fires: () => kong(session), silent: () => kong(hashed) },
}

const isNeg = { 'cloud.google.com/neg': '{"ingress": true}' }
const named = { 'cloud.google.com/backend-config': '{"default": "own"}' }
const gke = (sessionAffinity: object, service: Words = { ...isNeg, ...named }, ingress: Words = {}) =>
  scene(
    service,
    ingressOf('', { 'kubernetes.io/ingress.class': 'gce', ...ingress }),
    objectOf('cloud.google.com/v1', 'BackendConfig', 'own', { sessionAffinity }),
  )
const generated = { affinityType: 'GENERATED_COOKIE', affinityCookieTtlSec: 600 }

export const gkeGrid: GridRows = {
  'AFF-GKE-NO-CONFIG': {
    fires: () => gke(generated, { 'cloud.google.com/backend-config': '{"default": "other"}' }),
    silent: () => gke(generated),
  },
  'AFF-GKE-BAD-JSON': {
    fires: () => gke(generated, { 'cloud.google.com/backend-config': 'own' }),
    silent: () => gke(generated),
  },
  'AFF-GKE-NO-PORT': {
    fires: () => gke(generated, { 'cloud.google.com/backend-config': '{"ports": {"8080": "own"}}' }),
    silent: () => gke(generated, { 'cloud.google.com/backend-config': '{"ports": {"80": "own"}}' }),
  },
  'AFF-GKE-MISPLACED': { fires: () => gke(generated, isNeg, named), silent: () => gke(generated) },
  'AFF-GKE-AFFINITY-VALUE': {
    fires: () => gke({ affinityType: 'generated_cookie' }),
    silent: () => gke(generated),
  },
  'AFF-GKE-UNUSED-TTL': {
    fires: () => gke({ ...generated, affinityType: 'CLIENT_IP' }),
    silent: () => gke(generated),
  },
  'AFF-GKE-NODES': {
    fires: () => gke(generated, { ...named, 'cloud.google.com/neg': '{"ingress": false}' }),
    silent: () => gke(generated),
  },
}

const agic = (annotations: Words, more: readonly string[] = []) => {
  const prefix = 'appgw.ingress.kubernetes.io/cookie-based-affinity'
  const keys = Object.entries(annotations).map(([key, value]) => [`${prefix}${key}`, value])
  const one = ingressOf('agic', Object.fromEntries(keys))
  const paths = ['web', ...more].map((name) => ({ path: `/${name}`, backend: { service: { name } } }))
  return scene({}, { ...one, spec: { ingressClassName: 'agic', rules: [{ http: { paths } }] } })
}

const routePolicy = (sessionAffinity: object) =>
  scene(
    {},
    ...gatewayOf('alb.networking.azure.io/alb-controller'),
    objectOf('alb.networking.azure.io/v1', 'RoutePolicy', 'own', {
      targetRef: { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'front' },
      default: { sessionAffinity },
    }),
  )

export const azureGrid: GridRows = {
  'AFF-AZURE-ROUTE-POLICY': {
    fires: () => routePolicy({ affinityType: 'application-cookie', cookieName: 'sid' }),
    silent: () => routePolicy({ affinityType: 'managed-cookie' }),
  },
  'AFF-AZURE-VALUE': { fires: () => agic({ '': 'yes' }), silent: () => agic({ '': 'true' }) },
  'AFF-AZURE-ONE-NAME': {
    fires: () => agic({ '': 'true' }, ['api']),
    silent: () => agic({ '': 'true', '-distinct-name': 'true' }, ['api']),
  },
}

const mapping = (balancer: object, resolver?: string) =>
  scene(
    {},
    objectOf('getambassador.io/v3alpha1', 'Mapping', 'front', {
      hostname: 'shop.example',
      prefix: '/',
      service: 'web:80',
      load_balancer: { policy: 'ring_hash', ...balancer },
      ...(resolver === undefined ? {} : { resolver }),
    }),
    objectOf('getambassador.io/v3alpha1', 'KubernetesEndpointResolver', 'endpoint', {}),
  )

export const emissaryGrid: GridRows = {
  'AFF-EMISSARY-RESOLVER': {
    fires: () => mapping({ cookie: { name: 'sid', ttl: '60s' } }),
    silent: () => mapping({ cookie: { name: 'sid', ttl: '60s' } }, 'endpoint'),
  },
  'AFF-EMISSARY-NO-TTL': {
    fires: () => mapping({ cookie: { name: 'sid' } }, 'endpoint'),
    silent: () => mapping({ cookie: { name: 'sid', ttl: '60s' } }, 'endpoint'),
  },
  'AFF-EMISSARY-REFUSED': {
    fires: () => mapping({ source_ip: true, header: 'x-user' }, 'endpoint'),
    silent: () => mapping({ source_ip: true }, 'endpoint'),
  },
}

const ringed = (ringHash: object) =>
  scene(
    {},
    ...gatewayOf('kgateway.dev/kgateway'),
    objectOf('gateway.kgateway.dev/v1alpha1', 'BackendConfigPolicy', 'own', {
      targetRefs: [{ group: '', kind: 'Service', name: 'web' }],
      loadBalancer: { ringHash },
    }),
  )
const hashedCookie = (cookie: object) => ringed({ hashPolicies: [{ cookie: { name: 'sid', ...cookie } }] })

export const kgatewayGrid: GridRows = {
  'AFF-KGW-NO-HASH': { fires: () => ringed({}), silent: () => hashedCookie({ ttl: '0s', path: '/' }) },
  'AFF-KGW-NO-TTL': {
    fires: () => hashedCookie({ path: '/' }),
    silent: () => hashedCookie({ ttl: '0s', path: '/' }),
  },
  'AFF-KGW-NO-PATH': {
    fires: () => hashedCookie({ ttl: '0s' }),
    silent: () => hashedCookie({ ttl: '0s', path: '/' }),
  },
}

const apisix = (loadbalancer: object, backend: object = {}, ...more: object[]) =>
  scene(
    {},
    objectOf('apisix.apache.org/v2', 'ApisixRoute', 'front', {
      http: [
        {
          name: 'all',
          match: { hosts: ['shop.example'], paths: ['/*'] },
          backends: [{ serviceName: 'web', servicePort: 80, ...backend }, ...more],
        },
      ],
    }),
    objectOf('apisix.apache.org/v2', 'ApisixUpstream', 'web', {
      loadbalancer: { type: 'chash', ...loadbalancer },
    }),
  )
const byHeader = { hashOn: 'header', key: 'x-user' }

export const apisixGrid: GridRows = {
  'AFF-APISIX-HASH-ON': {
    fires: () => apisix({ ...byHeader, hashOn: 'headers' }),
    silent: () => apisix(byHeader),
  },
  'AFF-APISIX-KEY': {
    fires: () => apisix({ key: 'http_x_user' }),
    silent: () => apisix({ key: 'arg_user' }),
  },
  'AFF-APISIX-NO-COOKIE': {
    fires: () => apisix({ hashOn: 'cookie', key: 'sid' }),
    silent: () => apisix(byHeader),
  },
  'AFF-APISIX-CLUSTER-IP': {
    fires: () => apisix(byHeader, { resolveGranularity: 'service' }),
    silent: () => apisix(byHeader, { resolveGranularity: 'endpoint' }),
  },
  'AFF-APISIX-SPLIT': {
    fires: () => apisix(byHeader, {}, { serviceName: 'next', servicePort: 80, weight: 10 }),
    silent: () => apisix(byHeader, {}, { serviceName: 'next', servicePort: 80, weight: 0 }),
  },
  'AFF-APISIX-SUBSET': {
    fires: () => apisix(byHeader, { subset: 'v1' }, { serviceName: 'web', servicePort: 80, subset: 'v2' }),
    silent: () => apisix(byHeader, { subset: 'v1' }),
  },
}

const skipper = (algorithm: string | undefined, filter: string) =>
  scene(
    {},
    ingressOf('', {
      'kubernetes.io/ingress.class': 'skipper',
      'zalando.org/skipper-filter': filter,
      ...(algorithm === undefined ? {} : { 'zalando.org/skipper-loadbalancer': algorithm }),
    }),
  )
const byUser = 'consistentHashKey("${request.header.X-User}")'

export const skipperGrid: GridRows = {
  'AFF-SKIPPER-ALGORITHM': {
    fires: () => skipper('consistenthash', byUser),
    silent: () => skipper('consistentHash', byUser),
  },
  'AFF-SKIPPER-KEY-UNUSED': {
    fires: () => skipper(undefined, byUser),
    silent: () => skipper('consistentHash', byUser),
  },
  'AFF-SKIPPER-BALANCE-FACTOR': {
    fires: () => skipper('consistentHash', `${byUser} -> consistentHashBalanceFactor(1.25)`),
    silent: () => skipper('consistentHash', byUser),
  },
}
