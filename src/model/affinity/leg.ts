import type { ObjectRef } from '../findings/finding.ts'
import type { Policy } from './policy.ts'

/** Where a client enters. */
export interface Entry {
  /**
   * What a client connects to: an address of a Service or its name in DNS, a `host` (and path) of a gateway or an
   * Ingress, or a name that a `mesh` catches in the caller's pod.
   */
  kind: 'cluster-ip' | 'node-port' | 'load-balancer' | 'external-ip' | 'dns' | 'host' | 'mesh'
  from: 'inside' | 'outside'
  /** In words: `10.96.4.4:8080`, `<node>:31280`, `shop.example/app1`. */
  address: string
  /** For hosts, and names in a mesh: `*` stands for any, `*.example` for those below. Absent where it is more than a host and a path. */
  host?: string
  /** For the same: as its object has it; absent for all paths. */
  path?: string
  /** What a request has to be like beside these, in words. */
  when?: string
  /** The object that opens it. */
  of: ObjectRef
}

/** One stage at which something is picked: who picks, and on what. Which part it plays follows from the legs after it. */
export interface Hop {
  kind: 'dns' | 'load-balancer' | 'gateway' | 'ingress' | 'mesh' | 'proxy'
  /** Who implements it, for people: `kube-proxy nftables`, `ingress-nginx`. */
  mechanism: string
  /** The objects that configure it, the most important first; several where objects fight. */
  configuredBy: readonly ObjectRef[]
  policy: Policy
  /** What keeps clients on one of several Services, where that is picked before the pod. */
  among?: Policy
  /** It remembers clients on each node by itself. */
  perNode?: boolean
  /** What takes requests before they come here, and the field by which it does: all of them, or some; those with TLS, or without. */
  taken?: { by: ObjectRef; field: string; isAll: boolean; isTls: boolean }
  /** A sentence on what is special here. */
  note?: string
}

/** An object as a stage of the way; a part of it (a rule, a subset, a listener) where they lead to different places. */
export interface Stop {
  object: ObjectRef
  /** Any name that the object's mechanism gives to the part. A leg that names none is about the whole object. */
  part?: string
}

/**
 * How the next object is met. `object`: by its own rules, as a route by its gateway. For a Service: at its cluster IP
 * or its node ports, so that its proxy picks again; or not at all, `pods`, since the hop picks from its endpoints itself.
 */
export type Arrival = 'object' | 'cluster-ip' | 'node-port' | 'pods' | 'unknown'

/**
 * One arrow on the way from an entry to the pods, drawn by one object. Every mechanism contributes those of its own
 * objects, and none knows the whole way: src/analysis/path puts them together.
 */
export interface Leg {
  from: Entry | Stop
  /** The pods, or a place that is not in this cluster. */
  to: Stop | 'pods' | 'elsewhere'
  arrival: Arrival
  /** Only what came to `from` in this way goes here; absent for all. */
  after?: Arrival
  /** What part of the requests takes this one of the arrows from the same place; absent where there are no weights. */
  share?: number
  /** Who picks here, and on what. */
  hop?: Hop
  /** The field that draws it, in the object of `from` or of the entry. */
  field?: string
}

/** Tells the two beginnings of a leg apart. */
export function isEntry(from: Entry | Stop): from is Entry {
  return 'address' in from
}

/**
 * The part that a hop plays:
 * - `decides`: it picks the pod;
 * - `picks`: it picks something before that (a load balancer its node), and a later hop decides;
 * - `no-effect`: it is configured, but traffic does not pass it, or it does not do what is configured;
 * - `unknown`: it depends on something that cannot be seen.
 */
export type HopRole = 'decides' | 'picks' | 'no-effect' | 'unknown'

/** A hop on a way. */
export interface PathHop extends Hop {
  role: HopRole
  /** How what comes next is met. */
  arrival: Arrival
  /** The object that is met next; absent where that are the pods, or a place outside. */
  next?: ObjectRef
  /** The field that draws the arrow, in the first of the objects that configure the hop. */
  field?: string
}

/** A way from one entry to the end of it. */
export interface Path {
  entry: Entry
  hops: readonly PathHop[]
  end: 'pods' | 'elsewhere' | 'unknown'
  /** The share of the requests that goes here, by weights; absent where there are none. */
  share?: number
}
