import type { ProbeResult } from '../../../model/probe/results/probe-result.ts'
import type { HeldStretch, Verdict } from '../../../model/probe/results/verdict.ts'
import { affinityWords } from '../../text/affinity.ts'
import { countOf, formatCount } from '../../../model/common/words/amounts.ts'
import { formatElapsed } from '../../text/numbers.ts'
import type { VerdictWords } from './words.ts'

/** What the part of a run showed that differs from what held then; undefined where none does. */
export function describeDiffering(
  result: ProbeResult,
): Pick<VerdictWords, 'headline' | 'summary'> | undefined {
  const differing = differingOf(result.verdict)
  if (differing === undefined) return undefined
  const { answers, switches, explainedSwitches, expected } = differing
  const moved = formatCount(switches - explainedSwitches)
  const how = switches === 0 ? 'stayed on one pod' : `changed the pod ${moved} times that nothing explains`
  return {
    headline: expected === 'sticky' ? 'NOT STICKY' : 'NOT SPREAD',
    summary: `${timeWords(differing)}, while ${affinityWords(differing.policy)} was configured, ${countOf(answers, 'request')} ${how}`,
  }
}

/** What the parts of a run showed: `SPREAD as configured with None (0s to 3.1s), STICKY as configured with ClientIP 10m0s (…)`. */
export function stretchesWords({ stretches = [] }: Verdict): string | undefined {
  if (stretches.length === 0) return undefined
  return stretches.map((stretch) => oneWords(stretch)).join(', ')
}

function oneWords(stretch: HeldStretch): string {
  const { behaviour, result, policy, expected, policyLocal, reason } = stretch
  const isConfigured = (policy.kind === 'none') === (expected === 'spread')
  const as = result === 'as-expected' ? ` as ${isConfigured ? 'configured' : 'expected'}` : ''
  const local = policyLocal === undefined ? '' : ` and traffic policy ${policyLocal ? 'Local' : 'Cluster'}`
  const what =
    reason === 'one-endpoint' ? 'only one endpoint to pick from' : `${behaviour.toUpperCase()}${as}`
  return `${what} with ${affinityWords(policy)}${local} (${timeWords(stretch)})`
}

function timeWords({ fromMs, toMs }: HeldStretch): string {
  return `from ${formatElapsed(fromMs)} to ${formatElapsed(toMs)}`
}

function differingOf({ stretches = [], result }: Verdict): HeldStretch | undefined {
  return result === 'differs' ? stretches.find((stretch) => stretch.result === 'differs') : undefined
}
