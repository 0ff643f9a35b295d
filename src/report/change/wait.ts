import type { NodeOutcome, WaitReport } from '../../model/affinity/change.ts'
import { formatDuration } from '../../model/common/duration.ts'
import { formatElapsed } from '../text/numbers.ts'
import { sanitize } from '../text/sanitize.ts'

/** What is to be said about the waiting: what was seen, and what went wrong. Complete lines, or nothing. */
export function renderWait(report: WaitReport): { answer: string; problems: string } {
  if (report.kind === 'timeout-only') {
    const warning = 'Warning: a changed timeout is not waited for: a short probe cannot see it\n'
    return { answer: '', problems: warning }
  }
  const { results, unusable, limitMs } = report
  const byService = [...Map.groupBy(results, ({ service }) => service.name)]
  const others = unusable.map(({ name, why }) => `${name} (${why})`).join(', ')
  return {
    answer: lines(byService.flatMap(([name, all]) => served(name, all))),
    problems: lines([
      ...(results.length === 0 ? ['error: no node can run a probe pod'] : []),
      ...byService.flatMap(([name, all]) => failures(name, all, limitMs)),
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
  const nodes = listed(there.map(({ node }) => node))
  return [`service/${name} served as changed on ${nodes}, seen ${formatElapsed(latest)} after the change`]
}

function failures(name: string, all: readonly NodeOutcome[], limitMs: number): string[] {
  return all.flatMap(({ kind, node, why = '' }) => {
    if (kind === 'served') return []
    return kind === 'late'
      ? [
          `error: service/${name} was not served as changed on ${node} within ${formatDuration(limitMs / 1000)}`,
        ]
      : [`error: service/${name} on ${node}: the probe cannot tell (${why})`]
  })
}

function listed(names: readonly string[]): string {
  if (names.length > 8) return `${names.length} nodes`
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
