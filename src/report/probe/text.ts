import type { ProbeResult } from '../../model/probe-result.ts'
import type { Verdict } from '../../model/verdict.ts'
import type { Paint, Style } from '../terminal.ts'
import { flow, flowGroups } from '../text/flow.ts'
import { type Line, paintLines, type Span, span } from '../text/line.ts'
import { countOf, formatCount, formatLatency } from '../text/numbers.ts'
import { sanitize } from '../text/sanitize.ts'
import { nonBreakingSpace } from '../text/width.ts'
import { layoutBackends } from './backends.ts'
import { layoutDetails } from './details.ts'
import { labelWidth, layoutHeader } from './header.ts'
import { createPalette } from './palette.ts'
import { layoutStrip } from './strip/index.ts'
import { describeVerdict } from './verdict.ts'
import { errorStatuses, failureCount, failureWords, requestWords } from './words.ts'

export interface TextOptions {
  style: Style
  width: number
  next: readonly string[]
  wide: boolean
}

const mostBackends = 12

/** The report for people: what was probed, who answered, when, and the verdict last, where the eye rests. */
export function renderText(result: ProbeResult, { style, width, next, wide }: TextOptions): string {
  const palette = createPalette(result.backends, style)
  const { verdict, backends, timeline, switches, endpointChanges } = result
  const most = wide ? Infinity : mostBackends
  const blocks: Line[][] = [
    layoutHeader(result, width, style, wide),
    layoutBackends({ backends, palette, most, latency: false }, width, style),
    wide ? layoutDetails(backends, palette, width, style) : [],
    layoutStrip(
      { timeline, switches, endpointChanges, pointsAtSwitches: pointsAtSwitches(verdict), palette },
      width,
      style,
    ),
    troubles(result, width, style),
    [...closing(result, width, style), ...nextSteps(next, width, style)],
  ]
  const lines = blocks
    .filter((block) => block.length > 0)
    .flatMap((block, index) => (index === 0 ? block : [[], ...block]))
  return `${paintLines(lines, width, style).join('\n')}\n`
}

/** Where every pick is independent, every other answer is a switch, and pointing at them says nothing. */
function pointsAtSwitches({ behaviour, expected }: Verdict): boolean {
  return (
    behaviour === 'sticky' ||
    behaviour === 'broken' ||
    (behaviour === 'inconclusive' && expected === 'sticky')
  )
}

/** What went wrong with single requests, each with the character that the strip shows for it. */
function troubles(result: ProbeResult, width: number, style: Style): Line[] {
  const { outcomes, totals, request, recognition } = result
  const failed = failureCount(outcomes)
  const total = requestWords(totals.requests, request.scheme)
  const statuses = errorStatuses(result)
  const errors = statuses.reduce((sum, [, count]) => sum + count, 0)
  const list = statuses.map(([status, count]) => `${formatCount(count)} × ${sanitize(status)}`).join(', ')
  const found: [symbol: string, paint: Paint, count: number, sentence: string][] = [
    ['×', style.bad, failed, `${formatCount(failed)} of ${total} failed: ${failureWords(outcomes)}`],
    [
      '?',
      style.unsure,
      recognition.unrecognised,
      `${countOf(recognition.unrecognised, 'answer')} named no backend`,
    ],
    [
      '!',
      style.unsure,
      errors,
      `${formatCount(errors)} of ${countOf(totals.answered, 'answer')} were HTTP errors: ${list}`,
    ],
  ]
  return found
    .filter(([, , count]) => count > 0)
    .flatMap(([symbol, paint, , sentence]) =>
      flow([span(symbol, paint), span(sentence)], { width, label: span('  '), indent: 5 }),
    )
}

function closing(result: ProbeResult, width: number, style: Style): Line[] {
  const words = describeVerdict(result)
  const { p50, p99 } = result.latency
  const latency = `p50 ${formatLatency(p50)}  p99 ${formatLatency(p99)}`
  const said = [span(words.headline, style[words.tone]), span(words.summary)]
  const numbers: Span[] = [
    ...(words.chance === undefined ? [] : [span(words.chance)]),
    ...(result.totals.answered === 0 ? [] : [span(latency, style.quiet)]),
  ]
  return [
    ...flowGroups([said, numbers], { width, indent: labelWidth, separator: span('   ') }),
    ...labelled('try', words.advice, width, style),
    ...labelled('bound', words.bound, width, style),
    ...result.notes.flatMap((note) => labelled('note', sanitize(note), width, style)),
  ]
}

function labelled(label: string, text: string | undefined, width: number, style: Style): Line[] {
  if (text === undefined) return []
  return flow([span(text)], { width, label: span(label.padEnd(labelWidth), style.quiet), indent: labelWidth })
}

/** Commands that break over lines stay commands: a backslash ends each line that continues. */
function nextSteps(next: readonly string[], width: number, style: Style): Line[] {
  return next.flatMap((command, index) =>
    flow([span(keepFlags(sanitize(command)))], {
      width,
      label: span((index === 0 ? 'next' : '').padEnd(labelWidth), style.quiet),
      indent: labelWidth,
      continuation: ' \\',
    }),
  )
}

/** Lets a command break before its flags only, not between a flag and its value. */
function keepFlags(command: string): string {
  return command.replace(/ (?!-)/g, nonBreakingSpace)
}
