import { eastAsianWidth } from 'get-east-asian-width'

/** Keeps two words on one line; printed as a plain space, so that output can be copied. */
export const nonBreakingSpace = '\u00A0'

/** What terminals draw two columns wide though Unicode does not call it so: emoji, and what is asked to be drawn as one. */
const emoji = /\p{Emoji_Presentation}|\uFE0F/u

const invisible = /^[\p{Mn}\p{Me}\p{Cf}]+$/u

/**
 * The columns that printable text takes. Names in Kubernetes are ASCII; text from answers may be anything, and is
 * rather taken for too wide than for too narrow.
 */
export function textWidth(text: string): number {
  if (isPlain(text)) return text.length
  return graphemes(text).reduce((sum, grapheme) => sum + graphemeWidth(grapheme), 0)
}

/** Shortens to `width` columns by taking out the middle: the end of a pod's name is what tells it apart. */
export function shortenMiddle(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  if (width <= 1) return '…'.slice(0, width)
  const tail = Math.min(Math.ceil((width - 1) / 2), width - 1)
  const end = takeEnd(text, tail)
  return `${takeStart(text, width - 1 - textWidth(end))}…${end}`
}

/** Shortens to `width` columns at the end. */
export function shortenEnd(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  return width < 1 ? '' : `${takeStart(text, width - 1)}…`
}

/** Fills up with spaces to `width` columns. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - textWidth(text)))
}

/** The beginning of a text, at most `width` columns of it. */
export function takeStart(text: string, width: number): string {
  if (isPlain(text)) return text.slice(0, width)
  return take(graphemes(text), width).join('')
}

function takeEnd(text: string, width: number): string {
  return take(graphemes(text).toReversed(), width).toReversed().join('')
}

function take(parts: string[], width: number): string[] {
  let used = 0
  const end = parts.findIndex((part) => (used += graphemeWidth(part)) > width)
  return end < 0 ? parts : parts.slice(0, end)
}

/** Made when it is needed, which is seldom: it takes longer than all the rest of a drawing. */
let segmenter: Intl.Segmenter | undefined

function graphemes(text: string): string[] {
  if (isPlain(text)) return text.split('')
  segmenter ??= new Intl.Segmenter()
  return Array.from(segmenter.segment(text), (part) => part.segment)
}

function graphemeWidth(grapheme: string): number {
  if (invisible.test(grapheme)) return 0
  return emoji.test(grapheme) ? 2 : Math.max(...Array.from(grapheme, columnsOf))
}

function columnsOf(character: string): number {
  return eastAsianWidth(character.codePointAt(0) ?? 0)
}

/** Whether each character takes one column: ASCII, and what this tool draws with (see ascii.ts). */
function isPlain(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- the whole ASCII range is meant
  return /^[\x00-\x7F\u00A0│─►◄└┘▲×●○·…–→█▉▊▋▌▍▎▏]*$/.test(text)
}
