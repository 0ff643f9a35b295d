/**
 * A cookie that nobody was given.
 * - `unknown`: a text by chance;
 * - `named`: what the proxy would write for a pod that is there;
 * - `stale`: the same for an address that is none of the Service;
 * - `expired`: the same for a pod that is there, with an end that has passed;
 * - `foreign`: what another gateway would write for a pod that is there, or this one for a pod of another Service.
 */
export type ForgedKind = 'unknown' | 'named' | 'stale' | 'expired' | 'foreign'

/**
 * What became of those who sent it.
 * - `kept`: each stayed on one pod, and was given no other cookie;
 * - `replaced`: each answer gave another cookie;
 * - `ignored`: the pod changes, and no other cookie comes;
 * - `mixed`: none of these.
 */
export type ForgedOutcome = 'kept' | 'replaced' | 'ignored' | 'mixed'

export interface ForgedReport {
  kind: ForgedKind
  users: number
  answers: number
  /** Answers that gave another cookie of the name. */
  replaced: number
  /** Picks at which the pod changed. */
  changed: number
  /** With `named`: answers of another pod than the one that it names. */
  disagreed?: number
  outcome: ForgedOutcome
}

/** What cookies that nobody was given show of whoever reads them. */
export interface ForgedSurvey {
  entry: number
  cookie: string
  reports: ForgedReport[]
  /** What the value is to it, where that is shown. */
  points?: 'at-a-pod' | 'into-a-hash'
}
