import type { Page, Style } from '../../terminal.ts'
import { type Line, lineWidth, type Span, span } from '../../text/line.ts'
import { pad, shortenMiddle, textWidth } from '../../text/width.ts'

/** One row or column: a word, and what it is exactly. Printable text. */
export interface AxisItem {
  main: string
  detail: string
  /** In the place of `main` where there is little room. */
  short?: string
}

export interface Axis {
  items: readonly AxisItem[]
  /** Whether the details may be left out where there is no room. */
  detailsOptional: boolean
}

/** A table of short cells; every row has one for each column. */
export interface Matrix {
  rows: Axis
  columns: Axis
  cells: readonly (readonly Line[])[]
}

const indent = 2
const gap = 2

/** Of the room for labels, what the second part may take where space is short. */
const detailShare = 0.55

/** A matrix with the widths of its parts. */
interface Measured {
  matrix: Matrix
  /** Of the two parts of the rows' labels; 0 for one that is left out. */
  label: readonly number[]
  columns: readonly number[]
}

/**
 * Draws a table within the width: as it is, on its side, without the details that may go, the first of these that fits;
 * otherwise cut into blocks of columns that stand below each other, as it is or on its side, whatever is shorter.
 */
export function layoutMatrix(matrix: Matrix, { width, style }: Page): Line[] {
  if (matrix.rows.items.length === 0 || matrix.columns.items.length === 0) return []
  const turned = turn(matrix)
  const bare = [withoutDetails(matrix), withoutDetails(turned)]
  const whole = [matrix, turned, ...bare].map(measure)
  const fitting = whole.find(
    (measured) => blocksOf(measured, width).length === 1 && isWithin(measured, width),
  )
  if (fitting !== undefined) return draw(fitting, blocksOf(fitting, width), style)
  const cut = bare.map((each) => shrink(measure(each), width))
  const lines = cut.map((measured) => draw(measured, blocksOf(measured, width), style))
  return lines.reduce((shortest, each) => (each.length < shortest.length ? each : shortest))
}

function turn({ rows, columns, cells }: Matrix): Matrix {
  return {
    rows: columns,
    columns: rows,
    cells: columns.items.map((_, index) => cells.map((row) => row[index] ?? [])),
  }
}

function withoutDetails({ rows, columns, cells }: Matrix): Matrix {
  const strip = (axis: Axis): Axis =>
    axis.detailsOptional
      ? { ...axis, items: axis.items.map(({ main, short }) => ({ main: short ?? main, detail: '' })) }
      : axis
  return { rows: strip(rows), columns: strip(columns), cells }
}

function measure(matrix: Matrix): Measured {
  const { rows, columns, cells } = matrix
  const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map(textWidth))
  return {
    matrix,
    label: [widest(rows.items.map(({ main }) => main)), widest(rows.items.map(({ detail }) => detail))],
    columns: columns.items.map(({ main, detail }, index) =>
      Math.max(textWidth(main), textWidth(detail), ...cells.map((row) => lineWidth(row[index] ?? []))),
    ),
  }
}

/** Labels no wider than what the widest cell leaves, and columns no wider than what the labels leave. */
function shrink({ matrix, label, columns }: Measured, width: number): Measured {
  const [first = 0, second = 0] = label
  const widestCell = Math.max(...matrix.cells.flat().map(lineWidth))
  const forLabels = width - indent - gap - widestCell - (second > 0 ? gap : 0)
  const most = Math.max(forLabels - first, Math.floor(forLabels * detailShare))
  const detail = Math.min(second, Math.max(1, most))
  const labels = [Math.min(first, Math.max(1, forLabels - detail)), detail]
  const room = width - labelWidth(labels) - gap
  return { matrix, label: labels, columns: columns.map((size) => Math.min(size, room)) }
}

function labelWidth(label: readonly number[]): number {
  const parts = label.filter((size) => size > 0)
  return indent + parts.reduce((sum, size) => sum + size, 0) + gap * Math.max(0, parts.length - 1)
}

function isWithin({ label, columns }: Measured, width: number): boolean {
  return labelWidth(label) + Math.max(...columns) + gap <= width
}

/** The columns of each block: as many beside each other as fit, one at least. */
function blocksOf({ label, columns }: Measured, width: number): number[][] {
  const blocks: number[][] = [[]]
  let used = labelWidth(label)
  for (const [index, size] of columns.entries()) {
    const block = blocks.at(-1)!
    if (block.length > 0 && used + gap + size > width) {
      blocks.push([index])
      used = labelWidth(label) + gap + size
    } else {
      block.push(index)
      used += gap + size
    }
  }
  return blocks
}

function draw(measured: Measured, blocks: readonly (readonly number[])[], style: Style): Line[] {
  return blocks.flatMap((block, index) => [...(index > 0 ? [[]] : []), ...drawBlock(measured, block, style)])
}

function drawBlock({ matrix, label, columns }: Measured, block: readonly number[], style: Style): Line[] {
  const { rows, cells } = matrix
  const heads = block.map((index) => matrix.columns.items[index]!)
  const place = (cell: Line, index: number): Line => {
    const size = columns[index] ?? 0
    return [span(' '.repeat(gap)), ...cell, span(' '.repeat(Math.max(0, size - lineWidth(cell))))]
  }
  const headLine = (texts: readonly string[], paint?: Span['paint']): Line => [
    span(' '.repeat(labelWidth(label))),
    ...texts.flatMap((text, at) => {
      const index = block[at]!
      return place([{ text: shortenMiddle(text, columns[index] ?? 0), paint }], index)
    }),
  ]
  const details = heads.map(({ detail }) => detail)
  return [
    headLine(heads.map(({ main }) => main)),
    ...(details.every((detail) => detail === '') ? [] : [headLine(details, style.quiet)]),
    ...rows.items.map((item, row) => [
      ...labelLine(item, label, style),
      ...block.flatMap((index) => place(cells[row]?.[index] ?? [], index)),
    ]),
  ]
}

function labelLine(
  { main, detail }: AxisItem,
  [first = 0, second = 0]: readonly number[],
  style: Style,
): Line {
  const line = [span(' '.repeat(indent)), span(pad(shortenMiddle(main, first), first))]
  if (second === 0) return line
  return [...line, span(' '.repeat(gap)), span(pad(shortenMiddle(detail, second), second), style.quiet)]
}
