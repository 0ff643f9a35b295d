import type { NodeOutcome, WaitReport } from '../../model/affinity/change.ts'
import { formatDuration } from '../../model/common/words/amounts.ts'
import { formatElapsed } from '../text/numbers.ts'
import { sanitize } from '../text/sanitize.ts'

/** What is to be said about the waiting: what was seen, and what went wrong. Complete lines, or nothing. */
export function renderWait(report: WaitReport): { answer: string; problems: string } {
  if (report.kind === 'timeout-only') {
    const warning =
      'Warning: a change of times and attributes alone is not waited for: a short probe cannot see it\n'
    return { answer: '', problems: warning }
  }
  const { results, unusable, limitMs } = report
  const byTarget = [...Map.groupBy(results, ({ target: { kind, name } }) => `${kind}/${name}`)]
  const others = unusable.map(({ name, why }) => `${name} (${why})`).join(', ')
  return {
    answer: lines(byTarget.flatMap(([name, all]) => served(name, all))),
    problems: lines([
      ...(results.length === 0 ? ['error: no node can run a probe pod'] : []),
      ...byTarget.flatMap(([name, all]) => failures(name, all, limitMs)),
      ...(others === '' ? [] : [`Warning: could not look from ${others}`]),
    ]),
  }
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${sanitize(line)}\n`).join('')
}

function served(name: string, all: readonly NodeOutcome[]): string[] {
  const there = all.filter(({ kind }) => kind === 'served')
  if (there.length === 0) return []
  const latest = Math.max(...there.map(({ afterMs }) => afterMs))
  const nodes = listed(there.flatMap(({ node }) => node ?? []))
  const where = nodes === '' ? 'through its gateway' : `on ${nodes}`
  return [`${name} served as changed ${where}, seen ${formatElapsed(latest)} after the change`]
}

function failures(name: string, all: readonly NodeOutcome[], limitMs: number): string[] {
  return all.flatMap(({ kind, node, why = '' }) => {
    const where = node === undefined ? 'through its gateway' : `on ${node}`
    if (kind === 'served') return []
    return kind === 'late'
      ? [`error: ${name} was not served as changed ${where} within ${formatDuration(limitMs / 1000)}`]
      : [
          `error: ${name} ${where}: the probe cannot tell whether it is served as changed: ${words[why] ?? why}`,
        ]
  })
}

/** Reasons that a short probe may have, for people. */
const words: Readonly<Record<string, string>> = {
  'backends-not-told-apart': 'the answers do not say which pod gave them; see --path and --identify',
  'one-name': 'all answers have one name in them; see --path and --identify',
  'one-endpoint': 'there is only one ready endpoint',
}

function listed(names: readonly string[]): string {
  if (names.length > 8) return `${names.length} nodes`
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
