import type { JudgeInput } from '../../judge/input.ts'
import { judge } from '../../judge/judge.ts'
import { type ServicePolicy, servicePolicy } from '../../model/affinity/policy.ts'
import { type Expectation, expectationOf } from '../../model/affinity/expectation.ts'
import type { SurveyEntry } from '../../model/probe/survey.ts'
import type { HeldStretch } from '../../model/probe/verdict.ts'
import { isLocalFor, stillLeads } from '../run/around/leads.ts'
import type { Held } from '../run/around/service-history.ts'
import type { Counted } from './counted.ts'
import type { EndpointHistory } from './endpoint-history.ts'
import { Tally } from './tally.ts'

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
        expectation: expectationOf(policy, asked),
        ...(isLocal === isLocalFor(entry, before) ? {} : { policyLocal: isLocal }),
        surelyFromMs: index === 0 ? -Infinity : fromMs + slowestProxyMs,
      },
    ]
  })
}

/** What was counted between two moments of our clock, and what is known beside it. */
interface Part {
  between: (fromMs: number, toMs: number) => readonly Counted[]
  /** The endpoints, and how many there were to pick from; undefined where that is not known. */
  historyIn: (range: HeldRange) => EndpointHistory | undefined
  /** How many ranges are judged. */
  ranges: number
}

/**
 * The verdict on a part of a run; undefined where there is too little of it. One that differs has to do so when even a slow
 * proxy has followed.
 */
export function judgeRange(range: HeldRange, part: Part, whole: JudgeInput): HeldStretch | undefined {
  const { fromMs, toMs, surelyFromMs } = range
  const found = judgeCounted(range, part.between(fromMs, toMs), part, whole)
  if (found?.result !== 'differs' || surelyFromMs === fromMs) return found
  return judgeCounted(range, part.between(surelyFromMs, toMs), part, whole)
}

function judgeCounted(
  range: HeldRange,
  counted: readonly Counted[],
  { historyIn, ranges }: Part,
  whole: JudgeInput,
): HeldStretch | undefined {
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
    acceptedError: whole.acceptedError / ranges,
    verdicts: (whole.verdicts ?? 1) * ranges,
    interrupted: false,
  })
  const { behaviour, expected, result, reason, errorProbability, answers, switches, explainedSwitches } =
    verdict
  return {
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
}
