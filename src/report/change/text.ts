import { layoutCommand } from '../text/command.ts'
import type { Hint } from '../../model/common/user-error.ts'
import type { ChangeDone, ChangeOutcome, DryRun } from '../../model/affinity/change.ts'
import type { Page, Style } from '../terminal.ts'
import type { TargetRef } from '../../model/affinity/target.ts'
import { flow, type Line, lineWidth, paintLines, span } from '../text/line.ts'
import { sanitize } from '../text/sanitize.ts'
import { pad, textWidth } from '../text/width.ts'
import { targetName } from '../../model/targets/command.ts'
import { affinityWord, resultLine, timeoutWord } from './words.ts'
import { affinityWords } from '../text/affinity.ts'
import { objectRows } from './fields.ts'

export interface ChangeTextOptions extends Page {
  dryRun: DryRun
  showNamespace: boolean
  /** One line for each Service, where there are many. */
  compact: boolean
}

/** What became of one Service. */
export function renderChange(outcome: ChangeDone, options: ChangeTextOptions): string {
  const { style, compact } = options
  const title = span(resultLine(outcome, options), outcome.kind === 'patched' ? style.strong : undefined)
  const lines = compact
    ? [[title, ...compactChange(outcome, style)]]
    : [[title], ...fullChange(outcome, options)]
  // Never cut: names are long, and what became of them stands behind them.
  return `${paintLines(lines, { style, width: Infinity }).join('\n')}\n`
}

function compactChange({ kind, before, after }: ChangeDone, style: Style): Line {
  if (kind === 'unchanged') return [span(`   ${affinityWords(after)}`, style.quiet)]
  return [span(`   ${affinityWords(before)} → ${affinityWords(after)}`)]
}

function fullChange(outcome: ChangeDone, page: Page): Line[] {
  const { kind, after } = outcome
  if (kind === 'unchanged') return [[span(`    already ${affinityWords(after)}`, page.style.quiet)]]
  const isService = [outcome.before, after].every((policy) => ['none', 'client-ip'].includes(policy.kind))
  const rows = isService && outcome.target.kind === 'service' ? serviceRows(outcome) : fieldRows(outcome)
  const widest = (values: string[]): number => Math.max(...values.map(textWidth))
  const nameWidth = widest(rows.map(({ name }) => name))
  const fromWidth = widest(rows.map(({ from }) => from))
  const table = rows.map(({ name, from, to, note }) => [
    span(`    ${pad(sanitize(name), nameWidth)}   ${pad(sanitize(from), fromWidth)} → `),
    span(sanitize(to), page.style.strong),
    span(note, page.style.quiet),
  ])
  return table.every((line) => lineWidth(line) <= page.width)
    ? table
    : rows.flatMap((row) => stacked(row, page))
}

/** What becomes of a field below its name, where there is no room beside it. Names stay whole: they are pasted. */
function stacked({ name, from, to, note }: ChangeRow, { width, style }: Page): Line[] {
  const [nameIndent, indent] = [2, 4]
  const told = [
    span(`${sanitize(from)} →`),
    span(sanitize(to), style.strong),
    ...(note === '' ? [] : [span(note.trim(), style.quiet)]),
  ]
  return [
    [span(`${' '.repeat(nameIndent)}${sanitize(name)}`)],
    ...flow(told, {
      width,
      label: span(' '.repeat(indent)),
      indent,
      separator: span(' '),
      keepsWords: true,
    }),
  ]
}

interface ChangeRow {
  name: string
  from: string
  to: string
  note: string
}

function serviceRows({ before, after, timeoutIsDefault }: ChangeDone): ChangeRow[] {
  return [
    { name: 'sessionAffinity', from: affinityWord(before), to: affinityWord(after), note: '' },
    {
      name: 'timeout',
      from: timeoutWord(before),
      to: timeoutWord(after),
      note: timeoutIsDefault ? ' (default)' : '',
    },
  ].filter(({ from, to }) => from !== to)
}

/** What becomes of the affinity, and the fields by which. */
function fieldRows({ before, after, objects, target, from }: ChangeDone): ChangeRow[] {
  const rows = [
    { name: 'affinity', from: affinityWords(before), to: affinityWords(after), note: noteOf(from) },
    ...objects.flatMap((object) => objectRows(object, object.name === targetName(target))),
  ]
  return rows.filter(({ from, to }) => from !== to)
}

function noteOf(from: TargetRef | undefined): string {
  return from === undefined ? '' : ` (as ${targetName(from)})`
}

/** A command of the closing lines with its label. */
export interface NextStep {
  label: string
  command: string
}

/** Commands that break over lines stay commands: a backslash ends each line that continues. */
export function renderNext(steps: readonly NextStep[], { width, style }: Page): string {
  const indent = Math.max(...steps.map(({ label }) => label.length)) + 2
  const lines = steps.flatMap(({ label, command }, index) =>
    layoutCommand(command, {
      width,
      label: span((steps[index - 1]?.label === label ? '' : label).padEnd(indent), style.quiet),
      indent,
    }),
  )
  return lines.length === 0 ? '' : `${paintLines(lines, { width, style }).join('\n')}\n`
}

/** Several Services may have the same to be said about them; it is said once. */
export function warningLines(outcomes: readonly ChangeOutcome[], words: (hint: Hint) => string): string[] {
  const groups = new Map<string, { services: string[]; hints: readonly Hint[]; message: string }>()
  for (const outcome of outcomes) {
    if (outcome.kind !== 'patched' && outcome.kind !== 'unchanged') continue
    for (const { message, hints } of outcome.warnings) {
      const key = JSON.stringify([message, hints])
      const group = groups.get(key) ?? { services: [], hints, message }
      group.services.push(targetName(outcome.target))
      groups.set(key, group)
    }
  }
  return [...groups.values()].flatMap(({ services, hints, message }) => {
    const [first = '', ...others] = services
    const who = `${first}${others.length === 0 ? '' : ` and ${others.length} more`}`
    return [`Warning: ${who}: ${message}`, ...hints.map((hint) => `  ${words(hint)}`)]
  })
}

/** The last word about a run in which not everything went well. */
export function summaryLine(outcomes: readonly ChangeOutcome[], dryRun: DryRun): string | undefined {
  if (outcomes.length < 2) return undefined
  const count = (kind: ChangeOutcome['kind']): number =>
    outcomes.filter((outcome) => outcome.kind === kind).length
  const parts = (['patched', 'unchanged', 'failed', 'skipped'] as const)
    .map((kind) => [count(kind), kind === 'skipped' ? 'not begun' : kind] as const)
    .filter(([number]) => number > 0)
    .map(([number, word]) => `${number} ${word}`)
  const noun = outcomes.every(({ target }) => target.kind === 'service') ? 'services' : 'targets'
  return `${outcomes.length} ${noun}: ${parts.join(', ')}${dryRun === 'none' ? '' : ' (dry run)'}`
}
