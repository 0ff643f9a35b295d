import type { TimelineCell } from '../../../model/probe/results/probe-result.ts'
import type { Paint, Style } from '../../terminal.ts'
import { type Span, span } from '../../text/line.ts'
import type { Palette } from '../blocks/palette.ts'
import type { Marks } from './marks.ts'

/** One character of the strip. */
export interface Glyph {
  character: string
  paint: Paint | undefined
  /** What the character does not show itself, and a marker beneath it has to. */
  hasSwitch?: boolean
  hasFailures?: boolean
  /** Text told beneath; only on `│`, which stands between two columns. */
  note?: string
  column?: StripColumn
}

/** Some cells of the timeline drawn as one character. */
interface StripColumn {
  fromMs: number
  toMs: number
  requests: number
  failures: number
  letter: string | undefined
  mixed: boolean
  unexplained: number
}

interface Arrangement {
  perLine: number
  mostLines: number
  palette: Palette
  style: Style
}

/** Draws one glyph per request where that fits into the lines, else as many columns as one line holds. */
export function arrange(
  cells: readonly TimelineCell[],
  marks: Marks,
  { perLine, mostLines, palette, style }: Arrangement,
): { glyphs: Glyph[]; binned: boolean } {
  const isPerRequest = cells.every((cell) => cell.requests <= 1)
  const bars = new Set(marks.shown.map((mark) => mark.cell)).size
  const fits = cells.length + bars <= (isPerRequest ? Math.floor(perLine / 10) * 10 * mostLines : perLine)
  const count = fits ? cells.length : Math.max(1, perLine - bars)
  const columns = Array.from({ length: count }, () => [] as number[])
  for (const index of cells.keys()) columns[Math.floor((index * count) / cells.length)]?.push(index)
  const glyphs = columns.flatMap((indexes) => {
    const column = merge(indexes.map((index) => cells[index]).filter((cell) => cell !== undefined))
    column.unexplained = indexes.reduce((sum, index) => sum + (marks.unexplained[index] ?? 0), 0)
    const notes = marks.shown.filter((mark) => indexes.includes(mark.cell)).map((mark) => mark.text)
    return [...bar(notes, style), draw(column, palette, style)]
  })
  const after = marks.shown.filter((mark) => mark.cell >= cells.length).map((mark) => mark.text)
  return { glyphs: [...glyphs, ...bar(after, style)], binned: !(fits && isPerRequest) }
}

function bar(notes: readonly string[], style: Style): Glyph[] {
  return notes.length === 0 ? [] : [{ character: '│', paint: style.quiet, note: notes.join(', ') }]
}

function merge(cells: readonly TimelineCell[]): StripColumn {
  const letters = new Set(cells.flatMap((cell) => (cell.letter === undefined ? [] : [cell.letter])))
  const mixed = letters.size > 1 || cells.some(isMixed)
  return {
    fromMs: cells[0]?.fromMs ?? 0,
    toMs: cells.at(-1)?.toMs ?? 0,
    requests: cells.reduce((sum, cell) => sum + cell.requests, 0),
    failures: cells.reduce((sum, cell) => sum + cell.failures, 0),
    letter: mixed ? undefined : [...letters][0],
    mixed,
    unexplained: 0,
  }
}

/** Several backends within one cell: nobody in particular, and yet a switch. */
function isMixed(cell: TimelineCell): boolean {
  return cell.letter === undefined && cell.requests - cell.failures > 1 && cell.switches > 0
}

function draw(column: StripColumn, palette: Palette, style: Style): Glyph {
  const base = { column, ...hidden(column) }
  if (column.mixed) return { ...base, character: '·', paint: style.quiet }
  if (column.letter !== undefined)
    return { ...base, character: column.letter, paint: palette.paintOf(column.letter) }
  if (column.requests === 0) return { ...base, character: ' ', paint: undefined }
  if (column.failures > 0) return { ...base, character: '×', paint: style.bad }
  return { ...base, character: '?', paint: style.unsure }
}

/** A column that stands for several requests must not hide a failure among them, and none an unexplained switch. */
function hidden({
  unexplained,
  failures,
  letter,
  mixed,
}: StripColumn): Pick<Glyph, 'hasSwitch' | 'hasFailures'> {
  return { hasSwitch: unexplained > 0, hasFailures: failures > 0 && (mixed || letter !== undefined) }
}

/** Neighbours of one colour become one span. */
export function glyphSpans(glyphs: readonly Glyph[]): Span[] {
  const spans: Span[] = []
  for (const { character, paint } of glyphs) {
    const last = spans.at(-1)
    if (last !== undefined && last.paint === paint) last.text += character
    else spans.push({ text: character, paint })
  }
  return spans.map((part) => (part.paint === undefined ? span(part.text) : part))
}
