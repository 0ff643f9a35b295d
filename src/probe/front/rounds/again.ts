import type { Cluster } from '../../../cluster/index.ts'
import type { ProbeSurvey } from '../../../model/probe/results/survey.ts'
import type { ProbeOptions } from '../../plan/options.ts'
import { probe } from '../../probe.ts'
import type { ProbeStep, RunControl } from '../../steps.ts'

/** A further round after a run: what it is about, and with what it works. */
export interface FurtherRound {
  cluster: Cluster
  /** Of the run. */
  options: ProbeOptions
  /** What that showed. */
  survey: ProbeSurvey
  control: RunControl
  onStage: (text: string) => void
}

/**
 * A second, short run of users who should stay, as long as its requests last. Undefined where it was ended before it had a
 * result. What it makes in the cluster is removed before it returns.
 */
export async function askAgain(
  { cluster, control }: FurtherRound,
  { durationMs: _durationMs, until: _until, ...options }: ProbeOptions,
  onStep?: (step: ProbeStep) => void,
): Promise<ProbeSurvey | undefined> {
  let found: ProbeSurvey | undefined
  for await (const step of probe(cluster, { ...options, expect: 'sticky' }, control))
    if (step.kind === 'result') found = step.result
    else onStep?.(step)
  return found
}
