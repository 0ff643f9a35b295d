import type { Paint, Style } from '../terminal.ts'
import { sanitize } from '../text/sanitize.ts'
import { type DiffLine, unifiedDiff } from './diff.ts'

/** A unified diff with colours; nothing where the texts are equal. */
export function renderDiff(
  before: string,
  after: string,
  names: { before: string; after: string },
  style: Style,
): string {
  const paints: Partial<Record<DiffLine['kind'], Paint>> = {
    header: style.strong,
    hunk: style.quiet,
    removed: style.bad,
    added: style.good,
  }
  return unifiedDiff(before, after, names)
    .map(({ kind, text }) => {
      const line = sanitize(text)
      return `${paints[kind]?.(line) ?? line}\n`
    })
    .join('')
}
