import type { Code } from '../../../src/model/findings/code.ts'
import type { ObjectRef } from '../../../src/model/findings/finding.ts'
import type { Snapshot } from '../../../src/model/cluster/snapshot.ts'

type Case = () => Snapshot

/** Where a code has to be reported, and where, though it looks alike, it must not be. */
export interface GridRow {
  fires: Case
  silent: Case
  /** What is explained; absent for service/web. */
  of?: ObjectRef
}

/** The rows of one mechanism. */
export type GridRows = Partial<Record<Code, GridRow>>
