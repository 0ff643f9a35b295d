import type { Style } from '../../terminal.ts'
import type { AnyLiveState } from './state.ts'

/** Where progress is written: stderr, as the answer has stdout for itself. */
export interface ProgressOptions {
  stream: NodeJS.WritableStream & { rows?: number; columns?: number; _refreshSize?: () => void }
  isTTY: boolean
  /** A function, because a terminal's width changes. */
  columns: () => number
  style: Style
  /** Milliseconds; only differences count. */
  now: () => number
  /** Told when it is to stop for a while (Ctrl-Z) and when it goes on (`fg`). */
  process?: Pick<NodeJS.Process, 'on' | 'off' | 'kill' | 'pid'>
}

export interface Progress {
  /** What is being waited for before requests run: one line, replaced by the next. */
  stage: (text: string) => void
  /** The run so far; asked for only when it is about to be shown. */
  update: (state: () => AnyLiveState) => void
  /** Something that takes until a time of `now`: how long still is shown with it. */
  wait: (text: string, untilMs: number) => void
  /** Another run follows: what was shown of the one before is taken away. */
  startOver: () => void
  /** A line that stays. */
  note: (text: string) => void
  /** Takes the moving parts away and gives the cursor back. Nothing may be shown after it. */
  stop: () => void
}
