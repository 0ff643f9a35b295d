import type { LooseObject } from '../../../../src/model/cluster/object.ts'
import { service, snapshot } from '../../analysis/build.ts'
import type { GridRows } from '../../analysis/rows.ts'
import { envoyGatewayOf, gatewayOf, prefix, routeOf, session, xPolicyOf } from './build.ts'

const plain = service({ sessionAffinity: 'None' })
const on = (...fronts: LooseObject[]) => snapshot({ service: plain, fronts: [...gatewayOf('eg'), ...fronts] })
const inFiles = (...fronts: LooseObject[]) => ({ ...on(...fronts), source: 'files' as const })
const one = (rule: object) => on(routeOf([rule]))
const to = (name: string) => ({ backendRefs: [{ name, port: 80 }] })
const two = (more: object = {}) => ({
  backendRefs: [
    { name: 'web', port: 80, ...more },
    { name: 'next', port: 80 },
  ],
})
const filters = { filters: [{ type: 'RequestHeaderModifier' }] }
const applied = (rule: object) =>
  routeOf(
    [{}],
    {},
    {
      annotations: {
        'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ spec: { rules: [rule] } }),
      },
    },
  )
const listener = (more: object) => [{ name: 'web', port: 80, protocol: 'HTTP', ...more }]
const far = routeOf([
  {
    backendRefs: [
      { name: 'web', port: 80 },
      { name: 'web', namespace: 'far', port: 80 },
    ],
  },
])
const grant: LooseObject = {
  apiVersion: 'gateway.networking.k8s.io/v1beta1',
  kind: 'ReferenceGrant',
  metadata: { name: 'web', namespace: 'far' },
  spec: {
    from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'shop' }],
    to: [{ group: '', kind: 'Service' }],
  },
}
const sharing = (second: object) => [
  { ...prefix('/a'), ...session() },
  { ...prefix('/b'), ...to('cart'), ...session(second) },
]

/** Where findings about routes of the Gateway API fire. */
export const gatewayApiGrid: GridRows = {
  'AFF-GWAPI-UNKNOWN-FIELD': {
    fires: () => one({ sessionPersistance: { sessionName: 'sid' } }),
    silent: () => one(session()),
  },
  'AFF-GWAPI-BAD-VALUE': {
    fires: () => one(session({ absoluteTimeout: '2d' })),
    silent: () => one(session({ absoluteTimeout: '48h' })),
  },
  'AFF-GWAPI-NO-TIMEOUT': {
    fires: () => one(session({ cookieConfig: { lifetimeType: 'Permanent' } })),
    silent: () => one(session({ cookieConfig: { lifetimeType: 'Permanent' }, absoluteTimeout: '1h' })),
  },
  'AFF-GWAPI-NOT-ATTACHED': {
    fires: () =>
      snapshot({ fronts: [...gatewayOf('eg', listener({ hostname: 'b.example' })), routeOf([{}])] }),
    silent: () =>
      snapshot({ fronts: [...gatewayOf('eg', listener({ hostname: '*.example' })), routeOf([{}])] }),
  },
  'AFF-GWAPI-NO-GRANT': { fires: () => on(far), silent: () => on(far, grant) },
  'AFF-GWAPI-PRUNED': { fires: () => on(applied(session())), silent: () => on(applied({})) },
  'AFF-GWAPI-IGNORED': {
    fires: () => snapshot({ service: plain, fronts: [...gatewayOf('istio'), routeOf([session()])] }),
    silent: () => one(session()),
  },
  'AFF-GWAPI-POLICY-IGNORED': {
    fires: () => on(routeOf([{}]), xPolicyOf('web')),
    silent: () => on(routeOf([{}]), xPolicyOf('other')),
  },
  'AFF-GWAPI-DEPENDS': {
    fires: () => snapshot({ service: plain, fronts: [...gatewayOf('nginx'), routeOf([session()])] }),
    silent: () => one(session()),
  },
  'AFF-GWAPI-IDLE-TIMEOUT': {
    fires: () => one(session({ idleTimeout: '10m' })),
    silent: () => one(session({ absoluteTimeout: '10m', cookieConfig: { lifetimeType: 'Permanent' } })),
  },
  'AFF-GWAPI-TIMEOUT-IGNORED': {
    fires: () => one(session({ absoluteTimeout: '10m' })),
    silent: () => one(session({ absoluteTimeout: '10m', cookieConfig: { lifetimeType: 'Permanent' } })),
  },
  'AFF-GWAPI-ONE-NAME': {
    fires: () => on(routeOf(sharing({}))),
    silent: () => on(routeOf(sharing({ sessionName: 'other' }))),
  },
  'AFF-GWAPI-COOKIE-PATH': {
    fires: () => on(routeOf([{ ...prefix('/a', '/b'), ...session() }]), envoyGatewayOf('v1.9.1')),
    silent: () => on(routeOf([{ ...prefix('/a', '/b'), ...session() }]), envoyGatewayOf('v1.10.0')),
  },
  'AFF-GWAPI-NO-PATH': {
    fires: () => snapshot({ service: plain, fronts: [...gatewayOf('kgateway'), routeOf([session()])] }),
    silent: () => one(session()),
  },
  'AFF-GWAPI-APPLICATION-COOKIE': {
    fires: () => one(session({ sessionName: 'JSESSIONID' })),
    silent: () => one(session()),
  },
  'AFF-GWAPI-WEIGHTED-SESSION': {
    fires: () => one({ ...session(), ...two(filters) }),
    silent: () => one({ ...session(), ...two() }),
  },
  'AFF-GWAPI-SESSION-BEATS-WEIGHT': {
    fires: () => one({ ...session(), ...two({ weight: 3 }) }),
    silent: () => one(session()),
  },
  'AFF-GWAPI-COOKIE-ATTRIBUTES': {
    fires: () =>
      snapshot({
        service: plain,
        fronts: [...gatewayOf('eg', listener({ protocol: 'HTTPS' })), routeOf([session()])],
      }),
    silent: () => one(session()),
  },
  'AFF-GWAPI-EXPERIMENTAL': {
    fires: () => inFiles(routeOf([session()])),
    silent: () => on(routeOf([session()])),
  },
}
