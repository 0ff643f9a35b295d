import type { LooseObject } from '../../../../src/model/cluster/object.ts'

const object = (
  apiVersion: string,
  kind: string,
  name: string,
  spec: unknown,
  metadata = {},
): LooseObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'shop', ...metadata },
  spec,
})

const group = 'gateway.networking.k8s.io'

/** Controllers by their usual name. */
export const controllers = {
  eg: 'gateway.envoyproxy.io/gatewayclass-controller',
  istio: 'istio.io/gateway-controller',
  kgateway: 'kgateway.dev/kgateway',
  nginx: 'gateway.nginx.org/nginx-gateway-controller',
  cilium: 'io.cilium/gateway-controller',
  unheard: 'example.com/gateway',
} as const

/** A gateway `gw` of a class, and the class. */
export const gatewayOf = (
  name: keyof typeof controllers,
  listeners: unknown[] = [{ name: 'web', port: 80, protocol: 'HTTP' }],
  more: object = {},
): LooseObject[] => [
  {
    apiVersion: `${group}/v1`,
    kind: 'GatewayClass',
    metadata: { name },
    spec: { controllerName: controllers[name] },
  },
  object(`${group}/v1`, 'Gateway', 'gw', { gatewayClassName: name, listeners, ...more }),
]

/** Listeners of the gateway `gw` in an object of their own. */
export const listenerSetOf = (listeners: unknown[], metadata: object = {}, isOld = false): LooseObject =>
  object(
    isOld ? 'gateway.networking.x-k8s.io/v1alpha1' : `${group}/v1`,
    isOld ? 'XListenerSet' : 'ListenerSet',
    'own',
    { parentRef: { name: 'gw', namespace: 'shop' }, listeners },
    metadata,
  )

/** A controller's Deployment, whose image tells its version. */
export const programOf = (image: string, args: readonly string[] = []): LooseObject =>
  object(
    'apps/v1',
    'Deployment',
    'controller',
    { template: { spec: { containers: [{ image, args }] } } },
    {
      namespace: 'system',
    },
  )

/** Envoy Gateway in a version. */
export const envoyGatewayOf = (version: string): LooseObject =>
  programOf(`docker.io/envoyproxy/gateway:${version}`)

export const toWeb = { backendRefs: [{ name: 'web', port: 80 }] }

/** An HTTPRoute `web` at the gateway `gw`, of these rules. */
export const routeOf = (
  rules: readonly object[],
  more: object = {},
  metadata: object = {},
  kind = 'HTTPRoute',
): LooseObject =>
  object(
    `${group}/v1`,
    kind,
    'web',
    {
      parentRefs: [{ name: 'gw' }],
      hostnames: ['a.example'],
      rules: rules.map((rule) => ({ ...toWeb, ...rule })),
      ...more,
    },
    metadata,
  )

export const session = (more: object = {}): { sessionPersistence: object } => ({
  sessionPersistence: { sessionName: 'sid', ...more },
})

export const prefix = (...paths: string[]): object => ({
  matches: paths.map((value) => ({ path: { type: 'PathPrefix', value } })),
})

/** A BackendTrafficPolicy of Envoy Gateway for the route `web`. */
export const policyOf = (spec: object, name = 'sticky', metadata: object = {}): LooseObject =>
  object(
    'gateway.envoyproxy.io/v1alpha1',
    'BackendTrafficPolicy',
    name,
    { targetRefs: [{ group, kind: 'HTTPRoute', name: 'web' }], ...spec },
    metadata,
  )

export const hashOf = (consistentHash: object): object => ({
  loadBalancer: { type: 'ConsistentHash', consistentHash },
})

export const cookieOf = (more: object = {}): object =>
  hashOf({ type: 'Cookie', cookie: { name: 'sid', ttl: '1h', attributes: { Path: '/' }, ...more } })

/** A policy for Services that the Gateway API has tried out. */
export const xPolicyOf = (service: string): LooseObject =>
  object('gateway.networking.x-k8s.io/v1alpha1', 'XBackendTrafficPolicy', 'x', {
    targetRefs: [{ group: '', kind: 'Service', name: service }],
    ...session(),
  })

/** A Contour HTTPProxy of these routes. */
export const httpProxyOf = (routes: readonly object[], more: object = {}): LooseObject =>
  object('projectcontour.io/v1', 'HTTPProxy', 'web', {
    virtualhost: { fqdn: 'a.example' },
    routes: routes.map((route) => ({ services: [{ name: 'web', port: 80 }], ...route })),
    ...more,
  })
