import type { CookieWish, FieldsWrite, FieldTree, Wish, Write } from '../../model/affinity/change.ts'
import type { LooseObject } from '../../model/cluster/object.ts'
import type { Policy } from '../../model/affinity/policy.ts'
import type { Store } from '../../model/cluster/store.ts'
import { changedLeaves } from '../../model/affinity/fields.ts'
import { gateways, group as gatewayGroup } from '../gateway-api/objects.ts'
import { gatewayDuration } from '../gateway-api/persistence/persistence.ts'
import { isOurs, ours } from '../../model/cluster/ours.ts'
import { at, record } from '../kit/objects/loose.ts'
import { policiesNaming } from './attached.ts'
import { hashPolicyOf } from './hash.ts'
import { backendTrafficPolicies, group, targetsOf } from './objects.ts'
import { defined } from '../../model/common/values.ts'

/** What the policy of a route hashes on. */
export function hashAt(route: LooseObject, store: Store): Policy {
  const [policy] = policiesNaming(route, store)
  return hashPolicyOf(record(at(policy?.spec, 'loadBalancer'))) ?? { kind: 'none' }
}

/**
 * A hash in the policy of a route; one is made where there is none. Where the gateway has a policy of its own, the new one is
 * merged into it, as it would take its place.
 */
export function hashing(route: LooseObject, wish: Wish, store: Store): { writes: Write[]; after: Policy } {
  const loadBalancer = { type: 'ConsistentHash', consistentHash: hashOf(wish) }
  const after = hashPolicyOf(loadBalancer) ?? { kind: 'none' }
  const [policy] = policiesNaming(route, store)
  if (policy !== undefined) {
    const now = record(at(policy.spec, 'loadBalancer'))
    const wanted = {
      ...goneOf(now, unhashed),
      type: loadBalancer.type,
      consistentHash: { ...goneOf(record(now['consistentHash']), sources), ...loadBalancer.consistentHash },
    }
    const fields = { spec: { loadBalancer: wanted } }
    const write: FieldsWrite = { how: 'patch', type: backendTrafficPolicies, object: policy, fields }
    return { after, writes: changedLeaves(write).length === 0 ? [] : [write] }
  }
  const { namespace, name } = route.metadata
  const object = {
    apiVersion: `${group}/v1alpha1`,
    kind: backendTrafficPolicies.kind,
    metadata: defined({ name, namespace, labels: ours }),
    spec: {
      targetRefs: [{ group: gatewayGroup, kind: route.kind, name }],
      ...(hasParent(store) ? { mergeType: 'StrategicMerge' } : {}),
      loadBalancer,
    },
  }
  return { after, writes: [{ how: 'create', type: backendTrafficPolicies, object }] }
}

/** What goes with another balancer only. */
const unhashed = ['slowStart', 'backendUtilization', 'dynamicModule'] as const

/** What is hashed: exactly one of them. */
const sources = ['header', 'headers', 'cookie', 'queryParams'] as const

function goneOf(now: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, null> {
  return Object.fromEntries(names.filter((name) => name in now).map((name) => [name, null]))
}

function hasParent(store: Store): boolean {
  const all = store.list(backendTrafficPolicies)
  return (all.known ? all.value : []).some((policy) =>
    targetsOf(policy).some(({ kind }) => kind === gateways.kind),
  )
}

/** Takes the hash away, and the policy with it if it was made for it. */
export function unhashing(route: LooseObject, store: Store): Write[] {
  return policiesNaming(route, store).flatMap((policy): Write[] => {
    if (hashPolicyOf(record(at(policy.spec, 'loadBalancer'))) === undefined) return []
    const isAll = Object.keys(record(policy.spec)).every((name) =>
      ['targetRefs', 'mergeType', 'loadBalancer'].includes(name),
    )
    if (isOurs(policy) && isAll) return [{ how: 'delete', type: backendTrafficPolicies, object: policy }]
    return [
      {
        how: 'patch',
        type: backendTrafficPolicies,
        object: policy,
        fields: { spec: { loadBalancer: null } },
      },
    ]
  })
}

function hashOf(wish: Wish): FieldTree {
  if (wish.kind === 'source-ip') return { type: 'SourceIP' }
  if (wish.kind === 'header') return { type: 'Headers', headers: [{ name: wish.name }] }
  const { name, ttlSeconds = 0 } = wish
  // Without a ttl Envoy makes no cookie; `0s` is one until the browser closes.
  return {
    type: 'Cookie',
    cookie: { name, ttl: gatewayDuration(ttlSeconds), attributes: attributesOf(wish) },
  }
}

/** Without a path browsers keep the cookie for a directory only. */
function attributesOf({ path = '/', domain, secure, sameSite }: CookieWish): FieldTree {
  return {
    Path: path,
    ...defined({ Domain: domain }),
    ...(secure === true ? { Secure: 'true' } : {}),
    ...defined({ SameSite: sameSite }),
  }
}
