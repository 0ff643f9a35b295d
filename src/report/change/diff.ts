/** A unified diff, as `diff -u` and so `kubectl diff` print it; https://www.gnu.org/software/diffutils/manual/html_node/Detailed-Unified.html */

export interface DiffLine {
  kind: 'header' | 'hunk' | 'same' | 'removed' | 'added'
  text: string
}

interface Step {
  kind: 'same' | 'removed' | 'added'
  text: string
  /** Lines of the old and the new text before this one. */
  before: number
  after: number
}

const context = 3

/** Empty where the texts are equal. */
export function unifiedDiff(
  before: string,
  after: string,
  names: { before: string; after: string },
): DiffLine[] {
  const steps = compare(linesOf(before), linesOf(after))
  const hunks = hunksOf(steps)
  if (hunks.length === 0) return []
  return [
    { kind: 'header', text: `--- ${names.before}` },
    { kind: 'header', text: `+++ ${names.after}` },
    ...hunks.flatMap((hunk) => [{ kind: 'hunk' as const, text: hunkHeader(hunk) }, ...hunk.map(toLine)]),
  ]
}

const signs = { same: ' ', removed: '-', added: '+' } as const

function toLine({ kind, text }: Step): DiffLine {
  return { kind, text: signs[kind] + text }
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n')
}

/** The shortest way from one list of lines to the other, removals first; objects are small, so a table does. */
function compare(before: readonly string[], after: readonly string[]): Step[] {
  const [rows, columns] = [before.length, after.length]
  const lengths = Array.from({ length: rows + 1 }, () => Array.from<number>({ length: columns + 1 }).fill(0))
  const common = (row: number, column: number): number => lengths[row]?.[column] ?? 0
  for (let row = rows - 1; row >= 0; row--) {
    for (let column = columns - 1; column >= 0; column--) {
      lengths[row]![column] =
        before[row] === after[column]
          ? common(row + 1, column + 1) + 1
          : Math.max(common(row + 1, column), common(row, column + 1))
    }
  }
  const steps: Step[] = []
  let [row, column] = [0, 0]
  while (row < rows || column < columns) {
    const at = { before: row, after: column }
    if (row < rows && column < columns && before[row] === after[column]) {
      steps.push({ kind: 'same', text: before[row]!, ...at })
      row++
      column++
    } else if (column >= columns || (row < rows && common(row + 1, column) >= common(row, column + 1))) {
      steps.push({ kind: 'removed', text: before[row++]!, ...at })
    } else {
      steps.push({ kind: 'added', text: after[column++]!, ...at })
    }
  }
  return steps
}

/** The changes with their surroundings; those that touch are one. */
function hunksOf(steps: readonly Step[]): Step[][] {
  const hunks: Step[][] = []
  let end = -1
  for (const [index, step] of steps.entries()) {
    if (step.kind === 'same') continue
    const start = Math.max(index - context, end)
    if (hunks.length === 0 || index - context > end) hunks.push([])
    const stop = Math.min(index + context + 1, steps.length)
    hunks.at(-1)!.push(...steps.slice(Math.max(start, 0), stop).filter((one) => !hunks.at(-1)!.includes(one)))
    end = stop
  }
  return hunks
}

function hunkHeader(hunk: readonly Step[]): string {
  const [first] = hunk
  const range = (start: number, kind: Step['kind']): string => {
    const count = hunk.filter((step) => step.kind === 'same' || step.kind === kind).length
    // An empty range is told by the line before it.
    const line = count === 0 ? start : start + 1
    return count === 1 ? String(line) : `${line},${count}`
  }
  return `@@ -${range(first?.before ?? 0, 'removed')} +${range(first?.after ?? 0, 'added')} @@`
}
