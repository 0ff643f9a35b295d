import type { Leg } from '../../model/affinity/leg.ts'
import { type LooseObject, refOf } from '../../model/cluster/object.ts'
import type { Store } from '../../model/cluster/store.ts'
import { behind } from '../ingress/backends.ts'
import { annotationsOf } from '../kit/controller.ts'
import { hostEntry, sendingLegs } from '../kit/legs/front.ts'
import { at, list, parsedJson, record, text } from '../kit/objects/loose.ts'
import { services } from '../service/objects.ts'
import { alb, albPrefix, conditionsFor } from './alb.ts'

interface ActionTarget {
  service: string
  weight: number
}

/** An action that forwards to Services: `alb.ingress.kubernetes.io/actions.NAME`, in JSON. */
interface Forward {
  name: string
  targets: readonly ActionTarget[]
  /** `targetGroupStickinessConfig`: a client stays with its group. */
  isSticky: boolean
}

const actionPrefix = `${albPrefix}actions.`

/** The forwarding actions of an Ingress. */
export function forwards(ingress: LooseObject): Forward[] {
  return Object.entries(annotationsOf(ingress)).flatMap(([key, value]) => {
    if (!key.startsWith(actionPrefix)) return []
    const config = at(parsedJson(value), 'forwardConfig')
    const targets = list(at(config, 'targetGroups')).flatMap((group): ActionTarget[] => {
      const { serviceName, weight = 1 } = record(group)
      const service = text(serviceName)
      return service === undefined || typeof weight !== 'number' ? [] : [{ service, weight }]
    })
    const isSticky = at(config, 'targetGroupStickinessConfig.enabled') === true
    return targets.length === 0 ? [] : [{ name: key.slice(actionPrefix.length), targets, isSticky }]
  })
}

/** The arrows of backends that are actions: their port is called `use-annotation`, which nobody else has. */
export function actionLegs(ingress: LooseObject, store: Store): Leg[] {
  const actions = new Map(forwards(ingress).map((one) => [one.name, one]))
  const ref = refOf(ingress)
  return behind(ingress, store).flatMap(({ backend, places }) => {
    const action = backend.port === 'use-annotation' ? actions.get(backend.to.name) : undefined
    if (action === undefined) return []
    const total = action.targets.reduce((sum, { weight }) => sum + weight, 0)
    return action.targets.flatMap(({ service: name, weight }) => {
      const to = { namespace: backend.to.namespace, name }
      const service = store.get(services, to)
      const { policy, arrival } = alb.serve({ ingress, to, service }, store)
      const isDrawn = action.targets.length > 1 && !action.isSticky
      return sendingLegs(
        {
          from: { object: ref, part: `action ${action.name} ${name}` },
          entries: places.map(({ host, path }) =>
            hostEntry(ref, host, path, conditionsFor(ingress, action.name)),
          ),
          to,
          hop: {
            kind: 'ingress',
            mechanism: alb.name,
            configuredBy: [ref],
            // The target group is drawn for each request before anything keeps a client in one.
            policy: isDrawn ? { kind: 'none' } : policy,
          },
          arrival,
          ...(action.targets.length > 1 && total > 0 ? { share: weight / total } : {}),
        },
        store,
      )
    })
  })
}
