import { stripVTControlCharacters } from 'node:util'
import type { Ora } from 'ora'
import { flow } from '../../text/flow.ts'
import { paintLines, span } from '../../text/line.ts'
import { formatLeft } from '../../text/numbers.ts'
import { shortenEnd, textWidth } from '../../text/width.ts'
import { type AnyLiveState, renderLive } from './state.ts'
import type { Progress, ProgressOptions } from './progress.ts'

const frameMs = 66
/** Erases a line and goes to the one above. */
const eraseUp = '\u001B[2K\u001B[1A'

type LogUpdate = ReturnType<typeof import('log-update').createLogUpdate>

/**
 * Progress that moves: a spinner with the current stage, then the live view in its place.
 * Both libraries are loaded when they are first needed; what comes meanwhile is kept, and only the newest is shown.
 */
export function createTerminalProgress({
  stream,
  columns,
  style,
  now,
  process: own,
}: ProgressOptions): Progress {
  let spinner: Ora | undefined
  let view: LogUpdate | undefined
  let text = ''
  let state: (() => AnyLiveState) | undefined
  let lastMs = -Infinity
  let timer: NodeJS.Timeout | undefined
  let countdown: NodeJS.Timeout | undefined
  let isStopped = false
  let isLoading = false
  /** The last frame, and how wide the terminal was. */
  let drawn = { lines: [] as string[], columns: 0 }

  const load = async (): Promise<void> => {
    const [{ default: ora }, { createLogUpdate }] = await Promise.all([import('ora'), import('log-update')])
    if (isStopped) return
    // Without discardStdin: it puts the terminal into raw mode, where Ctrl-C is no signal any more.
    spinner = ora({ stream, isEnabled: true, discardStdin: false, color: 'cyan' })
    view = createLogUpdate(stream)
    if (state !== undefined) draw()
    else if (text !== '') spin()
  }
  const start = (): void => {
    if (isLoading) return
    isLoading = true
    // A probe without a view is better than none: what cannot be shown must not end it.
    load().catch(() => {})
  }
  // The spinner's two columns, and the last one, which some terminals wrap at.
  const spin = (): void => {
    if (!isStopped) spinner?.start(shortenEnd(text, columns() - 3))
  }
  const draw = (): void => {
    timer = undefined
    if (state === undefined || view === undefined || isStopped) return
    spinner?.stop()
    lastMs = now()
    // On a busy machine the signal that says so comes after the terminal has become narrower.
    stream._refreshSize?.()
    const lines = renderLive(state(), columns(), style, stream.rows)
    eraseOverhang()
    view(lines.join('\n'))
    drawn = { lines, columns: stream.columns ?? columns() }
  }
  // A terminal that became narrower has broken the lines of the last frame, of which the library knows nothing.
  const eraseOverhang = (): void => {
    const width = stream.columns ?? columns()
    if (width >= drawn.columns) return
    const rows = drawn.lines.map((line) => Math.ceil(textWidth(stripVTControlCharacters(line)) / width))
    stream.write(eraseUp.repeat(rows.reduce((sum, count) => sum + Math.max(0, count - 1), 0)))
  }
  // Ctrl-Z: the shell gets its cursor back, and what it writes is not drawn over when the program goes on.
  const letGo = (): void => {
    spinner?.stop()
    view?.done()
    drawn = { lines: [], columns: 0 }
  }
  const onStop = (): void => {
    letGo()
    own?.kill(own.pid, 'SIGSTOP')
  }
  const onContinue = (): void => {
    letGo()
    if (state !== undefined) draw()
    else if (text !== '') spin()
  }
  own?.on('SIGTSTP', onStop)
  own?.on('SIGCONT', onContinue)

  const show = (next: string): void => {
    text = next
    start()
    if (state === undefined) spin()
  }

  return {
    stage: (next) => {
      clearInterval(countdown)
      show(next)
    },
    wait: (next, untilMs) => {
      clearInterval(countdown)
      const tell = (): void => show(`${next}, ${formatLeft(untilMs - now())}`)
      tell()
      countdown = setInterval(tell, 500).unref()
    },
    update: (next) => {
      state = next
      start()
      // unref: a frame that is still to come must not keep the program alive.
      timer ??= setTimeout(draw, Math.max(0, lastMs + frameMs - now())).unref()
    },
    startOver: () => {
      clearTimeout(timer)
      timer = undefined
      state = undefined
      view?.clear()
      drawn = { lines: [], columns: 0 }
    },
    note: (sentence) => {
      const lines = flow([span(sentence)], { width: columns(), indent: 2 })
      const line = paintLines(lines, columns(), style).join('\n')
      if (state !== undefined && view !== undefined) {
        view.persist(line)
        draw()
        return
      }
      spinner?.stop()
      stream.write(`${line}\n`)
      if (text !== '') spin()
    },
    stop: () => {
      isStopped = true
      own?.off('SIGTSTP', onStop)
      own?.off('SIGCONT', onContinue)
      clearTimeout(timer)
      clearInterval(countdown)
      spinner?.stop()
      view?.clear()
      view?.done()
    },
  }
}
