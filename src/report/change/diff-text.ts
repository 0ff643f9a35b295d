import type { Paint, Style } from '../terminal.ts'
import { sanitize } from '../text/sanitize.ts'
import type { RawObject } from '../../model/affinity/change.ts'
import { type DiffLine, unifiedDiff } from './diff.ts'
import { comparableText, fileName } from './objects.ts'

/** What became of each of some objects, one after the other. What is made or deleted is compared with nothing. */
export async function objectDiffs(
  objects: readonly { before?: RawObject | undefined; after?: RawObject | undefined }[],
  style: Style,
): Promise<string> {
  const diffs = await Promise.all(
    objects.map(async ({ before, after }) => {
      const [old, now] = await Promise.all([comparableText(before), comparableText(after)])
      // kubectl diff names the two sides like this, as files of an object.
      const file = fileName(after ?? before ?? {})
      return renderDiff(old, now, { before: `LIVE/${file}`, after: `MERGED/${file}` }, style)
    }),
  )
  return diffs.join('')
}

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
