import type { Page } from '../terminal.ts'
import { layoutCommand } from './command.ts'
import { flow, type Line, paintLines, type Piece, type Span, span } from './line.ts'

/** Labels and what continues beneath them share this column; `service/` fills it. */
export const labelWidth = 8

/** Pieces after a word that stands for their kind; nothing without any. */
export function labelled(
  label: string,
  pieces: string | readonly Piece[] | undefined,
  { width, style }: Page,
  separator?: Span,
): Line[] {
  if (pieces === undefined) return []
  const options = { width, label: span(label.padEnd(labelWidth), style.quiet), indent: labelWidth, separator }
  return flow(typeof pieces === 'string' ? [pieces] : pieces, options)
}

/** Commands that break over lines stay commands: a backslash ends each line that continues. */
export function labelledCommand(label: string, command: string, { width, style }: Page): Line[] {
  const word = span(label.padEnd(labelWidth), style.quiet)
  return layoutCommand(command, { width, label: word, indent: labelWidth })
}

/** Blocks with an empty line between them. */
export function apart(blocks: readonly Line[][]): Line[] {
  return blocks
    .filter((block) => block.length > 0)
    .flatMap((block, index) => (index === 0 ? block : [[], ...block]))
}

/** The blocks of a report as they are printed. */
export function paintBlocks(blocks: readonly Line[][], page: Page): string {
  return `${paintLines(apart(blocks), page).join('\n')}\n`
}
