import type { FieldTree, Wish } from '../../model/affinity/change.ts'
import { type AttachedKind, attaching, routesAt } from '../gateway-api/attaching.ts'
import { grpcRoutes, httpRoutes } from '../gateway-api/objects.ts'
import { gatewayDuration } from '../gateway-api/persistence/persistence.ts'
import { at, record } from '../kit/objects/loose.ts'
import { defined } from '../../model/common/values.ts'
import { backendConfigs, configPolicy } from './policy.ts'

/** The API server wants exactly one algorithm, and zoneAware with none that hashes. */
const noOther: FieldTree = {
  leastRequest: null,
  roundRobin: null,
  random: null,
  maglev: null,
  zoneAware: null,
}

const rings = new Set(['ringHash', 'maglev'])

const kind: AttachedKind = {
  type: backendConfigs,
  apiVersion: 'gateway.kgateway.dev/v1alpha1',
  ref: 'targetRefs',
  policyOf: configPolicy,
  unspec: ({ spec }) => {
    const isAll = Object.keys(record(at(spec, 'loadBalancer'))).every((key) => rings.has(key))
    return isAll ? { loadBalancer: null } : { loadBalancer: { ringHash: null, maglev: null, roundRobin: {} } }
  },
}

/** A ring in the BackendConfigPolicy of each Service behind the route. */
export const kgatewayChange = attaching({
  name: 'kgateway',
  label: 'kgateway',
  fronts: routesAt('kgateway', [httpRoutes, grpcRoutes]),
  at: 'service',
  kinds: [kind],
  drawsServices: true,
  cookie: () => ({
    by: 'kgateway',
    isHashed: true,
    can: ['ttlSeconds', 'path', 'secure', 'sameSite'],
  }),
  chosen: (wish) => ({
    kind,
    spec: { loadBalancer: { ...noOther, ringHash: { hashPolicies: [hashOf(wish)] } } },
  }),
})

function hashOf(wish: Wish): FieldTree {
  if (wish.kind === 'source-ip') return { sourceIP: {} }
  if (wish.kind === 'header') return { header: { name: wish.name } }
  const { name, path = '/', ttlSeconds = 0, secure, sameSite } = wish
  // Without a ttl Envoy makes no cookie, and without a path browsers keep it for a directory only.
  return { cookie: defined({ name, path, ttl: gatewayDuration(ttlSeconds), secure, sameSite }) }
}
