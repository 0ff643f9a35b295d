import type { ResourceType } from '../../objects/resource.ts'
import type { ObjectStore } from '../../objects/store.ts'
import type { Router, GatewayServing } from './proxy.ts'

/** An object that is there when a gateway is. */
export interface Installed {
  type: ResourceType
  object: object
}

/** A gateway that a sandbox can have. */
export interface Gateway {
  /** The kinds that it brings. */
  types: readonly ResourceType[]
  /** What its users install, with the names of its chart. */
  objects: (address: string) => Installed[]
  /** The image of the pods that pass requests on. */
  image: string
  /** It speaks HTTP/2 without TLS, too. */
  isBilingual?: true
  /** What such a pod does with a request. */
  router: (store: ObjectStore, pod: { namespace: string; name: string }) => Router
  /** By what it is known over TLS, where it speaks that: for a name, or where none is asked for. */
  certificate?: (
    store: ObjectStore,
    pod: { namespace: string; name: string },
  ) => NonNullable<GatewayServing['certificate']>
  /** What else it does in the cluster. Returns what ends it. */
  run?: (store: ObjectStore, place: Site) => () => void
}

/** Where a gateway is in the cluster. */
export interface Site {
  /** The address of its Service of type LoadBalancer. */
  address: string
  /** Another one that nobody has. */
  another: () => string
  /** Puts an object into the cluster. */
  install: (object: Installed) => void
}
