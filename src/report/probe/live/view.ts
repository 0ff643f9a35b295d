import { sanitize } from '../../text/sanitize.ts'
import type { Progress, ProgressOptions } from './progress.ts'
import { createTerminalProgress } from './terminal.ts'
import { formatLeft } from '../../text/numbers.ts'
import { type AnyLiveState, liveLine, liveShare } from './state.ts'

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

/** A line at each tenth of the run, and in between when it has been quiet for a while. */
const step = 0.1
const shortestMs = 1000
const longestMs = 10_000

/** Progress as lines that are never taken back: for logs, pipes and CI. */
function createPlainProgress({ stream, now }: Pick<ProgressOptions, 'stream' | 'now'>): Progress {
  let stageText: string | undefined
  let lastMs = now()
  let askedMs = lastMs
  let lastShare = 0
  const write = (text: string): void => void stream.write(`${text}\n`)
  return {
    stage: (text) => {
      if (text !== stageText) write(text)
      stageText = text
    },
    update: (state) => {
      if (now() - askedMs < shortestMs) return
      askedMs = now()
      const current: AnyLiveState = state()
      const share = liveShare(current) ?? 0
      if (share - lastShare < step && now() - lastMs < longestMs) return
      lastMs = now()
      lastShare = share
      write(liveLine(current))
    },
    wait: (text, untilMs) => write(`${text}, ${formatLeft(untilMs - now())}`),
    startOver: () => {
      lastShare = 0
    },
    note: write,
    stop: () => {},
  }
}
