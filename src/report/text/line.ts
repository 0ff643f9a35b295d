import type { Page, Paint, Style } from '../terminal.ts'
import { nonBreakingSpace, shortenEnd, takeStart, textWidth } from './width.ts'

/** A piece of a line; the paint is put on last, so that widths are counted on bare text. */
export interface Span {
  text: string
  paint?: Paint | undefined
  /** Nothing of its line may be cut off: shortened it would mean something else. */
  whole?: boolean
}

export type Line = Span[]

export function span(text: string, paint?: Paint): Span {
  return paint === undefined ? { text } : { text, paint }
}

export function lineWidth(line: Line): number {
  return line.reduce((sum, part) => sum + textWidth(part.text), 0)
}

/** Lines as they are printed. Layout keeps within the width; what it could not shorten is cut off here. */
export function paintLines(lines: readonly Line[], { width, style }: Page): string[] {
  return lines.map((line) => {
    const painted = trimEnd(cut(line, width)).map((part) => paintSpan(part, style))
    return painted.join('')
  })
}

function paintSpan(part: Span, style: Style): string {
  const text = plainSpaces(style.unicode ? part.text : toAscii(part.text))
  // Spaces stay bare, so that copies of coloured and plain output differ in nothing but codes around words.
  return part.paint === undefined || text.trim() === '' ? text : part.paint(text)
}

function plainSpaces(text: string): string {
  return text.replaceAll(nonBreakingSpace, ' ')
}

function cut(line: Line, width: number): Line {
  if (lineWidth(line) <= width || line.some(({ whole }) => whole === true)) return line
  const kept: Line = []
  let room = width
  for (const part of line) {
    const size = textWidth(part.text)
    if (size > room || (size === room && part !== line.at(-1))) {
      kept.push({ ...part, text: shortenEnd(`${takeStart(part.text, room)} `, room) })
      return kept
    }
    kept.push(part)
    room -= size
  }
  return kept
}

function trimEnd(line: Line): Line {
  const kept = [...line]
  while (kept.at(-1)?.text.trim() === '') kept.pop()
  const last = kept.at(-1)
  return last === undefined ? kept : [...kept.slice(0, -1), { ...last, text: last.text.trimEnd() }]
}

const replacements: Record<string, string> = {
  '│': '|',
  '─': '-',
  '►': '>',
  '◄': '<',
  '└': '`',
  '┘': "'",
  '▲': '^',
  // Not "x": that is the letter of a backend.
  '×': '*',
  '●': '=',
  '○': '/',
  '·': '.',
  '…': '~',
  '–': '-',
  '→': '>',
  '█': '#',
  '▉': '#',
  '▊': '#',
  '▋': '#',
  '▌': '#',
  '▍': '-',
  '▎': '-',
  '▏': '-',
}

/** Replaces the characters that this tool draws with by ASCII of the same width; the words of others stay. */
function toAscii(text: string): string {
  return text.replace(/[│─►◄└┘▲×●○·…–→█▉▊▋▌▍▎▏]/g, (character) => replacements[character] ?? character)
}

/** A text is a span without paint. */
export type Piece = Span | string

export interface FlowOptions {
  width: number
  /** What stands before the first line; later lines are indented by `indent`. */
  label?: Span
  indent: number
  /** Between two pieces on one line. */
  separator?: Span | undefined
  /** Put at the end of a line that continues, as a shell wants it. */
  continuation?: string
  /** A word that is longer than a line stays whole, as what is to be pasted has to; the line is too long then. */
  keepsWords?: boolean
}

/** Below this, usual words and commands do not fit beside a label. */
const leastRoom = 16

/** Where text begins that has no room beside its label. */
const besideNothing = 2

/** The lines before the first one, how that begins, and where later ones do: below the label where it leaves too little room. */
export function besideLabel({ width, label, indent }: FlowOptions): {
  before: Line[]
  line: Line
  indent: number
} {
  if (width - indent >= leastRoom || indent <= besideNothing)
    return { before: [], line: label === undefined ? [] : [label], indent }
  const text = label?.text.trim() ?? ''
  // A mark such as └ has room everywhere.
  const isMark = textWidth(text) < besideNothing
  const above = label?.text.trimEnd().replace(/^ {3,}/, '  ') ?? ''
  return {
    before: isMark ? [] : [[{ ...label, text: above }]],
    line: [isMark ? { ...label, text: text.padEnd(besideNothing) } : span(' '.repeat(besideNothing))],
    indent: besideNothing,
  }
}

/**
 * Puts pieces on as few lines as fit. Lines break between pieces; a piece that is longer than a line breaks at
 * spaces, and a word that is longer than a line is broken where it has to be.
 */
export function flow(pieces: readonly Piece[], options: FlowOptions): Line[] {
  const { width, separator = span('  '), continuation = '' } = options
  const { before: lines, indent, ...first } = besideLabel(options)
  let { line } = first
  let isFresh = true
  const limit = width - textWidth(continuation)
  const breakLine = (): void => {
    lines.push(continuation === '' ? line : [...line, span(continuation)])
    line = [span(' '.repeat(indent))]
    isFresh = true
  }
  const put = (part: Span, between: Span): void => {
    const gap = isFresh ? 0 : textWidth(between.text)
    if (!isFresh && lineWidth(line) + gap + textWidth(part.text) > limit) breakLine()
    if (!isFresh) line.push(between)
    line.push(part)
    isFresh = false
  }
  const putWord = (word: Span): void => {
    const last = line.at(-1)
    const fits = lineWidth(line) + 1 + textWidth(word.text) <= limit
    // Words of one sentence stay one span, so that colour is switched once and not for each word.
    if (last !== undefined && !isFresh && fits)
      line[line.length - 1] = { ...last, ...word, text: `${last.text} ${word.text}` }
    else put(word, span(' '))
  }
  for (const one of pieces) {
    const piece = typeof one === 'string' ? span(one) : one
    const room = limit - (lines.length === 0 && isFresh ? lineWidth(line) : indent)
    if (textWidth(piece.text) <= room) {
      put(piece, separator)
      continue
    }
    const [word, ...rest] = words(piece, limit - indent, options.keepsWords === true)
    if (word !== undefined) put(word, separator)
    for (const more of rest) putWord(more)
  }
  lines.push(line)
  return lines
}

/** Like `flow` where all pieces fit on one line; otherwise each group begins on a line of its own. */
export function flowGroups(groups: readonly (readonly Piece[])[], options: FlowOptions): Line[] {
  const filled = groups.filter((group) => group.length > 0)
  const together = flow(filled.flat(), options)
  if (together.length === 1) return together
  const { label, ...rest } = options
  const indented = { ...rest, label: span(' '.repeat(options.indent)) }
  return filled.flatMap((group, index) =>
    flow(group, index > 0 ? indented : label === undefined ? rest : options),
  )
}

function words(piece: Span, width: number, keepsWords: boolean): Span[] {
  return piece.text
    .split(' ')
    .filter((word) => word !== '')
    .flatMap((word) => (textWidth(word) > width ? word.split(nonBreakingSpace) : [word]))
    .flatMap((word) => (keepsWords ? [word] : breakWord(word, width)))
    .map((text) => ({ ...piece, text, ...(keepsWords && textWidth(text) > width ? { whole: true } : {}) }))
}

function breakWord(word: string, width: number): string[] {
  const parts: string[] = []
  let rest = word
  while (textWidth(rest) > width) {
    // At least one character, even where a wide one does not fit: the rest must get shorter.
    const most = takeStart(rest, width) || String.fromCodePoint(rest.codePointAt(0) ?? 0)
    // Numbers stay whole, of a list of ports and of an address, and words that are put together break between them.
    const part = /^.+,|^.+[:./-]/.exec(most)?.[0] ?? most
    parts.push(part)
    rest = rest.slice(part.length)
  }
  return [...parts, rest]
}
