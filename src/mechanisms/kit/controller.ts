import type { ObjectRef } from '../../model/findings/finding.ts'
import type { Service } from '../../model/cluster/kubernetes.ts'
import type { Arrival } from '../../model/affinity/leg.ts'
import type { LooseObject, NamespacedName } from '../../model/cluster/object.ts'
import type { Policy } from '../../model/affinity/policy.ts'
import type { Store } from '../../model/cluster/store.ts'

/** A backend of an Ingress, as its controller meets it. */
export interface IngressBackend {
  ingress: LooseObject
  to: NamespacedName
  /** Undefined where it is not there, or nothing is known of it. */
  service: Service | undefined
  /** As the Ingress names it; absent where it is not told. */
  port?: string | number
  /** By which host (`*` for any) and path it is reached, where that makes a difference; absent for all. */
  place?: { host: string; path: string }
}

/** What a controller does for a backend. */
export interface Served {
  policy: Policy
  /** What keeps clients on the Service, where one of several is drawn before the pod. */
  among?: Policy
  arrival: Arrival
  /** Objects beside the Ingress that have a say in it. */
  configuredBy?: readonly ObjectRef[]
  note?: string
  /** What a request has to be like beside host and path, in words. */
  when?: string
  /** What part of the requests of the host and path comes here, where chance decides. */
  share?: number
}

/** An annotation that a controller does not know, and the one that is meant. */
export interface Slip {
  meant?: string
  /** It is in what stands before the slash. */
  hasPrefix?: boolean
  /** What to write where the other is no matter of its name. */
  instead?: string
}

/** An Ingress controller, as its mechanism knows it. */
export interface IngressController {
  /** For people. */
  name: string
  /** Values of `IngressClass.spec.controller`; one that ends in `/*` stands for all that begin so, and for itself without. */
  controllers: readonly string[]
  /** Usual names of its classes: by them it is known where no IngressClass object is there. */
  classes?: readonly string[]
  /** It takes Ingresses that name such a class, whether there is an IngressClass or not. */
  needsNoClass?: boolean
  serve: (backend: IngressBackend, store: Store) => Served
  /** The annotations by which it decides, for whoever writes those of another one. */
  keys: Readonly<Record<'ingress' | 'service', readonly string[]>>
  /** Annotations that have no effect where none of those is there by which affinity is switched on. */
  switch?: {
    by: readonly string[]
    parts: readonly string[]
    /** The name of the cookie that an object with such annotations would get. */
    cookie: (object: Pick<LooseObject, 'metadata'>) => string
  }
  /** Whether an annotation is a slip; without it one that differs from one of the keys by a letter or two. */
  slip?: (key: string, on: 'ingress' | 'service') => Slip | undefined
  /** How affinity is had from it, in a few words. */
  instead: string
}

/** Whether a value of `IngressClass.spec.controller` is that of a controller. */
export function isServedBy({ controllers }: IngressController, value: string): boolean {
  return controllers.some((one) =>
    one.endsWith('/*') ? value === one.slice(0, -2) || value.startsWith(one.slice(0, -1)) : value === one,
  )
}

/** The annotations of an object. */
export function annotationsOf(
  object: Pick<LooseObject, 'metadata'> | undefined,
): Readonly<Record<string, string>> {
  return object?.metadata.annotations ?? {}
}

/** The field of an annotation, as positions in files are looked up. */
export function annotationField(key: string): string {
  return `metadata.annotations["${key}"]`
}

/** What Go's strconv.ParseBool takes for true and false; undefined for anything else. */
export function goBoolean(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true
  return ['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text) ? false : undefined
}
