import type { Page, Style } from '../../terminal.ts'
import { flow, type Line, span } from '../../text/line.ts'
import { countOf, formatDuration } from '../../../model/common/words/amounts.ts'
import { formatElapsed } from '../../text/numbers.ts'
import { textWidth } from '../../text/width.ts'
import { annotationLines, markerLines } from './beneath.ts'
import { arrange, type Glyph, glyphSpans } from './glyphs.ts'
import { findMarks, type StripInput } from './marks.ts'

const indent = 2
const longestLine = 120
const mostLines = 4

/**
 * The run from left to right, one character per request while it fits, and beneath it what happened when.
 * A letter is a backend, `×` a failure, `?` an answer from nobody knows whom, `·` several backends.
 */
export function layoutStrip(input: StripInput, page: Page): Line[] {
  const cells = input.timeline
  const first = cells[0]
  const last = cells.at(-1)
  if (first === undefined || last === undefined) return []
  const labelWidth = textWidth(formatElapsed(last.toMs))
  const perLine = Math.min(longestLine, page.width - indent - 2 * (labelWidth + 1))
  const marks = findMarks(input, page.width)
  const { glyphs, binned } = arrange(cells, marks, {
    perLine,
    mostLines,
    palette: input.palette,
    style: page.style,
  })
  if (saysNothing(glyphs)) return []
  const rows = splitRows(glyphs, perLine)
  const lines = rows.flatMap((row, index) => {
    const label = formatElapsed(row.find((glyph) => glyph.column !== undefined)?.column?.fromMs ?? last.toMs)
    const offset = indent + labelWidth + 1
    const end = index === rows.length - 1 ? ` ${formatElapsed(last.toMs)}` : ''
    return [
      [
        span(' '.repeat(indent + labelWidth - textWidth(label))),
        span(`${label} `, page.style.quiet),
        ...glyphSpans(row),
        span(end, page.style.quiet),
      ],
      ...markerLines(row, offset, page.style),
      ...annotationLines(row, offset, page),
    ]
  })
  return [...lines, ...hiddenMarks(marks.hidden, page.style), ...(binned ? legend(glyphs, page) : [])]
}

/** A long run of a Service without affinity: every column holds several backends, and nothing went wrong. */
function saysNothing(glyphs: readonly Glyph[]): boolean {
  return glyphs.every((glyph) => glyph.character === '·' && !glyph.hasFailures && !glyph.hasSwitch)
}

/** Rows of a multiple of ten, so that requests can be counted and nothing moves while the strip grows. */
function splitRows(glyphs: readonly Glyph[], perLine: number): Glyph[][] {
  const size = glyphs.length <= perLine ? glyphs.length : Math.floor(perLine / 10) * 10
  return Array.from({ length: Math.ceil(glyphs.length / size) }, (_, row) =>
    glyphs.slice(row * size, (row + 1) * size),
  )
}

function hiddenMarks(hidden: number, style: Style): Line[] {
  return hidden === 0
    ? []
    : [[span(' '.repeat(indent)), span(`… and ${countOf(hidden, 'more change')}`, style.quiet)]]
}

/** Says what a column is once it is not simply a request. */
function legend(glyphs: readonly Glyph[], { width, style }: Page): Line[] {
  const columns = glyphs.flatMap((glyph) => (glyph.column === undefined ? [] : [glyph.column]))
  const column = columns[0]
  if (column === undefined) return []
  const spanMs = column.toMs - column.fromMs
  const time = spanMs >= 59_950 ? formatDuration(spanMs / 1000) : formatElapsed(spanMs)
  const parts = [`1 column is ${time}, about ${countOf(column.requests, 'request')}`]
  if (columns.some((each) => each.mixed)) parts.push('· several pods')
  if (glyphs.some((glyph) => glyph.hasFailures)) parts.push('× failures')
  const pieces = parts.map((text) => span(text, style.quiet))
  return flow(pieces, { width, label: span(' '.repeat(indent)), indent, separator: span('   ') })
}
