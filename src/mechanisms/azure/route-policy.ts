import type { Leg } from '../../model/affinity/leg.ts'
import { type LooseObject, type ObjectType, refOf } from '../../model/cluster/object.ts'
import type { Policy } from '../../model/affinity/policy.ts'
import type { Store } from '../../model/cluster/store.ts'
import { secondsOf } from '../gateway-api/persistence/persistence.ts'
import { routingOf } from '../gateway-api/routes/routing.ts'
import { at, record, text } from '../kit/objects/loose.ts'
import { policiesFor, unreadable } from '../kit/objects/targeting.ts'
import { customType } from '../kit/objects/types.ts'
import { defined } from '../../model/common/values.ts'

/** What Application Gateway for Containers sticks on for an HTTPRoute. */
export const routePolicies: ObjectType<LooseObject> = customType(
  'alb.networking.azure.io',
  'routepolicies',
  'RoutePolicy',
)

/** The hop of Application Gateway for Containers, with what a RoutePolicy says of it. */
export function refineRoute(leg: Leg, store: Store): Leg {
  const routing = routingOf(leg)
  const { hop, to } = leg
  if (routing?.controller?.label !== 'Azure Application Gateway' || hop === undefined) return leg
  const open = unreadable([routePolicies], store)
  if (open !== undefined) return { ...leg, hop: { ...hop, policy: open } }
  const attached = policiesFor(routePolicies, refOf(routing.route), store)
  const own = attached.find(({ spec }) => at(spec, 'default.sessionAffinity') !== undefined)
  const policy = own === undefined ? hop.policy : policyOf(own)
  // One that names the Service counts for nothing, which is a finding.
  const strays = typeof to === 'object' ? policiesFor(routePolicies, to.object, store) : []
  const configuredBy = [...hop.configuredBy, ...[...attached, ...strays].map(refOf)]
  return { ...leg, hop: { ...hop, configuredBy, policy } }
}

/** What a RoutePolicy makes it stick on. */
export function policyOf({ spec }: LooseObject): Policy {
  const { affinityType, cookieName, cookieDuration } = record(at(spec, 'default.sessionAffinity'))
  // Name and duration of one that is managed are not looked at.
  if (affinityType === 'managed-cookie')
    return { kind: 'cookie', name: 'AGCAffinity', ttlSeconds: 86_400, madeBy: 'proxy', points: 'at-a-pod' }
  const name = text(cookieName)
  if (affinityType !== 'application-cookie' || name === undefined || cookieDuration === undefined)
    return { kind: 'none' }
  const ttlSeconds = secondsOf(text(cookieDuration))
  return defined({ kind: 'cookie', name, ttlSeconds, points: 'at-a-pod' })
}
