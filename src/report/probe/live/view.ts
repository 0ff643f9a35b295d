import { sanitize } from '../../text/sanitize.ts'
import type { Progress, ProgressOptions } from './progress.ts'
import { createPlainProgress } from './plain.ts'
import { createTerminalProgress } from './terminal.ts'

/** A live view on a terminal, plain lines elsewhere. All text is made safe to print here. */
export function createProgress(options: ProgressOptions): Progress {
  const progress = options.isTTY ? createTerminalProgress(options) : createPlainProgress(options)
  return {
    stage: (text) => progress.stage(sanitize(text)),
    update: (state) => progress.update(state),
    wait: (text, untilMs) => progress.wait(sanitize(text), untilMs),
    startOver: () => progress.startOver(),
    note: (text) => progress.note(sanitize(text)),
    stop: () => progress.stop(),
  }
}
