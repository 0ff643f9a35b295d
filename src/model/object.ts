import type { ObjectRef } from './finding.ts'
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
 * of it (RBAC, what `-f` takes, completion) is derived from the mechanisms' list.
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
  /**
   * Where objects of this type that concern a target may be: in the namespace of the target, or `everywhere` (routes
   * beside a gateway, rules in a mesh's root namespace). Where it is not allowed to list everywhere, the namespace is
   * read, and that the others were not is said.
   */
  within: 'namespace' | 'everywhere'
  /** Of a custom resource: not asked for where the cluster does not serve the group. */
  isCustom?: boolean
  /**
   * Who writes such objects, and so what it means that files hold none: what `people` write would be there; what a
   * `cluster` makes never is; of what is written by `both`, nothing is known unless the files hold some.
   */
  writtenBy: 'people' | 'cluster' | 'both'
  /** From about eight questions on, one list of the namespace costs less than one for each: small objects, many of them read. */
  listsCheaply?: boolean
  /** Of a list of a whole namespace or cluster, the part that is worth memory. */
  keep?: (object: T) => T
  /** Makes an object of a file, which no API server has checked, what its type promises. */
  tidy?: (object: LooseObject) => T
}

/** Where objects are: everywhere, in a namespace, with these labels there, or one by its name. */
export interface Place {
  namespace?: string | undefined
  name?: string | undefined
  /** Equality only. */
  labels?: Readonly<Record<string, string>> | undefined
  /** A label selector as kubectl takes it, or a field selector: understood by the server only. */
  selector?: string | undefined
  fieldSelector?: string | undefined
  /** A few of them are enough. */
  limit?: number | undefined
}

/** `ingresses.networking.k8s.io`, `pods`: a type as kubectl names it. */
export function resourceName({ group, resource }: ObjectType): string {
  return group === '' ? resource : `${resource}.${group}`
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

/** What an object is called in findings and reports. */
export function refOf({ kind, apiVersion, metadata: { name, namespace } }: KubernetesObject): ObjectRef {
  const group = groupOf(apiVersion)
  return {
    kind,
    ...(group === '' ? {} : { group }),
    ...(namespace === undefined ? {} : { namespace }),
    name,
  }
}

/** One object of a type by its name. */
export function refTo(
  type: ObjectType,
  { namespace, name }: { namespace?: string; name: string },
): ObjectRef {
  return {
    kind: type.kind,
    ...(type.group === '' ? {} : { group: type.group }),
    ...(type.scope === 'cluster' || namespace === undefined ? {} : { namespace }),
    name,
  }
}

/** Equal for references to the same object. */
export function keyOf({ kind, group = '', namespace = '', name }: ObjectRef): string {
  return `${kind}.${group} ${namespace}/${name}`
}
