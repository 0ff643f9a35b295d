import type { LooseObject, NamespacedName } from '../../../model/cluster/object.ts'
import type { Store } from '../../../model/cluster/store.ts'
import type { Behind } from '../../ingress/backends.ts'
import { at, list, record, text } from '../../kit/objects/loose.ts'
import { services } from '../../service/objects.ts'
import { group, referenceGrants } from '../objects.ts'

/** A Service that a rule sends to. */
export interface RouteBackend {
  to: NamespacedName
  /** Its place in `backendRefs`. */
  index: number
  /** What part of the requests it gets by its weight; absent where it is the only one. */
  share?: number
  hasFilters: boolean
}

/** The Services of a rule. A weight counts 1 where it is missing; other kinds of backends take their part of the requests. */
export function backendsOf(rule: unknown, { metadata }: LooseObject): RouteBackend[] {
  const all = list(record(rule)['backendRefs']).map((backend, index) => {
    const { kind = 'Service', group: of = '', name, namespace = metadata.namespace, weight } = record(backend)
    const isService = kind === 'Service' && of === ''
    return {
      index,
      to: { namespace: text(namespace) ?? '', name: isService ? (text(name) ?? '') : '' },
      weight: typeof weight === 'number' && weight >= 0 ? weight : 1,
      hasFilters: list(record(backend)['filters']).length > 0,
    }
  })
  const total = all.reduce((sum, { weight }) => sum + weight, 0)
  return all
    .filter(({ to }) => to.name !== '')
    .map(({ weight, ...backend }) =>
      all.length > 1 && total > 0 ? { ...backend, share: weight / total } : backend,
    )
}

/** What stands behind a route, each Service once, for those that read what counts at the Services. */
export function behindRoute(route: LooseObject, store: Store): Behind[] {
  const all = list(at(route.spec, 'rules')).flatMap((rule) => backendsOf(rule, route))
  const places = new Map(all.map(({ to }) => [`${to.namespace}/${to.name}`, to]))
  return [...places].map(([part, to]) => ({
    part,
    backend: { ingress: route, to, service: store.get(services, to) },
    places: [],
  }))
}

/** Whether an object may name one of another namespace; undefined where grants could not be read. */
export function isGranted(
  from: { group: string; kind: string; namespace: string },
  to: NamespacedName & { group: string; kind: string },
  store: Store,
): boolean | undefined {
  if (from.namespace === to.namespace) return true
  const grants = store.list(referenceGrants)
  if (!grants.known) return undefined
  return grants.value.some(
    ({ metadata, spec }) =>
      metadata.namespace === to.namespace &&
      list(at(spec, 'from')).some(
        (one) =>
          record(one)['kind'] === from.kind &&
          (record(one)['group'] ?? '') === from.group &&
          record(one)['namespace'] === from.namespace,
      ) &&
      list(at(spec, 'to')).some(
        (one) =>
          record(one)['kind'] === to.kind &&
          (record(one)['group'] ?? '') === to.group &&
          (text(record(one)['name']) === undefined || record(one)['name'] === to.name),
      ),
  )
}

/** The same for a Service that a route sends to. */
export function mayReach(route: LooseObject, to: NamespacedName, store: Store): boolean | undefined {
  const from = { group, kind: route.kind, namespace: route.metadata.namespace ?? '' }
  return isGranted(from, { group: '', kind: 'Service', ...to }, store)
}
