import type { KubernetesObject } from '../cluster/kubernetes.ts'
import type { NamespacedName, ObjectType } from '../cluster/object.ts'

/** What the user names. */
export interface TargetRef extends NamespacedName {
  /** The kind in one word and lower case: `service`, `ingress`, `httproute`. */
  kind: string
  /** A port or the name of one, where one is meant. */
  port?: string
}

/** A kind of object that a user can name. A constant in the folder of its mechanism. */
export interface TargetKind<T extends KubernetesObject = KubernetesObject> {
  /** `service`: the word in reports, JSON and command lines. */
  name: string
  /** For people: `Service`, `Ingress`. */
  label: string
  /** What kubectl takes for it besides: plural, short names. */
  words: readonly string[]
  type: ObjectType<T>
  /** Why no object of the kind can have this name, in words, or undefined. */
  refuseName(name: string): string | undefined
  /** Beside its name in the headline of a report: type and address. */
  describe(object: T): readonly string[]
  /** What requests of a probe cannot show of it, in words. */
  notProbed?: string
  /** Why no requests of a probe are sent through it at all, in words. */
  unprobed?: string
}

/** A DNS-1123 label, which k8s.io/apimachinery (IsDNS1035Label) wants for Services; digits are allowed first as of 1.35. */
export function refuseLabel(name: string): string | undefined {
  const isLabel = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)
  return isLabel ? undefined : 'lower case letters, digits and "-", 63 at most'
}

/** The rule for most kinds, custom resources among them (k8s.io/apimachinery, IsDNS1123Subdomain). */
export function refuseSubdomain(name: string): string | undefined {
  const isSubdomain =
    name.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(name)
  return isSubdomain ? undefined : 'lower case letters, digits, "-" and ".", 253 at most'
}

/** Kinds are known by their type alone once they are in one list. */
export function anyKind<T extends KubernetesObject>(kind: TargetKind<T>): TargetKind {
  return kind
}
