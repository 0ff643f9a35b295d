import { type Line, type Span, span } from './line.ts'
import { pad, shortenMiddle, textWidth } from './width.ts'

export interface Column {
  align?: 'left' | 'right'
  /** May be shortened in the middle down to this many columns; left out: keeps its natural width. */
  shrinkTo?: number
  /** Blanks before it, where they are not the table's. */
  gap?: number
  /** Columns with a rank are left out while the table is too wide even when shortened, the highest rank first. */
  dropRank?: number
}

export interface TableOptions {
  width: number
  indent: number
  gap: number
}

/** Lays out rows in aligned columns and keeps within the width: shortens first, then leaves columns out. */
export function layoutTable(
  rows: readonly Span[][],
  columns: readonly Column[],
  options: TableOptions,
): Line[] {
  const natural = columns.map((_, index) =>
    Math.max(0, ...rows.map((row) => textWidth(row[index]?.text ?? ''))),
  )
  const kept = chooseColumns(columns, natural, options)
  const widths = shrink(columns, natural, kept, options)
  return rows.map((row) => {
    const line: Line = [span(' '.repeat(options.indent))]
    for (const [place, index] of kept.entries()) {
      const cell = row[index] ?? span('')
      const width = widths[index] ?? 0
      const text = shortenMiddle(cell.text, width)
      const space = span(pad('', width - textWidth(text)))
      if (place > 0) line.push(span(' '.repeat(columns[index]?.gap ?? options.gap)))
      line.push(
        ...(columns[index]?.align === 'right' ? [space, { ...cell, text }] : [{ ...cell, text }, space]),
      )
    }
    return line
  })
}

function chooseColumns(
  columns: readonly Column[],
  natural: readonly number[],
  options: TableOptions,
): number[] {
  let kept = natural.flatMap((width, index) => (width > 0 ? [index] : []))
  const smallest = (index: number): number =>
    Math.min(natural[index] ?? 0, columns[index]?.shrinkTo ?? Infinity)
  while (sum(kept.map(smallest)) > room(columns, kept, options)) {
    const ranks = kept.map((index) => columns[index]?.dropRank ?? 0)
    const highest = Math.max(0, ...ranks)
    if (highest === 0) break
    const dropped = kept[ranks.indexOf(highest)]
    kept = kept.filter((index) => index !== dropped)
  }
  return kept
}

/** Takes what is too much from the widest column that may shrink, one by one, so that they end up alike. */
function shrink(
  columns: readonly Column[],
  natural: readonly number[],
  kept: readonly number[],
  options: TableOptions,
): number[] {
  const widths = [...natural]
  let excess = sum(kept.map((index) => widths[index] ?? 0)) - room(columns, kept, options)
  while (excess > 0) {
    const candidates = kept.filter((index) => (widths[index] ?? 0) > (columns[index]?.shrinkTo ?? Infinity))
    const widest = candidates.sort((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0))[0]
    if (widest === undefined) break
    widths[widest] = (widths[widest] ?? 0) - 1
    excess--
  }
  return widths
}

function room(
  columns: readonly Column[],
  kept: readonly number[],
  { width, indent, gap }: TableOptions,
): number {
  return width - indent - sum(kept.slice(1).map((index) => columns[index]?.gap ?? gap))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
