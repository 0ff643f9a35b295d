import type { LooseObject } from '../../../../src/model/cluster/object.ts'
import { service, snapshot } from '../../analysis/build.ts'
import type { GridRows } from '../../analysis/rows.ts'
import {
  cookieOf,
  envoyGatewayOf,
  gatewayOf,
  hashOf,
  policyOf,
  routeOf,
  session,
} from '../gateway-api/build.ts'

const plain = service({ sessionAffinity: 'None' })
const on = (...fronts: LooseObject[]) => snapshot({ service: plain, fronts: [...gatewayOf('eg'), ...fronts] })
const hashed = (spec: object, ...more: LooseObject[]) => on(routeOf([{}]), policyOf(spec), ...more)
const ofGateway = { targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'gw' }] }
const target = (kind: string, name: string) => ({
  targetRefs: [{ group: 'gateway.networking.k8s.io', kind, name }],
})
const weighted = (more: object = {}, weight = 3) =>
  routeOf([
    {
      backendRefs: [
        { name: 'web', port: 80, weight, ...more },
        { name: 'next', port: 80 },
      ],
    },
  ])
const filters = { filters: [{ type: 'RequestHeaderModifier' }] }
const timeout = { timeout: { http: { requestTimeout: '5s' } } }

/** Where findings about policies of Envoy Gateway fire. */
export const envoyGatewayGrid: GridRows = {
  'AFF-EG-BAD-HASH': {
    fires: () => hashed(hashOf({ type: 'SourceIP', tableSize: 1000 })),
    silent: () => hashed(hashOf({ type: 'SourceIP', tableSize: 1009 })),
  },
  'AFF-EG-BAD-TARGET': {
    fires: () => on(routeOf([{}]), policyOf({ ...cookieOf(), ...target('Service', 'web') })),
    silent: () => on(routeOf([{}]), policyOf({ ...cookieOf(), ...target('HTTPRoute', 'web') })),
  },
  'AFF-EG-NO-TTL': {
    fires: () => hashed(hashOf({ type: 'Cookie', cookie: { name: 'sid' } })),
    silent: () => hashed(cookieOf({ ttl: '0s' })),
  },
  'AFF-EG-NO-PATH': {
    fires: () => hashed(cookieOf({ attributes: { SameSite: 'Lax' } })),
    silent: () => hashed(cookieOf()),
  },
  'AFF-EG-SAME-SITE': {
    fires: () => hashed(cookieOf({ attributes: { Path: '/', SameSite: 'None' } })),
    silent: () => hashed(cookieOf({ attributes: { Path: '/', SameSite: 'None', Secure: 'true' } })),
  },
  'AFF-EG-APPLICATION-COOKIE': {
    fires: () => hashed(cookieOf({ name: 'PHPSESSID' })),
    silent: () => hashed(hashOf({ type: 'Cookie', cookie: { name: 'PHPSESSID' } })),
  },
  'AFF-EG-REPLACED': {
    fires: () => hashed(timeout, policyOf({ ...cookieOf(), ...ofGateway }, 'wide')),
    silent: () =>
      hashed({ ...timeout, mergeType: 'StrategicMerge' }, policyOf({ ...cookieOf(), ...ofGateway }, 'wide')),
  },
  'AFF-EG-CONFLICT': {
    fires: () => hashed(cookieOf(), policyOf(cookieOf({ name: 'other' }), 'second')),
    silent: () => hashed(cookieOf(), policyOf({ ...cookieOf({ name: 'other' }), ...ofGateway }, 'second')),
  },
  'AFF-EG-SERVICE-ROUTING': {
    fires: () => hashed({ ...cookieOf(), routingType: 'Service' }),
    silent: () => hashed({ ...cookieOf(), routingType: 'Endpoint' }),
  },
  'AFF-EG-WEIGHTED-HASH': {
    fires: () => on(weighted(filters), policyOf(cookieOf())),
    silent: () => on(weighted(filters), policyOf(cookieOf()), envoyGatewayOf('v1.9.1')),
  },
  'AFF-EG-WEIGHTS-IGNORED': {
    fires: () => on(weighted(), policyOf(cookieOf())),
    silent: () => on(weighted({}, 1), policyOf(cookieOf())),
  },
  'AFF-EG-SESSION-FIRST': {
    fires: () => on(routeOf([session()]), policyOf(cookieOf())),
    silent: () => hashed(cookieOf()),
  },
  'AFF-EG-SOURCE-IP': {
    fires: () => hashed(hashOf({ type: 'SourceIP' })),
    silent: () => hashed(cookieOf()),
  },
  'AFF-EG-OLD-HEADER': {
    fires: () => hashed(hashOf({ type: 'Header', header: { name: 'x-user' } })),
    silent: () => hashed(hashOf({ type: 'Headers', headers: [{ name: 'x-user' }] })),
  },
}
