import type { Cluster } from '../../cluster/index.ts'
import { conclude, differencesOf, overallResult } from '../../judge/comparison.ts'
import type { ComparedRun, ComparisonKind, ProbeComparison } from '../../model/probe/results/comparison.ts'
import { soleOf } from '../../model/probe/results/sole.ts'
import type { ProbeSurvey } from '../../model/probe/results/survey.ts'
import type { ProbeOptions } from '../plan/options.ts'
import { probe } from '../probe.ts'
import type { ProbeStep, RunControl } from '../steps.ts'
import { defined } from '../../model/common/values.ts'

export interface Side {
  title: string
  options: ProbeOptions
}

/** One thing that happens while two Services are probed. */
export type BesideStep =
  | Exclude<ProbeStep, { kind: 'planned' | 'observed' | 'ended' | 'endpoints' | 'result' }>
  /** The second probe begins: what was shown of the first is over. */
  | { kind: 'start-over' }
  /** Both were probed. The clean-up follows. */
  | { kind: 'compared'; comparison: ProbeComparison }
  /** There will be no second: it was interrupted. */
  | { kind: 'first-only'; result: ProbeSurvey }

/**
 * Probes two Services one after the other, from the same node, as every node picks for itself.
 * Rejects as `probe` does, and with the reason of `interrupted` when that came between the two.
 */
export async function* probeSideBySide(
  cluster: Cluster,
  {
    kind,
    change,
    sides,
    notes,
  }: Pick<ProbeComparison, 'kind' | 'change' | 'notes'> & { sides: readonly [Side, Side] },
  control: RunControl,
): AsyncGenerator<BesideStep, void, undefined> {
  const { interrupted } = control
  const [one, two] = sides
  yield { kind: 'note', text: `1 of 2: ${one.title}` }
  let first: ProbeSurvey | undefined
  for await (const step of probe(cluster, one.options, control)) {
    if (step.kind === 'result') {
      first = step.result
      if (interrupted.aborted) yield { kind: 'first-only', result: first }
    } else if (isShown(step)) yield step
  }
  interrupted.throwIfAborted()
  if (first === undefined) throw new Error('a probe ended without a result')
  yield { kind: 'start-over' }
  yield { kind: 'note', text: `2 of 2: ${two.title}` }
  const node = two.options.node ?? (first.sole ? first.clients[0]?.node : undefined)
  const options = { ...two.options, ...defined({ node }) }
  for await (const step of probe(cluster, options, control)) {
    if (step.kind === 'result') {
      const runs = [comparedRun(one.title, first), comparedRun(two.title, step.result)] as const
      const asked = defined({ kind, change })
      yield { kind: 'compared', comparison: { ...asked, ...together(kind, runs), notes } }
    } else if (isShown(step)) yield step
  }
}

function isShown(step: ProbeStep): step is Extract<ProbeStep, BesideStep> {
  return step.kind === 'stage' || step.kind === 'note' || step.kind === 'state'
}

function comparedRun(title: string, survey: ProbeSurvey): ComparedRun {
  return { title, result: soleOf(survey) ?? survey }
}

function together(
  kind: ComparisonKind,
  runs: readonly [ComparedRun, ComparedRun],
): Pick<ProbeComparison, 'runs' | 'differences' | 'conclusion' | 'result'> {
  return {
    runs,
    differences: differencesOf(runs),
    conclusion: conclude(kind, runs),
    result: overallResult(kind, runs),
  }
}
