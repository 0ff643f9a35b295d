import type { ProbeResult } from '../../../model/probe/results/probe-result.ts'
import type { Page, Paint } from '../../terminal.ts'
import { flow, type Line, span } from '../../text/line.ts'
import { countOf, formatCount } from '../../../model/common/words/amounts.ts'
import { sanitize } from '../../text/sanitize.ts'
import { labelledCommand } from '../../text/blocks.ts'
import { errorStatuses, failureCount, failureWords, requestWords } from '../words/words.ts'

/** What went wrong with single requests, each with the character that the strip shows for it. */
export function layoutTroubles(
  result: Pick<ProbeResult, 'outcomes' | 'totals' | 'request' | 'recognition'>,
  page: Page,
): Line[] {
  const { style } = page
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
  return layoutMarked(found, page)
}

/** What there was any of, each with the character that stands for it. */
export function layoutMarked(
  found: readonly (readonly [symbol: string, paint: Paint, count: number, sentence: string])[],
  { width }: Page,
): Line[] {
  return found
    .filter(([, , count]) => count > 0)
    .flatMap(([symbol, paint, , sentence]) =>
      flow([span(symbol, paint), sentence], { width, label: span('  '), indent: 5 }),
    )
}

/** What to run next, the best first. */
export function nextSteps(next: readonly string[], page: Page): Line[] {
  return next.flatMap((command, index) => labelledCommand(index === 0 ? 'next' : '', command, page))
}
