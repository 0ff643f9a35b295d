import type { ObjectRef } from '../model/finding.ts'
import type { Policy } from '../model/policy.ts'
import type { Service } from '../model/kubernetes.ts'
import type { LooseObject } from '../model/object.ts'

/** Something that stands in front of a Service: an Ingress, a route, a mesh. */
export interface Front {
  kind: 'ingress' | 'gateway' | 'mesh'
  object: ObjectRef
  /** For people: `ingress-nginx`, `Istio`. */
  mechanism: string
  /** Hosts and paths that lead to the Service; empty for a mesh that catches every call. */
  addresses: string[]
  /** The field that leads there, for its position in a file. */
  field?: string
  policy: Policy
  /**
   * Where it sends connections: `pods` past the Service proxy, `service` to the cluster IP, `nodes` to the node ports.
   * `unknown` where that depends on something that cannot be seen.
   */
  via: 'pods' | 'service' | 'nodes' | 'unknown'
  /** It asks for session persistence by Gateway API's own field. */
  hasSessionPersistence?: boolean
}

/** What mechanisms may look at besides the object itself. */
export interface FrontContext {
  /** IngressClass → its controller; under the empty name that of the default class. */
  ingressClasses: Readonly<Record<string, string>>
  /** All objects that were read, for those that are configured apart (DestinationRule). */
  objects: readonly LooseObject[]
}

export interface Resource {
  group: string
  resource: string
  kind: string
}

/** A system that routes to Services. Adding one is a folder and a line in index.ts. */
export interface Mechanism {
  /** Custom resources to read, where the cluster serves their group. */
  resources: readonly Resource[]
  /** The ways in which one object of those kinds leads to the Service; none when it does not. */
  fronts: (object: LooseObject, service: Service, context: FrontContext) => readonly Front[]
}
