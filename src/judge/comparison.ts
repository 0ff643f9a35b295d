import { behaviourOf, policyOf, unexplainedOf } from '../model/probe/results/compared.ts'
import type { Aspect, ComparedRun, ComparisonKind, Conclusion } from '../model/probe/results/comparison.ts'
import type { Verdict } from '../model/probe/results/verdict.ts'

type Runs = readonly [ComparedRun, ComparedRun]

type Result = ComparedRun['result']

/** What two probes say together. */
export function conclude(kind: ComparisonKind, [first, second]: Runs): Conclusion {
  if (kind === 'echo') return concludeEcho(first.result.verdict, second.result.verdict)
  const [one, two] = [behaviourOf(first.result), behaviourOf(second.result)]
  if (one === 'inconclusive' || two === 'inconclusive') return { kind: 'unclear' }
  return one === two ? { kind: 'same', behaviour: one } : { kind: 'different', from: one, to: two }
}

function concludeEcho(application: Pick<Verdict, 'result'>, echo: Pick<Verdict, 'result'>): Conclusion {
  if (echo.result === 'inconclusive') return { kind: 'unclear' }
  if (echo.result === 'differs')
    return { kind: application.result === 'as-expected' ? 'echo-only' : 'cluster' }
  if (application.result === 'as-expected') return { kind: 'both-fine' }
  return { kind: application.result === 'differs' ? 'application' : 'application-unclear' }
}

/**
 * What the exit code says: `differs` when one of the two is not as expected, else `inconclusive` when one could not
 * tell. Echo pods are there to judge the cluster whatever the application does, so only they count.
 */
export function overallResult(kind: ComparisonKind, [first, second]: Runs): Verdict['result'] {
  const counted = kind === 'echo' ? [second] : [first, second]
  const isAny = (result: Verdict['result']): boolean =>
    counted.some((run) => run.result.verdict.result === result)
  if (isAny('differs')) return 'differs'
  return isAny('inconclusive') ? 'inconclusive' : 'as-expected'
}

/** Medians nearer than this factor, or this many milliseconds, are taken for alike: a busy node does as much. */
const latencyFactor = 2
const latencyMs = 5

/** Shares of failures that are nearer are taken for alike, unless one is none at all. */
const failureShare = 0.1

/** In what two runs differ by more than chance; shares of pods are left out, as those of a Service that spreads always do. */
export function differencesOf([{ result: one }, { result: two }]: Runs): Aspect[] {
  const found: Record<Aspect, boolean> = {
    affinity: JSON.stringify(policyOf(one)) !== JSON.stringify(policyOf(two)),
    behaviour: behaviourOf(one) !== behaviourOf(two),
    backends: reached(one) !== reached(two),
    // How often a Service that spreads changes pods is chance.
    switches: unexplainedOf(one) > 0 !== unexplainedOf(two) > 0,
    failures: failed(one) > 0 !== failed(two) > 0 || Math.abs(failed(one) - failed(two)) > failureShare,
    latency: areFarApart(one.latency.p50, two.latency.p50),
  }
  return (Object.keys(found) as Aspect[]).filter((aspect) => found[aspect])
}

const reached = ({ backends }: Result): number => backends.filter(({ hits }) => hits > 0).length
/** As a share of the requests. */
const failed = ({ totals }: Result): number =>
  totals.requests === 0 ? 0 : 1 - totals.answered / totals.requests

function areFarApart(a: number, b: number): boolean {
  const [less, more] = a < b ? [a, b] : [b, a]
  return more - less > latencyMs && more > less * latencyFactor
}
