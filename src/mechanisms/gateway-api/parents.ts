import type { LooseObject, NamespacedName } from '../../model/cluster/object.ts'
import type { Store } from '../../model/cluster/store.ts'
import { at, list, record, text } from '../kit/loose.ts'
import { gateways, group, listenerSets, xListenerSets } from './objects.ts'

/** A Gateway that a route names, itself or by a set of listeners of their own. */
export interface Parent {
  /** Absent where the set that names it cannot be seen. */
  to?: NamespacedName
  /** Absent where it is not among what was read. */
  gateway?: LooseObject
  /** The set of listeners, where the route names one. */
  set?: ListenerSet
  section?: string
  port?: number
}

export interface ListenerSet {
  name: string
  /** Absent where it is not among what was read. */
  object?: LooseObject
  /** Its gateway admits no listeners of it (`allowedListeners`, by default of nobody). */
  isRefused: boolean
}

/** The types whose objects hold listeners beside those of a Gateway: of v1.5, and the experiment before. */
export const setTypes = [listenerSets, xListenerSets]

/** The Gateways that a route names, one for each of its `parentRefs`; undefined for what is none, as a Service of a mesh. */
export function parentsOf(route: LooseObject, store: Store): (Parent | undefined)[] {
  return list(at(route.spec, 'parentRefs')).map((parent) => parentOf(record(parent), route, store))
}

function parentOf(
  {
    kind = 'Gateway',
    group: of = group,
    name,
    namespace,
    sectionName,
    port,
  }: Readonly<Record<string, unknown>>,
  { metadata }: LooseObject,
  store: Store,
): Parent | undefined {
  if (text(name) === undefined) return undefined
  const ref = { namespace: text(namespace) ?? metadata.namespace ?? '', name: String(name) }
  const place = {
    ...(text(sectionName) === undefined ? {} : { section: String(sectionName) }),
    ...(typeof port === 'number' ? { port } : {}),
  }
  if (kind === 'Gateway' && of === group) return { ...gatewayAt(ref, store), ...place }
  const type = setTypes.find((one) => one.kind === kind && one.group === of)
  if (type === undefined) return undefined
  const object = store.get(type, ref)
  if (object === undefined) return { set: { name: ref.name, isRefused: false }, ...place }
  const own = gatewayOfSet(object)
  if (own === undefined) return { set: { name: ref.name, object, isRefused: false }, ...place }
  const found = gatewayAt(own, store)
  const isRefused = found.gateway !== undefined && !admitsSet(found.gateway, object)
  return { ...found, set: { name: ref.name, object, isRefused }, ...place }
}

function gatewayAt(to: NamespacedName, store: Store): { to: NamespacedName; gateway?: LooseObject } {
  const gateway = store.get(gateways, to)
  return { to, ...(gateway === undefined ? {} : { gateway }) }
}

/** The gateway that a set of listeners names. */
export function gatewayOfSet({ spec, metadata }: LooseObject): NamespacedName | undefined {
  const name = text(at(spec, 'parentRef.name'))
  if (name === undefined) return undefined
  return { namespace: text(at(spec, 'parentRef.namespace')) ?? metadata.namespace ?? '', name }
}

/**
 * Whether a gateway takes the listeners of a set (gateway-api, apis/v1/gateway_types.go: AllowedListeners, None by default).
 * Whether the labels of a namespace match cannot be seen, and is taken for granted.
 */
function admitsSet({ spec, metadata }: LooseObject, set: LooseObject): boolean {
  const from = text(at(spec, 'allowedListeners.namespaces.from')) ?? 'None'
  return from === 'Same' ? set.metadata.namespace === metadata.namespace : from !== 'None'
}
