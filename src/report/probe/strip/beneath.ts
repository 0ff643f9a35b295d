import type { Page, Style } from '../../terminal.ts'
import { type Line, span } from '../../text/line.ts'
import { shortenEnd, textWidth } from '../../text/width.ts'
import type { Glyph } from './glyphs.ts'

/** The rows of `▲` for switches and `×` for failures beneath a row of the strip, as far as there are any. */
export function markerLines(row: readonly Glyph[], offset: number, style: Style): Line[] {
  return [
    ...markerLine(row, '▲', (glyph) => glyph.hasSwitch === true, offset, style),
    ...markerLine(row, '×', (glyph) => glyph.hasFailures === true, offset, style),
  ]
}

function markerLine(
  row: readonly Glyph[],
  symbol: string,
  isMarked: (glyph: Glyph) => boolean,
  offset: number,
  style: Style,
): Line[] {
  if (!row.some(isMarked)) return []
  const marks = row.map((glyph) => (isMarked(glyph) ? symbol : glyph.note === undefined ? ' ' : '│')).join('')
  // Painted piece by piece: the markers are what differs, the lines down to the notes are not.
  const parts = marks.match(/[▲×]+|│+| +/g) ?? []
  return [
    [
      span(' '.repeat(offset)),
      ...parts.map((part) => span(part, part.startsWith(symbol) ? style.bad : style.quiet)),
    ],
  ]
}

/**
 * One line for each note, the rightmost first, so that the lines down to the others stay free:
 *
 *     AAAA│BBBB│CCCC
 *         │    └ 0.90s B terminating
 *         └ 0.41s A terminating
 */
export function annotationLines(row: readonly Glyph[], offset: number, { width, style }: Page): Line[] {
  const noted = row.flatMap((glyph, column) =>
    glyph.note === undefined ? [] : [{ column: offset + column, note: glyph.note }],
  )
  return noted.toReversed().map(({ column, note }, index) => {
    const open = noted.slice(0, noted.length - 1 - index).map((each) => each.column)
    const text = corner(note, column, width, open.at(-1) ?? 0)
    return [span(verticals(open, text.start)), span(text.text)].map((part) => ({
      ...part,
      paint: style.quiet,
    }))
  })
}

/** To the right of its column where there is room, else to the left of it. */
function corner(note: string, column: number, width: number, taken: number): { text: string; start: number } {
  const right = `└ ${note}`
  const left = `${note} ┘`
  if (column + textWidth(right) <= width) return { text: right, start: column }
  const start = column + 1 - textWidth(left)
  if (start > taken + 1) return { text: left, start }
  return { text: shortenEnd(right, width - column), start: column }
}

function verticals(columns: readonly number[], width: number): string {
  const characters = Array.from({ length: width }, (_, column) => (columns.includes(column) ? '│' : ' '))
  return characters.join('')
}
