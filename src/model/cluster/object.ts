import type { ObjectRef } from '../findings/finding.ts'
import type { KubernetesObject } from './kubernetes.ts'

/** An object of somebody else's kind: its mechanism reads the parts that it needs, of whatever shape they are. */
export interface LooseObject extends KubernetesObject {
  spec?: unknown
}

/** Namespace and name: an object whose kind is known from where it stands. */
export interface NamespacedName {
  namespace: string
  name: string
}

/**
 * A type of object that can be read. A constant in the folder of the mechanism that owns it; whatever else has to know
 * of it is derived from the mechanisms' list.
 */
export interface ObjectType<T extends KubernetesObject = KubernetesObject> {
  /** Empty for the core group. */
  group: string
  /** The preferred one first. A cluster that serves none of them is asked for its own preferred one. */
  versions: readonly [string, ...string[]]
  /** Plural, as in URLs: `httproutes`. */
  resource: string
  kind: string
  scope: 'namespaced' | 'cluster'
  /** Of a custom resource: not asked for where the cluster does not serve the group. */
  isCustom?: boolean
  /** `everywhere`: objects of other namespaces may matter, as routes beside a gateway do. Else those of the target's. */
  within?: 'everywhere'
  /** Asked for only where there is an object of one of these types. */
  beside?: readonly ObjectType[]
  /** Of these, only those count for which this holds. */
  besideIf?: (object: KubernetesObject) => boolean
  /** For Services it matters only where something may tell of a way to one of them; what else is `beside` is not waited for then. */
  onWays?: WaySigns
  /** What was applied with kubectl matters. Of other objects it is let go of: it is half of their size. */
  keepsApplied?: boolean
  /** A label selector; of all others none matters. */
  selector?: string
  /** A field selector; of all others none matters. */
  fields?: string
  /** The name of one; of all others none matters. */
  only?: string
  /** Written by whoever runs the cluster: files that hold none of them say nothing about them. */
  isOfCluster?: boolean
  /** Nothing is of it: it ties the type of the objects to this constant. */
  readonly of?: T
}

/** What tells that a way to a Service may lead past objects of another type. */
export interface WaySigns {
  of: readonly ObjectType[]
  /** Whether one of those does, for Services of these names. */
  tells: (object: KubernetesObject, services: ReadonlySet<string>) => boolean
}

/** `apps` of `apps/v1`; empty for the core group. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/')
  return slash < 0 ? '' : apiVersion.slice(0, slash)
}

/** Whether an object is of a type, whatever its version. */
export function isOfType(object: KubernetesObject, { group, kind }: ObjectType): boolean {
  return object.kind === kind && groupOf(object.apiVersion) === group
}

/** `ingresses.networking.k8s.io`: as kubectl and API servers call a type; equal for types that are the same. */
export function resourceName({ resource, group }: ObjectType): string {
  return group === '' ? resource : `${resource}.${group}`
}

/** The list of a type: equal for types of which the same objects matter. */
export function listName(type: ObjectType): string {
  const { selector, only, fields } = type
  const parts = [
    only === undefined ? '' : ` named ${only}`,
    selector === undefined ? '' : ` with ${selector}`,
    fields === undefined ? '' : ` where ${fields}`,
  ]
  return `${resourceName(type)}${parts.join('')}`
}

/** What an object is called in findings and reports. */
export function refOf({ kind, apiVersion, metadata: { name, namespace } }: KubernetesObject): ObjectRef {
  return refWith(kind, groupOf(apiVersion), namespace, name)
}

/** Field by field, which is quicker than by spreads: there are hundreds of thousands of them. */
function refWith(kind: string, group: string, namespace: string | undefined, name: string): ObjectRef {
  const ref = { kind } as ObjectRef
  if (group !== '') ref.group = group
  if (namespace !== undefined) ref.namespace = namespace
  ref.name = name
  return ref
}

/** One object of a type by its name. */
export function refTo(
  type: ObjectType,
  { namespace, name }: { namespace?: string; name: string },
): ObjectRef {
  return refWith(type.kind, type.group, type.scope === 'cluster' ? undefined : namespace, name)
}

/** Equal for references to the same object. */
export function keyOf({ kind, group = '', namespace = '', name }: ObjectRef): string {
  return `${kind}.${group} ${namespace}/${name}`
}

/** Whether two references are to the same object: what `keyOf` tells, without a text for each. */
export function isSame(a: ObjectRef, b: ObjectRef): boolean {
  return (
    a.name === b.name &&
    a.kind === b.kind &&
    (a.namespace ?? '') === (b.namespace ?? '') &&
    (a.group ?? '') === (b.group ?? '')
  )
}
