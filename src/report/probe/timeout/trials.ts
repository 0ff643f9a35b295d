import type { TimeoutResult, TimeoutTrial } from '../../../model/probe/results/timeout-result.ts'
import type { Page, Style } from '../../terminal.ts'
import { type Line, span } from '../../text/line.ts'
import { formatCount } from '../../../model/common/words/amounts.ts'
import { formatElapsed } from '../../text/numbers.ts'
import { pad, textWidth } from '../../text/width.ts'

/** Trials of nearly the same length. */
interface TrialsRow {
  fromMs: number
  toMs: number
  same: number
  moved: number
}

const mostRows = 12
const indent = 2
const gap = 2

/** A row for each length of pause (or age), the shortest first: a dot for each trial, and a line where the timer ends. */
export function layoutTrials(
  { trials, finding }: Pick<TimeoutResult, 'trials' | 'finding'>,
  { width, style }: Page,
): Line[] {
  if (trials.length === 0) return []
  const isAge = finding?.kind === 'absolute'
  const endMs = finding?.toMs === undefined ? Infinity : (finding.fromMs + finding.toMs) / 2
  const rows = merge(joinAlike(rowsOf(trials, isAge), endMs), endMs)
  const labels = rows.map((row) => label(row))
  const heading = isAge ? 'age' : 'pause'
  const labelWidth = Math.max(...labels.map((text) => textWidth(text)))
  const before = indent + heading.length + gap + labelWidth + gap
  const lines = rows.map((row, index): Line => {
    const text = labels[index] ?? ''
    return [
      span(' '.repeat(indent)),
      span(index === 0 ? heading : pad('', heading.length), style.quiet),
      span(' '.repeat(gap)),
      span(pad('', labelWidth - textWidth(text)) + text),
      span(' '.repeat(gap)),
      ...dots(row, width - before, style),
    ]
  })
  const end = rows.findIndex(({ fromMs }) => fromMs > endMs)
  if (end > 0 && finding?.outcome === 'timed') lines.splice(end, 0, cut(before, style))
  const legend: Line = [
    span(' '.repeat(before)),
    span('●', style.quiet),
    span(' same pod   ', style.quiet),
    span('○', style.backend(1)),
    span(' another pod', style.quiet),
  ]
  return [...lines, legend]
}

function dots({ same, moved }: TrialsRow, room: number, style: Style): Line {
  if (same + moved <= room)
    return [span('●'.repeat(same), style.quiet), span('○'.repeat(moved), style.backend(1))]
  const counts = [
    ...(same > 0 ? [span(`● × ${formatCount(same)}`, style.quiet)] : []),
    ...(moved > 0 ? [span(`○ × ${formatCount(moved)}`, style.backend(1))] : []),
  ]
  return counts.flatMap((part, index) => (index === 0 ? [part] : [span('  '), part]))
}

function cut(before: number, style: Style): Line {
  return [span(' '.repeat(indent)), span('─'.repeat(before - indent + 12), style.quiet)]
}

function label({ fromMs, toMs }: TrialsRow): string {
  if (toMs - fromMs < 150) return formatElapsed((fromMs + toMs) / 2)
  const [from, to] = [formatElapsed(fromMs), formatElapsed(toMs)]
  return from === to ? from : `${from}–${to}`
}

/** Pauses that were meant to be the same are a few milliseconds apart. */
function rowsOf(trials: readonly TimeoutTrial[], isAge: boolean): TrialsRow[] {
  const lengthOf = ({ ageMs, pauseMs }: TimeoutTrial): number => (isAge ? (ageMs ?? pauseMs) : pauseMs)
  const rows: TrialsRow[] = []
  for (const trial of trials.toSorted((a, b) => lengthOf(a) - lengthOf(b))) {
    const ms = lengthOf(trial)
    let row = rows.at(-1)
    if (row === undefined || ms - row.fromMs > Math.max(60, row.fromMs / 200)) {
      row = { fromMs: ms, toMs: ms, same: 0, moved: 0 }
      rows.push(row)
    }
    row.toMs = ms
    row[trial.same ? 'same' : 'moved'] += 1
  }
  return rows
}

/** Rows that would be called the same are one. */
function joinAlike(rows: readonly TrialsRow[], endMs: number): TrialsRow[] {
  const joined: TrialsRow[] = []
  for (const row of rows) {
    const before = joined.at(-1)
    const isAlike = before !== undefined && label(before) === label(row) && !isAcross(before, row, endMs)
    if (isAlike) joined.splice(-1, 1, join(before, row))
    else joined.push(row)
  }
  return joined
}

function join(one: TrialsRow, other: TrialsRow): TrialsRow {
  return {
    fromMs: one.fromMs,
    toMs: other.toMs,
    same: one.same + other.same,
    moved: one.moved + other.moved,
  }
}

function isAcross(before: TrialsRow, row: TrialsRow, endMs: number): boolean {
  return before.fromMs <= endMs && row.fromMs > endMs
}

/** Joins the two neighbours that are nearest to each other until there are few enough, but none across the end. */
function merge(rows: readonly TrialsRow[], endMs: number): TrialsRow[] {
  const merged = [...rows]
  while (merged.length > mostRows) {
    const ratios = merged.slice(1).map((row, index) => {
      const before = merged[index]!
      return isAcross(before, row, endMs) ? Infinity : row.toMs / before.fromMs
    })
    const index = ratios.indexOf(Math.min(...ratios))
    merged.splice(index, 2, join(merged[index]!, merged[index + 1]!))
  }
  return merged
}
