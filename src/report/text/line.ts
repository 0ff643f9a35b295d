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
