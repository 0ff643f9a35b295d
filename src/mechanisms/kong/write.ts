import type { CookieWish, FieldTree, Wish } from '../../model/affinity/change.ts'
import { sticks } from '../../model/affinity/policy.ts'
import { naming } from '../ingress/naming.ts'
import { ingressPrograms } from '../ingress/running.ts'
import {
  hasStickySessions,
  kong,
  kongPolicy,
  policyKey,
  policyRefOf,
  upstreamPolicies,
} from './controller.ts'

/** A KongUpstreamPolicy that the Services name. */
export const kongChange = naming({
  name: 'kong',
  controller: kong,
  gateway: 'Kong',
  policy: upstreamPolicies,
  apiVersion: 'configuration.konghq.com/v1beta1',
  reads: ingressPrograms.reads ?? [],
  // Where sticky-sessions are not there for sure, the cookie is hashed.
  cookie: (_wish, store) => ({
    by: 'Kong',
    isHashed: true,
    can: hasStickySessions(store) === true ? ['path', 'persistent'] : ['path'],
  }),
  named: policyRefOf,
  naming: (_service, name) => ({ [policyKey]: name ?? null }),
  spec: specFor,
  unspec: (policy) => (sticks(kongPolicy(policy)) === true ? { ...unhashed, algorithm: null } : undefined),
})

const unhashed: FieldTree = { hashOn: null, hashOnFallback: null, stickySessions: null }

function specFor(wish: Wish): FieldTree {
  if (wish.kind === 'cookie' && wish.persistent === true)
    return {
      ...unhashed,
      algorithm: 'sticky-sessions',
      hashOn: on({ input: 'none' }),
      stickySessions: { cookie: wish.name, cookiePath: wish.path ?? '/' },
    }
  return { ...unhashed, algorithm: 'consistent-hashing', hashOn: on(hashed(wish)) }
}

function hashed(wish: Wish): FieldTree {
  if (wish.kind === 'header') return { header: wish.name }
  if (wish.kind === 'source-ip') return { input: 'ip' }
  // The API server refuses a cookie without a path.
  return { cookie: wish.name, cookiePath: (wish satisfies CookieWish).path ?? '/' }
}

/** One of them: the others go. */
function on(one: FieldTree): FieldTree {
  const none = { input: null, header: null, cookie: null, cookiePath: null, queryArg: null, uriCapture: null }
  return { ...none, ...one }
}
