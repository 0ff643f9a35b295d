/** A command that was run in the middle of a probe, and the requests before, during and after it. Times are milliseconds since the first request. */
export interface DuringReport {
  command: string
  /** Absent when the command was ended by a signal, or not at all before the probe was. */
  exitCode?: number
  /** The signal that ended it. */
  signal?: string
  startedMs: number
  endedMs?: number
  /** Those that were reached, in their order. */
  phases: Phase[]
  /** Of users with a cookie jar, who moved. */
  sessions?: SessionMoves
}

/** How many users were moved since the command began, and how many have to be. */
export interface SessionMoves {
  users: number
  moved: number
  /** Those of them who were moved though their pod had not gone. */
  needless: number
  /** Those whom no pod answered any more after theirs had gone. */
  left: number
  endpoints: { before: number; came: number; went: number }
  /** What holds them: a record of their pod, or a text that is hashed to one. */
  points?: 'at-a-pod' | 'into-a-hash'
  /** The share that this has to move, 0 … 1, where that can be said. */
  share?: number
}

/**
 * `before` until the command starts, `during` until it has ended and the endpoints have been still for a while, `after`
 * from then on.
 */
export interface Phase {
  name: PhaseName
  fromMs: number
  toMs: number
  requests: number
  /** Requests without an answer. */
  failed: number
  /** By the letters of the report's backends, in the order of their first answer in the phase. */
  backends: { letter: string; hits: number }[]
}

export type PhaseName = 'before' | 'during' | 'after'
