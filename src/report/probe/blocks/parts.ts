import { layoutCommand } from '../../text/command.ts'
import type { ProbeResult } from '../../../model/probe/results/probe-result.ts'
import type { Paint, Style } from '../../terminal.ts'
import { flow } from '../../text/flow.ts'
import { type Line, paintLines, span } from '../../text/line.ts'
import { countOf, formatCount } from '../../../model/common/count.ts'
import { sanitize } from '../../text/sanitize.ts'
import { labelWidth } from './header.ts'
import { errorStatuses, failureCount, failureWords, requestWords } from '../words/words.ts'

/** The blocks of a report with an empty line between them, as they are printed. */
export function paintBlocks(blocks: readonly Line[][], width: number, style: Style): string {
  const lines = blocks
    .filter((block) => block.length > 0)
    .flatMap((block, index) => (index === 0 ? block : [[], ...block]))
  return `${paintLines(lines, width, style).join('\n')}\n`
}

/** What went wrong with single requests, each with the character that the strip shows for it. */
export function layoutTroubles(
  result: Pick<ProbeResult, 'outcomes' | 'totals' | 'request' | 'recognition'>,
  width: number,
  style: Style,
): Line[] {
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

/** A sentence after a word that stands for its kind; nothing without a sentence. */
export function labelled(label: string, text: string | undefined, width: number, style: Style): Line[] {
  if (text === undefined) return []
  return flow([span(text)], { width, label: span(label.padEnd(labelWidth), style.quiet), indent: labelWidth })
}

/** Commands that break over lines stay commands: a backslash ends each line that continues. */
export function nextSteps(next: readonly string[], width: number, style: Style): Line[] {
  return next.flatMap((command, index) =>
    layoutCommand(command, {
      width,
      label: span((index === 0 ? 'next' : '').padEnd(labelWidth), style.quiet),
      indent: labelWidth,
    }),
  )
}
