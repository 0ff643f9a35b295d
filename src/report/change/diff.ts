import { structuredPatch } from 'diff'

/** A line of a unified diff. */
export interface DiffLine {
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
