import type { Wish } from '../../model/affinity/change.ts'
import { refusal } from '../changing.ts'
import { type AttachedKind, attaching, routesAt } from '../gateway-api/attaching.ts'
import { policyOf, routePolicies } from './route-policy.ts'

const managed = 'AGCAffinity'

/** As long as the cookie lasts that is managed. */
const usual = 86_400

const kind: AttachedKind = {
  type: routePolicies,
  apiVersion: 'alb.networking.azure.io/v1',
  ref: 'targetRef',
  policyOf,
  unspec: () => ({ default: { sessionAffinity: null } }),
}

/** A RoutePolicy for the HTTPRoute: Application Gateway for Containers makes a cookie of any name, which has to end some day. */
export const agcChange = attaching({
  name: 'azure',
  label: 'Azure Application Gateway',
  fronts: routesAt('Azure Application Gateway'),
  at: 'route',
  kinds: [kind],
  cookie: ({ name }) => ({
    by: 'Application Gateway for Containers',
    can: name === managed ? [] : ['ttlSeconds'],
  }),
  chosen: (wish) => {
    if (wish.kind !== 'cookie')
      return refusal('Application Gateway for Containers keeps clients by cookies only', {
        remedy: 'by-the-cookie',
        name: managed,
      })
    const sessionAffinity =
      wish.name === managed
        ? { affinityType: 'managed-cookie', cookieName: null, cookieDuration: null }
        : {
            affinityType: 'application-cookie',
            cookieName: wish.name,
            cookieDuration: `${wish.ttlSeconds ?? usual}s`,
          }
    return { kind, spec: { default: { sessionAffinity } } }
  },
  remark,
})

function remark(wish: Wish): string | undefined {
  const isUsual = wish.kind === 'cookie' && wish.ttlSeconds === undefined
  return isUsual ? 'the cookie lasts a day: without a lifetime there is none' : undefined
}
