/** What `enable` and `disable` did to one target: the input of their reports. */
import type { Hint } from '../common/remedy.ts'
import type { Policy } from './policy.ts'
import type { TargetRef } from './target.ts'

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
