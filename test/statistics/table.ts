import type { Count } from './count.ts'
import type { Scenario } from './scenarios.ts'

export interface Row {
  scenario: Scenario
  count: Count
}

/** The table of docs/judging.md. */
export function tableOf(rows: readonly Row[], seed: number): string {
  const head = [
    'truth',
    'configured',
    'pods',
    'requests',
    'runs',
    'sticky',
    'spread',
    'broken',
    'inconclusive',
    'wrong',
    'stated',
  ]
  return [
    `Seed ${seed}.`,
    '',
    `| ${head.join(' | ')} |`,
    `| ${head.map((_, index) => (index < 2 ? '---' : '---:')).join(' | ')} |`,
    ...rows.map(
      ({ scenario, count: { runs, wrong, said } }) =>
        `| ${[
          scenario.truth,
          scenario.configured,
          scenario.pods,
          scenario.requests,
          runs,
          ...[said.sticky, said.spread, said.broken, said.inconclusive].map((times) => percent(times / runs)),
          wrong === 0 ? '0' : `${wrong} (${percent(wrong / runs)})`,
          scenario.stated === 0 ? '0' : percent(scenario.stated),
        ].join(' | ')} |`,
    ),
  ].join('\n')
}

function percent(share: number): string {
  if (share === 0) return '0'
  if (share === 1) return '100 %'
  return share < 0.0001
    ? `${Number((share * 100).toPrecision(1))} %`
    : `${Number((share * 100).toFixed(2))} %`
}
