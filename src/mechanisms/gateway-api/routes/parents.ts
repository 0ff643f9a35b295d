import type { LooseObject, NamespacedName, ObjectType } from '../../../model/cluster/object.ts'
import type { Store } from '../../../model/cluster/store.ts'
import { at, list, record, text } from '../../kit/objects/loose.ts'
import { gateways, group, listenerSets, xListenerSets } from '../objects.ts'
import { defined } from '../../../model/common/values.ts'

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

/** What one of a route's `parentRefs` names, with the part of it that is meant. */
export interface ParentRef {
  type: ObjectType<LooseObject>
  at: NamespacedName
  section?: string
  port?: number
}

/** Whose objects hold listeners: Gateways, sets of them since v1.5, and the experiment before. */
const holderTypes = [gateways, listenerSets, xListenerSets]

/** The `parentRefs` of a route, in their order; undefined for what holds no listeners, as a Service of a mesh. */
export function parentRefsOf({ spec, metadata }: LooseObject): (ParentRef | undefined)[] {
  return list(at(spec, 'parentRefs')).map((parent) => {
    const { kind = 'Gateway', group: of = group, name, namespace, sectionName, port } = record(parent)
    const type = holderTypes.find((one) => one.kind === kind && one.group === of)
    if (type === undefined || text(name) === undefined) return undefined
    return {
      type,
      at: { namespace: text(namespace) ?? metadata.namespace ?? '', name: String(name) },
      ...(text(sectionName) === undefined ? {} : { section: String(sectionName) }),
      ...(typeof port === 'number' ? { port } : {}),
    }
  })
}

/** The Services for whose callers a route is, where it names them as its parents. */
export function servicesOfMesh({ spec }: LooseObject): string[] {
  return list(at(spec, 'parentRefs')).flatMap((parent) => {
    const { kind, group: of, name } = record(parent)
    return kind === 'Service' && of === '' ? (text(name) ?? []) : []
  })
}

/** The Gateways that a route names, one for each of its `parentRefs`; undefined for what is none. */
export function parentsOf(route: LooseObject, store: Store): (Parent | undefined)[] {
  return parentRefsOf(route).map((ref) => ref && parentOf(ref, store))
}

function parentOf({ type, at: ref, ...place }: ParentRef, store: Store): Parent {
  if (type === gateways) return { ...gatewayAt(ref, store), ...place }
  const object = store.get(type, ref)
  const own = object && gatewayOfSet(object)
  const set = defined({ name: ref.name, object, isRefused: false })
  if (object === undefined || own === undefined) return { set, ...place }
  const found = gatewayAt(own, store)
  const isRefused = found.gateway !== undefined && !admitsSet(found.gateway, object)
  return { ...found, set: { ...set, isRefused }, ...place }
}

function gatewayAt(to: NamespacedName, store: Store): { to: NamespacedName; gateway?: LooseObject } {
  const gateway = store.get(gateways, to)
  return defined({ to, gateway })
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
