import type { Ora } from 'ora'
import { flow, paintLines, span } from '../../text/line.ts'
import { formatLeft } from '../../text/numbers.ts'
import { shortenEnd } from '../../text/width.ts'
import { type AnyLiveState, renderLive } from './state.ts'
import type { Progress, ProgressOptions } from './progress.ts'

const frameMs = 66
/** A terminal that knows it shows what is between these at once. */
const [atOnce, done] = ['\u001B[?2026h', '\u001B[?2026l']
const [hideCursor, showCursor] = ['\u001B[?25l', '\u001B[?25h']
const [cutLines, wrapLines] = ['\u001B[?7l', '\u001B[?7h']
const [eraseLine, eraseBelow] = ['\u001B[2K', '\u001B[J']

/**
 * Progress that moves: a spinner with the current stage, then the live view in its place. The cursor waits where the picture
 * begins, so that all of it goes by erasing what is below, however a terminal that became narrower has broken its lines.
 * ora, which is loaded when it is first needed, says what its frame is, and writes nothing itself: it counts lines.
 */
export function createTerminalProgress({
  stream,
  columns,
  style,
  now,
  process: own,
}: ProgressOptions): Progress {
  let text = ''
  let state: (() => AnyLiveState) | undefined
  let lastMs = -Infinity
  let timer: NodeJS.Timeout | undefined
  let countdown: NodeJS.Timeout | undefined
  let spinner: Ora | undefined
  let turning: NodeJS.Timeout | undefined
  let isStopped = false
  /** How many lines the picture has. */
  let drawn = 0

  // Lines are cut at the edge: where the terminal is narrower than it has told yet, they would take rows that nobody counts.
  const put = (all: readonly string[]): void => {
    const lines = all.slice(0, stream.rows)
    const picture = lines.map((line) => `${eraseLine}${line}`).join('\n')
    const up = lines.length > 1 ? `\u001B[${lines.length - 1}A` : ''
    const begin = `${atOnce}${hideCursor}${cutLines}\r`
    stream.write(`${begin}${picture}${eraseBelow}${up}\r${wrapLines}${done}`)
    drawn = lines.length
  }
  const erase = (): void => {
    if (drawn > 0) stream.write(`\r${eraseBelow}`)
    drawn = 0
  }
  const draw = (): void => {
    clearTimeout(timer)
    timer = undefined
    if (isStopped) return
    // On a busy machine the signal that says so comes after the terminal has become narrower.
    stream._refreshSize?.()
    if (state !== undefined) {
      clearInterval(turning)
      lastMs = now()
      put(renderLive(state(), { width: columns(), style }, stream.rows))
    } else if (text !== '' && spinner !== undefined) {
      // The spinner's two columns, and the last one, at which some terminals wrap.
      spinner.text = shortenEnd(text, columns() - 3)
      put([spinner.frame()])
    }
  }
  const spin = async (): Promise<void> => {
    const { default: ora } = await import('ora')
    if (isStopped || state !== undefined) return
    spinner ??= ora({ stream, spinner: style.unicode ? 'dots' : 'line', color: 'cyan' })
    clearInterval(turning)
    turning = setInterval(draw, spinner.interval).unref()
    draw()
  }
  // Ctrl-Z: the shell gets the cursor below the picture, and what it writes is not drawn over when the program goes on.
  const letGo = (): void => {
    if (drawn > 0) stream.write(`${'\n'.repeat(drawn)}${showCursor}`)
    drawn = 0
  }
  const onStop = (): void => {
    // The terminal has written ^Z over it.
    draw()
    letGo()
    own?.kill(own.pid, 'SIGSTOP')
  }
  const onContinue = (): void => {
    letGo()
    draw()
  }
  const onExit = (): void => void (drawn > 0 && stream.write(showCursor))
  own?.on('SIGTSTP', onStop)
  own?.on('SIGCONT', onContinue)
  own?.on('exit', onExit)

  const show = (next: string): void => {
    text = next
    if (state !== undefined || isStopped) return
    // A probe without a spinner is better than none.
    spin().catch(() => {})
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
      // unref: a frame that is still to come must not keep the program alive.
      timer ??= setTimeout(draw, Math.max(0, lastMs + frameMs - now())).unref()
    },
    startOver: () => {
      clearTimeout(timer)
      timer = undefined
      state = undefined
      erase()
    },
    note: (sentence) => {
      const lines = flow([span(sentence)], { width: columns(), indent: 2 })
      erase()
      stream.write(`${paintLines(lines, { width: columns(), style }).join('\n')}\n`)
      draw()
    },
    stop: () => {
      isStopped = true
      own?.off('SIGTSTP', onStop)
      own?.off('SIGCONT', onContinue)
      own?.off('exit', onExit)
      for (const each of [timer, countdown, turning]) clearTimeout(each)
      if (drawn > 0) stream.write(showCursor)
      erase()
    },
  }
}
