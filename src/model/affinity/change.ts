import type { KubernetesObject } from '../cluster/kubernetes.ts'
import type { ObjectType } from '../cluster/object.ts'
import type { Hint } from '../common/user-error.ts'
import type { Policy } from './policy.ts'
import type { TargetRef } from './target.ts'

/** What is asked for. An `enable` of a client address without a timeout leaves it to the API server, or as it is. */
export type ChangeRequest = { verb: 'enable'; timeoutSeconds?: number; by?: Wish } | { verb: 'disable' }

/** What clients are to be kept by, where it is not the address that a Service sees. */
export type Wish = CookieWish | { kind: 'header'; name: string } | { kind: 'source-ip' }

export interface CookieWish {
  kind: 'cookie'
  name: string
  /** Without one the cookie lasts as long as the browser. */
  ttlSeconds?: number
  /** `/` unless it is set already. */
  path?: string
  domain?: string
  secure?: boolean
  sameSite?: SameSite
  /** A client keeps its pod although pods were added. */
  persistent?: boolean
  /** Scripts cannot read it. Most proxies make every cookie so. */
  httpOnly?: boolean
}

export type SameSite = 'Strict' | 'Lax' | 'None'

/** Where affinity can be carried to. */
export const destinations = [
  'ingress-nginx',
  'traefik',
  'istio',
  'envoy-gateway',
  'gateway-api',
  'contour',
  'haproxy',
  'haproxy-ingress',
  'nginx-inc',
  'kong',
  'aws',
  'gke',
  'azure',
  'kgateway',
  'emissary',
  'apisix',
  'skipper',
] as const

export type Destination = (typeof destinations)[number]

/** A value of a field. A list is one value: whoever changes a part of it writes it whole. */
export type FieldValue = string | number | boolean | null | readonly FieldValue[] | FieldTree

/** Fields as a merge patch has them: what it names becomes so, null goes away, and nothing else is touched. */
export interface FieldTree {
  readonly [name: string]: FieldValue
}

/** What is done to one object. Everything else about a change follows from it. */
export type Write = FieldsWrite | CreateWrite | DeleteWrite

/** Sets and takes away fields of an object that is there. */
export interface FieldsWrite {
  /** `apply` declares the fields (server-side apply); it can take away nothing that others set, which `patch` can. */
  how: 'apply' | 'patch'
  type: ObjectType
  /** As it was read. */
  object: KubernetesObject
  fields: FieldTree
  /** What the API server makes of it besides: its defaults, and what it drops. */
  stored?: FieldTree
  /** What a manifest gets instead of `fields`, where nobody drops or fills in anything. */
  manifest?: FieldTree
}

export interface CreateWrite {
  how: 'create'
  type: ObjectType
  object: KubernetesObject
}

/** Only for what this tool made, and what is nothing but that. */
export interface DeleteWrite {
  how: 'delete'
  type: ObjectType
  object: KubernetesObject
}

/** What a request comes to for a target as it is. */
export interface ChangePlan<P extends Policy = Policy> {
  before: P
  after: P
  /** Nothing has to be written. */
  isDone: boolean
  /** The timeout is one that the API server fills in. */
  timeoutIsDefault: boolean
  /** In the order in which they are made. */
  writes: readonly Write[]
  notices: readonly ChangeNotice[]
}

/** Why nothing is changed: what is asked for would come to nothing there. */
export interface Refusal {
  refused: string
  hints: readonly Hint[]
}

export type DryRun = 'none' | 'client' | 'server'

/** Something to know about a change that is made nevertheless, or why it is not made. */
export interface ChangeNotice {
  message: string
  /** What to do about it, a line each. */
  hints: readonly Hint[]
}

/** A whole object as the API server sent it: no field of it is dropped. */
export type RawObject = Readonly<Record<string, unknown>>

/** A target that is as it was asked for: it was changed (or would be, in a dry run), or was so before. */
export interface ChangeDone {
  kind: 'patched' | 'unchanged'
  target: TargetRef
  before: Policy
  after: Policy
  /** Nobody asked for this timeout: it is the API server's default. */
  timeoutIsDefault: boolean
  /** The objects that were written, or the target itself where nothing changed. */
  objects: readonly ChangedObject[]
  warnings: readonly ChangeNotice[]
  /** The target whose affinity was taken over. */
  from?: TargetRef
  /** What takes it back, where that does not follow from the policies alone. */
  undo?: readonly string[]
  /** What shows the effect, where that is not the target itself. */
  proofs?: readonly TargetRef[]
}

/** An object before and after a change; the same one where nothing changed. Without one of them it was made, or deleted. */
export interface ChangedObject {
  /** `ingress/shop`. */
  name: string
  before?: RawObject
  after?: RawObject
}

export interface ChangeFailed {
  kind: 'failed'
  target: TargetRef
  error: unknown
}

/** The run was interrupted before this target's turn. */
export interface ChangeSkipped {
  kind: 'skipped'
  target: TargetRef
}

export type ChangeOutcome = ChangeDone | ChangeFailed | ChangeSkipped

/** What a node, or a way in through a gateway, said about a change, or did not say in time. */
export interface NodeOutcome {
  target: TargetRef
  /** Absent for what is asked where its gateway listens. */
  node?: string
  kind: 'served' | 'late' | 'untold'
  /** Since the change was written; with `served` the latest that it can have come into force. */
  afterMs: number
  why?: string
}

/** What came of waiting until the nodes serve a change. */
export type WaitReport =
  /** A short probe cannot see a timeout that was changed, or an attribute of a cookie. */
  | { kind: 'timeout-only' }
  | {
      kind: 'done'
      results: readonly NodeOutcome[]
      /** Nodes that no probe pod can run on. */
      unusable: readonly { name: string; why: string }[]
      limitMs: number
    }
