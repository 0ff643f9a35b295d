import type { JudgeInput } from '../../judge/run/input.ts'
import { judge } from '../../judge/run/judge.ts'
import { joinStretches } from '../../judge/run/stretched.ts'
import { type ServicePolicy, servicePolicy } from '../../model/affinity/policy.ts'
import { type Expectation, expectationOf, type Timing } from '../../model/affinity/expectation.ts'
import type { SurveyEntry } from '../../model/probe/results/survey.ts'
import type { HeldStretch, Verdict } from '../../model/probe/results/verdict.ts'
import { isLocalFor, stillLeads } from '../run/around/leads.ts'
import type { Held } from '../run/around/service-history.ts'
import type { Counted } from './tally/counted.ts'
import type { EndpointHistory } from './endpoints/history.ts'
import { Tally } from './tally/tally.ts'

/** While a Service stayed as it was, by our clock, and what clients should see then. */
export interface HeldRange {
  fromMs: number
  toMs: number
  policy: ServicePolicy
  expectation: Expectation
  /** With a traffic policy that has changed: whether nodes picked among their own endpoints only then. */
  policyLocal?: boolean
  /** From when on even a slow proxy has followed the change before. */
  surelyFromMs: number
}

/** How far the clocks of the node and of this machine may be apart. */
const clockSlackMs = 500
/**
 * A Service proxy has followed a change after so long, when it is quick; and when it is not: only what is seen later shows that it does
 * not do what was configured.
 */
const proxySlackMs = 2000
const slowestProxyMs = 10_000
/** Fewer requests than this are not worth a sentence. */
const fewest = 5

/** When an entry led to the Service, and what held then. */
export function rangesOf(
  held: readonly Held[],
  entry: SurveyEntry,
  asked: Expectation['behaviour'] | undefined,
  timing?: Timing,
): HeldRange[] {
  const before = held[0]?.service
  return held.flatMap(({ fromMs, toMs, service }, index): HeldRange[] => {
    if (before === undefined || service === undefined || !stillLeads(entry, before, service)) return []
    const policy = servicePolicy(service)
    const isLocal = isLocalFor(entry, service)
    return [
      {
        fromMs: index === 0 ? -Infinity : fromMs + proxySlackMs,
        toMs: index === held.length - 1 ? Infinity : toMs - clockSlackMs,
        policy,
        expectation: expectationOf(policy, asked, timing),
        ...(isLocal === isLocalFor(entry, before) ? {} : { policyLocal: isLocal }),
        surelyFromMs: index === 0 ? -Infinity : fromMs + slowestProxyMs,
      },
    ]
  })
}

/** What is known of a run beside what was counted in a part of it. */
interface Run {
  between: (fromMs: number, toMs: number) => readonly Counted[]
  /** The endpoints, and how many there were to pick from; undefined where that is not known. */
  historyIn: (range: HeldRange) => EndpointHistory | undefined
}

/**
 * The verdict on a run while which the Service was changed, by its parts in which it stayed as it was. An entry that was asked
 * before the change only, or after it, is judged as if there had been none, by what was configured then.
 */
export function judgeHeld(ranges: readonly HeldRange[], run: Run, whole: JudgeInput): Verdict {
  if (ranges.length === 0) return judge(whole)
  const all = run.between(-Infinity, Infinity).length
  const parts = ranges.map((range) => ({ range, counted: run.between(range.fromMs, range.toMs) }))
  const only = parts.find(({ counted }) => all > 0 && counted.length === all)
  if (only !== undefined) {
    const judged = judgeRange(only.range, only.counted, run, whole)
    if (judged !== undefined) return { ...judged.verdict, stretches: [judged.stretch] }
  }
  const shared = {
    ...whole,
    acceptedError: whole.acceptedError / ranges.length,
    verdicts: (whole.verdicts ?? 1) * ranges.length,
    interrupted: false,
  }
  const stretches = parts.flatMap(
    ({ range, counted }) => judgeRange(range, counted, run, shared)?.stretch ?? [],
  )
  return joinStretches(judge(whole), stretches)
}

interface Judged {
  verdict: Verdict
  stretch: HeldStretch
}

/**
 * The verdict on a part of a run; undefined where there is too little of it. One that differs has to do so when even a slow
 * proxy has followed.
 */
function judgeRange(
  range: HeldRange,
  counted: readonly Counted[],
  run: Run,
  whole: JudgeInput,
): Judged | undefined {
  const { fromMs, toMs, surelyFromMs } = range
  const found = judgeCounted(range, counted, run, whole)
  if (found?.verdict.result !== 'differs' || surelyFromMs === fromMs) return found
  return judgeCounted(range, run.between(surelyFromMs, toMs), run, whole)
}

function judgeCounted(
  range: HeldRange,
  counted: readonly Counted[],
  { historyIn }: Run,
  whole: JudgeInput,
): Judged | undefined {
  const { policy, expectation, policyLocal } = range
  const history = historyIn(range)
  const first = counted[0]?.observation
  const last = counted.at(-1)?.observation
  if (first === undefined || last === undefined || history === undefined || counted.length < fewest)
    return undefined
  const tally = new Tally(expectation)
  for (const { observation, recognised } of counted) tally.add(observation, recognised)
  const { evidence } = tally.result(history)
  const { serviceChanges: _, agentTotals: __, ...rest } = whole
  const eligible = history.fewest(first.atMs, last.atMs)
  const verdict = judge({
    ...rest,
    ...evidence,
    anonymous: whole.anonymous,
    eligibleEndpoints: Number.isFinite(eligible) ? eligible : evidence.eligibleEndpoints,
    expectation,
    lost: whole.lost,
  })
  const { behaviour, expected, result, reason, errorProbability, answers, switches, explainedSwitches } =
    verdict
  const stretch = {
    fromMs: first.atMs,
    toMs: last.atMs,
    policy,
    ...(policyLocal === undefined ? {} : { policyLocal }),
    behaviour,
    expected,
    result,
    ...(reason === undefined ? {} : { reason }),
    errorProbability,
    answers,
    switches,
    explainedSwitches,
  }
  return { verdict, stretch }
}
