import { affinityWords } from '../../text/affinity.ts'
import { wasLeft } from '../../../model/probe/results/left.ts'
import type { ProbeResult } from '../../../model/probe/results/probe-result.ts'
import type { Verdict } from '../../../model/probe/results/verdict.ts'
import { countOf, formatCount } from '../../../model/common/words/amounts.ts'
import { formatConfidence, formatProbability, formatSmallShare } from '../../text/numbers.ts'
import { nonBreakingSpace } from '../../text/width.ts'
import { inconclusiveWords } from './inconclusive.ts'
import { describeDiffering } from './stretches.ts'
import { backendNoun, type VerdictWords } from './words.ts'

/** Where affinity fails, picks are called independent when keeping every second one would look so with no more than this. */
const sureOfSpread = 0.05

/** From here on a probability says nothing about what was seen. */
const ordinary = 0.5

export function describeVerdict(result: ProbeResult): VerdictWords {
  const { verdict } = result
  if (verdict.behaviour === 'inconclusive' || verdict.result === 'inconclusive') {
    return { tone: 'unsure', headline: 'INCONCLUSIVE', ...inconclusiveWords(result) }
  }
  const differing = describeDiffering(result)
  if (differing !== undefined) return { tone: 'bad', ...differing, ...chanceWords(verdict) }
  const asExpected = verdict.result === 'as-expected'
  return {
    tone: asExpected ? 'good' : 'bad',
    ...(asExpected ? expectedWords(result) : unexpectedWords(result)),
    ...chanceWords(verdict),
    ...boundWords(result),
  }
}

/** One line without layout, for programs and logs. */
export function verdictSentence(result: ProbeResult): string {
  const { headline, summary, chance, advice } = describeVerdict(result)
  const verdict = `${headline}${summary.startsWith('although') ? '' : ':'} ${summary}`
  const parts = [verdict, chance, advice].filter((part) => part !== undefined)
  return parts.join('; ').replaceAll(nonBreakingSpace, ' ')
}

function expectedWords(result: ProbeResult): Pick<VerdictWords, 'headline' | 'summary'> {
  const as = isConfigured(result) ? 'as configured' : 'as expected'
  if (result.verdict.behaviour === 'spread')
    return { headline: `SPREAD ${as}`, summary: reachedWords(result) }
  return { headline: `STICKY ${as}`, summary: stickySummary(result) }
}

function unexpectedWords(result: ProbeResult): Pick<VerdictWords, 'headline' | 'summary'> {
  const { behaviour, expected, switches, explainedSwitches, answers, errorProbability } = result.verdict
  const wanted = wantedWords(result)
  const changed = `${formatCount(switches - explainedSwitches)} of ${countOf(answers, 'request')} changed ${backendNoun(result)}`
  if (behaviour === 'sticky')
    return { headline: 'STICKY', summary: `although ${wanted}: ${stickySummary(result)}` }
  if (behaviour === 'spread') {
    const name =
      errorProbability <= sureOfSpread ? 'each picked anew' : 'and they are too few to tell in which way'
    return { headline: 'NOT STICKY', summary: `${wanted}, but ${reachedWords(result)}, ${name}` }
  }
  if (expected === 'spread') {
    return {
      headline: 'NOT SPREAD',
      summary: `${wanted}, but each ${backendNoun(result)} is kept for a while: only ${changed}${instead(result)}`,
    }
  }
  return {
    headline: 'NOT STICKY',
    summary: `${wanted}, but ${changed}; nothing in the endpoints explains it`,
  }
}

function instead({ verdict: { switchesIfIndependent } }: ProbeResult): string {
  return switchesIfIndependent === undefined
    ? ''
    : `, by chance it would be ${formatCount(switchesIfIndependent)}`
}

/** Whether the expectation is the Service's own configuration rather than the user's. */
function isConfigured({ service, verdict }: ProbeResult): boolean {
  const { policy } = verdict.stretches?.[0] ?? service
  return (policy.kind === 'none') === (verdict.expected === 'spread')
}

function wantedWords(result: ProbeResult): string {
  if (!isConfigured(result)) return `expected ${result.verdict.expected}`
  return result.verdict.behaviour === 'sticky'
    ? `${affinityWords(result.service.policy)} is configured`
    : `configured ${affinityWords(result.service.policy)}`
}

function reachedWords(result: ProbeResult): string {
  const { answers, eligibleEndpoints } = result.verdict
  const reached = result.backends.filter((tally) => tally.hits > 0).length
  const noun = backendNoun(result)
  // More can answer than were there at one time: pods come and go.
  const of = reached <= eligibleEndpoints ? ` of ${countOf(eligibleEndpoints, noun)}` : ` ${noun}s`
  return `${countOf(answers, 'request')} reached ${formatCount(reached)}${of}`
}

function stickySummary(result: ProbeResult): string {
  const { answers, switches, explainedSwitches } = result.verdict
  const noun = backendNoun(result)
  if (switches === 0) {
    const until = wasLeft(result, result) ? ' until it was gone' : ''
    return `all ${countOf(answers, 'request')} reached one ${noun}${until}`
  }
  const which = switches === 1 ? 'the one switch follows' : `all ${formatCount(switches)} switches follow`
  return explainedSwitches === switches
    ? `${which} ${causes(result)}`
    : `${formatCount(switches)} switches in ${countOf(answers, 'request')}, ${formatCount(explainedSwitches)} explained`
}

function causes({ switches, verdict }: ProbeResult): string {
  const kinds = new Set(switches.map((change) => change.explanation?.kind))
  const gone = verdict.switches === 1 ? 'the end of its pod' : 'the end of a pod'
  if (kinds.has('cookie-ended'))
    return kinds.has('endpoint-gone') ? `${gone} or of the cookie` : 'the end of the cookie'
  const isOver = kinds.has('timeout-expired') || kinds.has('age-reached')
  if (!isOver) return gone
  const over = kinds.has('timeout-expired')
    ? 'a time without answers as long as affinity lasts'
    : 'a pick as long ago as affinity lasts'
  return kinds.has('endpoint-gone') ? `${gone} or ${over}` : over
}

/** Of a spread Service the number says how sure the name is, not that it may be sticky after all: docs/judging.md. */
function chanceWords({ behaviour, errorProbability }: Verdict): Pick<VerdictWords, 'chance'> {
  // What chance does all the time explains nothing.
  return behaviour === 'spread' || errorProbability >= ordinary
    ? {}
    : { chance: `by chance ${formatProbability(errorProbability)}` }
}

function boundWords({ verdict, request }: ProbeResult): Pick<VerdictWords, 'bound'> {
  const { behaviour, breakRateBound, picks, acceptedError } = verdict
  if (behaviour !== 'sticky' || breakRateBound === undefined) return {}
  const more = 10 ** Math.ceil(Math.log10(picks) + 1)
  // The same formula as the judge's, for a run of `more` requests.
  const finer = formatSmallShare(1 - acceptedError ** (1 / (more - 1)))
  const advice =
    request.plannedRequests !== undefined ? `; --requests${nonBreakingSpace}${more} would show ${finer}` : ''
  return {
    bound: `breaks in more than ${formatSmallShare(breakRateBound)} of requests would have shown (${formatConfidence(acceptedError)} sure)${advice}`,
  }
}
