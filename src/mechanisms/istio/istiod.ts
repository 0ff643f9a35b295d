import type { Policy } from '../../model/affinity/policy.ts'
import type { KubernetesObject } from '../../model/cluster/kubernetes.ts'
import type { LooseObject } from '../../model/cluster/object.ts'
import type { Store } from '../../model/cluster/store.ts'
import { at, list, record, text } from '../kit/objects/loose.ts'
import { istioProxies } from './objects.ts'

/** Labels of a Service, by whose value the proxy keeps the pod of a client in a cookie or a header. */
export const sessionLabels = ['istio.io/persistent-session', 'istio.io/persistent-session-header'] as const

export const sessionVariable = 'PILOT_ENABLE_PERSISTENT_SESSION_FILTER'

/** Whether those labels count: it is off by default. Undefined where istiod cannot be seen, or several do not agree. */
export function hasSessions(store: Store): boolean | undefined {
  const all = store.fact(istioProxies)
  const found = (all.known ? all.value : []).filter(
    ({ metadata: { labels } }) => labels?.['istio'] === 'pilot' || labels?.['app'] === 'istiod',
  )
  const says = new Set(found.map((one) => sessionsIn(one)))
  return says.size === 1 ? [...says][0] : undefined
}

function sessionsIn({ spec }: LooseObject): boolean | undefined {
  const containers = list(at(spec, 'template.spec.containers')).map((one) => record(one))
  const variable = containers
    .flatMap((one) => list(one['env']))
    .find((one) => record(one)['name'] === sessionVariable)
  // From elsewhere it may come as well.
  if (variable === undefined) return containers.some((one) => 'envFrom' in one) ? undefined : false
  const value = text(record(variable)['value'])
  return value === undefined ? undefined : /^(1|t|true)$/i.test(value)
}

/** What the label of a Service asks for; undefined for one without. */
export function sessionOf(
  service: KubernetesObject | undefined,
): { label: string; policy: Policy } | undefined {
  const labels = service?.metadata.labels ?? {}
  const [cookie, header] = sessionLabels
  const name = labels[cookie]
  if (name !== undefined && name !== '')
    return { label: cookie, policy: { kind: 'cookie', name, path: '/', madeBy: 'proxy', points: 'at-a-pod' } }
  const of = labels[header]
  return of === undefined || of === ''
    ? undefined
    : { label: header, policy: { kind: 'header', name: of, points: 'at-a-pod' } }
}

/** The same as far as istiod lets it count: unknown where nobody can tell. */
export function sessionBy(service: KubernetesObject | undefined, store: Store): Policy | undefined {
  const session = sessionOf(service)
  if (session === undefined) return undefined
  const isOn = hasSessions(store)
  if (isOn === undefined)
    return {
      kind: 'unknown',
      why: `${session.label} counts only with ${sessionVariable} of istiod, which cannot be seen`,
    }
  return isOn ? session.policy : undefined
}
