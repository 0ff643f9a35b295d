import type { FieldTree, Wish } from '../../model/affinity/change.ts'
import type { LooseObject } from '../../model/cluster/object.ts'
import { type Policy, none } from '../../model/affinity/policy.ts'
import { type Changing, lacksOf, type OwnCookie, refusal } from '../changing.ts'
import { at, list } from '../kit/objects/loose.ts'
import { rewritten } from '../kit/write/rewritten.ts'
import { httpProxies } from './objects.ts'
import { cookieName, routePolicy } from './policy.ts'

/** Contour makes the cookie itself, and nothing of it can be set (internal/dag/policy.go, v1.33.8). */
const cookie: OwnCookie = { by: 'Contour', name: cookieName, isHashed: true }

/** `loadBalancerPolicy` in every route of an HTTPProxy. */
export const contourChange: Changing = {
  name: 'contour',
  label: 'Contour',
  targets: [httpProxies],
  reads: [],
  writes: [httpProxies],
  lacks: (wish) => lacksOf(cookie, wish),
  switchOf: (proxy: LooseObject) => {
    const routes = list(at(proxy.spec, 'routes'))
    return {
      before: routes.map(policyOf).find(({ kind }) => kind !== 'none') ?? none,
      off: () => rewritten(httpProxies, proxy, 'routes', withoutAffinity),
      on: (wish) => {
        if (routes.length === 0)
          return refusal('it has no routes of its own', 'name the HTTPProxy that it includes')
        const loadBalancerPolicy = balancerFor(wish)
        const writes = rewritten(httpProxies, proxy, 'routes', (route) => ({ ...route, loadBalancerPolicy }))
        return { after: routePolicy(loadBalancerPolicy), writes }
      },
    }
  },
}

function policyOf(route: unknown): Policy {
  return routePolicy(at(route, 'loadBalancerPolicy'))
}

/** Other strategies keep nobody, and stay. */
function withoutAffinity(route: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (policyOf(route).kind === 'none') return route
  const { loadBalancerPolicy: _, ...kept } = route
  return kept
}

function balancerFor(wish: Wish): FieldTree {
  if (wish.kind === 'cookie') return { strategy: 'Cookie' }
  const hashed =
    wish.kind === 'header' ? { headerHashOptions: { headerName: wish.name } } : { hashSourceIP: true }
  return { strategy: 'RequestHash', requestHashPolicies: [hashed] }
}
