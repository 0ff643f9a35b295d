/** A part of the way from a user to a pod. */
export type Stage = 'browser' | 'replicas' | 'gateway' | 'service' | 'pods'

/** What a part of the way did when it was asked by itself, from a pod: how many of the picks changed the pod. */
export interface CheckedStage {
  stage: Exclude<Stage, 'browser'>
  picks: number
  changed: number
}

/** A finding of `explain` about what was named: why it may be so. */
export interface Suspect {
  code: string
  message: string
}

/** Where the way breaks on which users should have stayed. */
export interface Breaks {
  /** Absent where what was seen does not tell. */
  at?: Stage
  checked: CheckedStage[]
  suspects: Suspect[]
}
