import type { Path } from '../model/entry.ts'
import type { Finding } from '../model/finding.ts'
import type { ServiceRef, Snapshot } from '../model/snapshot.ts'

/** What a snapshot says about one Service. */
export interface Explanation {
  target: ServiceRef
  path: Path
  /** The worst first; within a level in the order of the table of codes. */
  findings: Finding[]
  /** How many codes were looked for and not found. */
  checksPassed: number
  /** Codes that could not be looked for, with what would have to be known. */
  notPossible: { codes: string[]; why: string }[]
}

/** Draws the path and looks for every code of the table. Pure. Throws when the snapshot does not hold the target. */
export function analyse(snapshot: Snapshot, target: ServiceRef): Explanation {
  throw new Error(`not built yet: ${target.name} ${snapshot.source}`)
}
