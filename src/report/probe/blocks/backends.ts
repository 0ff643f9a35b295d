import type { BackendTally } from '../../../model/probe/results/probe-result.ts'
import type { Page, Style } from '../../terminal.ts'
import { type Line, lineWidth, type Span, span } from '../../text/line.ts'
import { countOf, formatCount } from '../../../model/common/words/amounts.ts'
import { formatLatency, formatShare } from '../../text/numbers.ts'
import { sanitize } from '../../text/sanitize.ts'
import { type Column, layoutTable, type TableOptions } from '../../text/table.ts'
import type { Palette } from './palette.ts'

const indent = 2
const longestBar = 30
const narrow = 60
const smallestBar = 8
/** Below this, names of one Deployment's pods say little; columns that may be dropped go first. */
const smallestName = 16

export interface BackendsInput {
  backends: readonly BackendTally[]
  palette: Palette
  /** Rows to show before "… and 38 more pods". */
  most: number
  /** p50 and p99 in the place of the bar. */
  latency: boolean
}

/** One row for each backend: letter, name, node, hits, share, and a bar or the latency. */
export function layoutBackends(input: BackendsInput, { width, style }: Page): Line[] {
  const shown = chooseShown(input.backends, input.most)
  const columns: Column[] = [
    {},
    // In the narrowest terminals a row that the terminal breaks is harder to read than half a name.
    { shrinkTo: Math.min(smallestName, Math.max(4, width - 16)), gap: 2 },
    { shrinkTo: 8, dropRank: 1 },
    { align: 'right' },
    { align: 'right' },
    ...(input.latency ? [{ dropRank: 2 }, { dropRank: 3 }] : []),
  ]
  const options = tableOptions(width)
  const hasBars = width >= narrow && !input.latency
  const rows = shown.map((tally) => rowOf(tally, input, style))
  const table = layoutTable(rows, columns, { ...options, width: width - (hasBars ? smallestBar + 2 : 0) })
  const withBars = hasBars ? addBars(table, shown, input.palette, width) : table
  return [...withBars, ...remainder(input.backends, shown, style)]
}

export function tableOptions(width: number): TableOptions {
  return { width, indent, gap: width < narrow ? 2 : 3 }
}

/** In the order of their letters while all are shown, so that a letter is found quickly; otherwise the busiest. */
function chooseShown(backends: readonly BackendTally[], most: number): readonly BackendTally[] {
  if (backends.length <= most) return backends
  return backends.toSorted((a, b) => b.hits - a.hits).slice(0, most)
}

function rowOf(tally: BackendTally, { palette, latency }: BackendsInput, style: Style): Span[] {
  const { backend, hits, share } = tally
  return [
    span(backend.letter, palette.paintOf(backend.letter)),
    span(sanitize(backend.name)),
    span(sanitize(backend.node ?? ''), style.quiet),
    span(formatCount(hits)),
    span(formatShare(share)),
    ...(latency
      ? [span(`p50 ${formatLatency(tally.latency.p50)}`), span(`p99 ${formatLatency(tally.latency.p99)}`)]
      : []),
  ]
}

function addBars(
  table: readonly Line[],
  shown: readonly BackendTally[],
  palette: Palette,
  width: number,
): Line[] {
  const used = Math.max(0, ...table.map(lineWidth))
  const room = Math.min(longestBar, width - used - 2)
  const whole = wholeBar(shown)
  return table.map((line, index) => {
    const tally = shown[index]
    if (tally === undefined) return line
    return [...line, span('  '), span(bar(tally.share / whole, room), palette.paintOf(tally.backend.letter))]
  })
}

/** A full bar is all requests; with many backends a quarter of them, so that their bars can be told apart. */
function wholeBar(shown: readonly BackendTally[]): number {
  return Math.max(...shown.map((tally) => tally.share)) > 0.25 ? 1 : 0.25
}

function remainder(all: readonly BackendTally[], shown: readonly BackendTally[], style: Style): Line[] {
  const rest = all.length - shown.length
  if (rest === 0) return []
  const kept = new Set(shown)
  const hits = all.reduce((sum, tally) => sum + (kept.has(tally) ? 0 : tally.hits), 0)
  const noun = all.every((tally) => tally.backend.kind === 'pod') ? 'pod' : 'backend'
  const text = `… and ${formatCount(rest)} more ${noun}${rest === 1 ? '' : 's'} with ${countOf(hits, 'answer')}`
  return [[span(' '.repeat(indent)), span(text, style.quiet)]]
}

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** A bar of `share` of `width` columns, exact to an eighth of a column; something that is not nothing is visible. */
export function bar(share: number, width: number): string {
  const parts = Math.round(Math.min(1, Math.max(0, share)) * width * 8)
  const visible = share > 0 ? Math.max(1, parts) : 0
  return '█'.repeat(Math.floor(visible / 8)) + (eighths[visible % 8] ?? '')
}
