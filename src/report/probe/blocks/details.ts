import type { BackendTally } from '../../../model/probe/results/probe-result.ts'
import type { Page } from '../../terminal.ts'
import { type Line, type Span, span } from '../../text/line.ts'
import { formatCount } from '../../../model/common/words/amounts.ts'
import { formatElapsed, formatLatency } from '../../text/numbers.ts'
import { sanitize } from '../../text/sanitize.ts'
import { type Column, layoutTable } from '../../text/table.ts'
import { tableOptions } from './backends.ts'
import type { Palette } from './palette.ts'

const headings = ['', 'address', 'p50', 'p90', 'p99', 'max', 'first', 'last', 'status']

const columns: Column[] = [
  {},
  { shrinkTo: 10 },
  { align: 'right' },
  { align: 'right', dropRank: 3 },
  { align: 'right' },
  { align: 'right', dropRank: 2 },
  { align: 'right', dropRank: 4 },
  { align: 'right', dropRank: 5 },
  { shrinkTo: 6, dropRank: 1 },
]

/** What `-o wide` adds for each backend: address, latency, when it answered, and with which HTTP status. */
export function layoutDetails(
  backends: readonly BackendTally[],
  palette: Palette,
  { width, style }: Page,
): Line[] {
  if (backends.length === 0) return []
  const head = headings.map((heading) => span(heading, style.quiet))
  return layoutTable([head, ...backends.map((tally) => rowOf(tally, palette))], columns, {
    ...tableOptions(width),
    gap: 2,
  })
}

function rowOf({ backend, latency, firstMs, lastMs, statuses }: BackendTally, palette: Palette): Span[] {
  const status = Object.entries(statuses).map(([code, count]) => `${sanitize(code)} × ${formatCount(count)}`)
  return [
    span(backend.letter, palette.paintOf(backend.letter)),
    span(sanitize(backend.address ?? '')),
    ...[latency.p50, latency.p90, latency.p99, latency.max].map((ms) => span(formatLatency(ms))),
    span(formatElapsed(firstMs)),
    span(formatElapsed(lastMs)),
    span(status.join(', ')),
  ]
}
