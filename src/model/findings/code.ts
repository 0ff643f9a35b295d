import type { Level } from './finding.ts'

/** A finding code: what it says, and how bad that is. */
export interface CodeInfo {
  level: Level
  /** What it says, in a few words, for `explain --list`. */
  title: string
  /**
   * What the finding means for switching affinity on where it would come of it: `enable`: never, as nothing could keep
   * clients on a pod; `enable-unforced`: only if the user insists, as nothing would come of it today, or something would
   * break. Absent: an error forbids it for good, anything else is said and nothing more.
   */
  forbids?: 'enable' | 'enable-unforced'
}

/**
 * The codes of one owner, in the order in which findings of one level are shown. A code keeps its name and meaning for
 * good; one that is no longer used stays as a comment. Each has a page: docs/findings/CODE.md.
 */
export type CodeTable = Readonly<Record<`AFF-${string}`, CodeInfo>>
