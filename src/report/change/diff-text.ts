import type { Paint, Style } from '../terminal.ts'
import { sanitize } from '../text/sanitize.ts'
import type { RawObject } from '../../model/affinity/change.ts'
import { comparableText, fileName } from './objects.ts'
import { structuredPatch } from 'diff'

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

/** A line of a unified diff. */
interface DiffLine {
  kind: 'header' | 'hunk' | 'same' | 'removed' | 'added' | 'remark'
  text: string
}

/** By what begins a line; what is left is a remark on the end of a text without a newline. */
const kinds: Readonly<Record<string, DiffLine['kind']>> = { ' ': 'same', '-': 'removed', '+': 'added' }

/**
 * A unified diff, as `diff -u` and so `kubectl diff` print it; empty where the texts are equal
 * (https://www.gnu.org/software/diffutils/manual/html_node/Detailed-Unified.html).
 */
export function unifiedDiff(
  before: string,
  after: string,
  names: { before: string; after: string },
): DiffLine[] {
  const { hunks } = structuredPatch(names.before, names.after, before, after, undefined, undefined, {
    context: 3,
  })
  if (hunks.length === 0) return []
  return [
    { kind: 'header', text: `--- ${names.before}` },
    { kind: 'header', text: `+++ ${names.after}` },
    ...hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }): DiffLine[] => [
      { kind: 'hunk', text: `@@ -${range(oldStart, oldLines)} +${range(newStart, newLines)} @@` },
      ...lines.map((text) => ({ kind: kinds[text.slice(0, 1)] ?? 'remark', text })),
    ]),
  ]
}

/** An empty range is told by the line before it. */
function range(start: number, count: number): string {
  if (count === 1) return String(start)
  return `${count === 0 ? start - 1 : start},${count}`
}
