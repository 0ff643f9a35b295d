import type { TimeoutReason, TimeoutResult } from '../../../model/probe/results/timeout-result.ts'
import { formatDuration } from '../../../model/common/words/amounts.ts'
import { formatConfidence } from '../../text/numbers.ts'
import { nonBreakingSpace } from '../../text/width.ts'

export interface TimeoutWords {
  tone: 'good' | 'bad' | 'unsure'
  headline: string
  /** What follows it, in parts that may stand on lines of their own. */
  parts: string[]
  /** What to do about it. */
  advice?: string
}

/** What a measurement found, and how that compares with what is configured. */
export function describeTimeout(result: TimeoutResult): TimeoutWords {
  const { verdict, finding } = result
  if (verdict.result === 'inconclusive' && verdict.reason !== undefined) {
    const { summary, advice } = reasons[verdict.reason]
    const known = finding === undefined ? [] : knownSoFar(finding)
    return { tone: 'unsure', headline: 'INCONCLUSIVE', parts: [summary, ...known], advice }
  }
  const found = finding === undefined ? { headline: 'NOTHING', parts: [] } : outcomes[finding.outcome](result)
  const differs = verdict.result === 'differs'
  const advice = adviceFor(result)
  return {
    tone: differs ? 'bad' : 'good',
    headline: found.headline,
    parts: [...found.parts, comparison(result)],
    ...(advice === undefined ? {} : { advice }),
  }
}

/** One line without layout, for programs and logs. */
export function timeoutSentence(result: TimeoutResult): string {
  const { headline, parts, advice } = describeTimeout(result)
  const sentence = [`${headline}${parts.length > 0 ? ': ' : ''}${parts.join('; ')}`, advice]
  return sentence
    .filter((part) => part !== undefined)
    .join('; ')
    .replaceAll(nonBreakingSpace, ' ')
}

type KindWords = Pick<TimeoutWords, 'headline' | 'parts'>

const kindHeadlines = { idle: 'IDLE TIMEOUT', absolute: 'ABSOLUTE TIMEOUT', open: 'TIMEOUT' } as const

const outcomes: Record<
  NonNullable<TimeoutResult['finding']>['outcome'],
  (result: TimeoutResult) => KindWords
> = {
  timed: (result) => {
    const { finding, verdict } = result
    const kind = kindHeadlines[finding?.kind ?? 'open']
    const sure = formatConfidence(verdict.acceptedError)
    if (finding?.clock !== 'whole-seconds')
      return { headline: `${kind} ${rangeWords(finding)} (${sure})`, parts: [kindWords(finding)] }
    const { expected, result: verdictResult } = verdict
    // What is as expected is said as the proxy's clock has it, and what was measured beside it.
    const isKnown = verdictResult === 'as-expected' && expected?.proxy !== undefined && isWithin(result)
    if (!isKnown)
      return {
        headline: `${kind} ${rangeWords(finding)}, different each time (${sure})`,
        parts: [kindWords(finding)],
      }
    return {
      headline: `${kind} ends ${rangeWords(expected)}, different each time`,
      parts: [
        `${expected.proxy} counts whole seconds`,
        `measured ${rangeWords(finding)} (${sure})`,
        kindWords(finding),
      ],
    }
  },
  held: ({ finding, verdict, trials }) => ({
    headline: `HELD for ${lengthWords(finding?.fromMs ?? 0, 'down')} (${formatConfidence(verdict.acceptedError)})`,
    parts: [`the longest pause that was tried, in ${trials.length} trials`],
  }),
  'not-held': ({ finding, verdict }) => ({
    headline: `NOT HELD for even ${lengthWords(finding?.toMs ?? 0, 'up')} (${formatConfidence(verdict.acceptedError)})`,
    parts: [],
  }),
  inexact: ({ finding }) => ({
    headline: 'NO SINGLE TIMEOUT',
    parts: [`clients are let go at any time ${rangeWords(finding)}`],
  }),
}

/** Whether what is expected lies within what was measured, so that nothing speaks against it. */
function isWithin({ finding, verdict: { expected } }: TimeoutResult): boolean {
  if (finding === undefined || expected === undefined) return false
  return finding.fromMs <= expected.fromMs + 50 && (finding.toMs ?? Infinity) >= expected.toMs - 50
}

function kindWords(finding: TimeoutResult['finding']): string {
  if (finding?.kind === 'idle') return 'each new connection starts it again'
  if (finding?.kind === 'absolute')
    return 'it runs from the first connection, and further ones do not renew it'
  const idle = Math.round((finding?.idleProbability ?? 0) * 1000) / 10
  return `whether connections renew it stays open (${idle}% for it)`
}

function comparison({ verdict, finding, shadow }: TimeoutResult): string {
  const { result, configuredSeconds } = verdict
  const configured = configuredSeconds === undefined ? 'affinity None' : formatDuration(configuredSeconds)
  const where = shadow === undefined ? 'is configured' : 'is what its shadow was given'
  if (result === 'differs') return `although ${configured} ${where}`
  const isShorter = finding?.outcome === 'held' && (configuredSeconds ?? 0) * 1000 > finding.fromMs + 1000
  if (isShorter) return `${configured} ${where}`
  return shadow === undefined ? 'as configured' : `as its shadow was given (${configured})`
}

function adviceFor({ verdict, finding, shadow, maxMs }: TimeoutResult): string | undefined {
  if (finding?.outcome !== 'held' || verdict.configuredSeconds === undefined) return undefined
  if (verdict.result === 'differs')
    return 'wait longer with --max: some proxies hold clients for two minutes at least (kube-proxy in IPVS mode)'
  if (shadow !== undefined || verdict.configuredSeconds * 1000 <= maxMs) return undefined
  return `--shadow measures a temporary Service with the same settings and a short timeout; --max${nonBreakingSpace}${formatDuration((2 * maxMs) / 1000)} waits longer`
}

function knownSoFar(finding: NonNullable<TimeoutResult['finding']>): string[] {
  const { outcome, fromMs, toMs } = finding
  if (outcome === 'inexact') return [`clients were let go ${rangeWords(finding)}`]
  const parts = [
    ...(fromMs > 0 ? [`held up to ${lengthWords(fromMs, 'down')}`] : []),
    ...(toMs === undefined ? [] : [`moved from ${lengthWords(toMs, 'up')} on`]),
  ]
  return parts.length === 0 ? [] : [`so far ${parts.join(', ')}`]
}

const reasons: Record<TimeoutReason, { summary: string; advice: string }> = {
  'no-trials': {
    summary: 'no client got two answers in a row',
    advice: 'see whether the pods answer: probe without --measure-timeout',
  },
  'one-endpoint': {
    summary: 'only one endpoint can be picked, so a client stays on it however long it pauses',
    advice: 'scale to two pods or more and measure again',
  },
  'one-client': {
    summary: 'the clients look like one to whoever keeps them on a pod, or may do so',
    advice:
      'look for what hides their addresses before the Service proxy, or for a proxy that does not go by addresses',
  },
  'backends-not-told-apart': {
    summary: 'the answers do not say which pod gave them',
    advice: 'point --path at an answer that names the pod, or say with --identify where to look',
  },
  'too-few-trials': {
    summary: 'too few trials to be sure',
    advice: 'measure again with more --clients, or with a lower --confidence',
  },
  'no-single-time': {
    summary: 'clients are let go at no single time',
    advice: 'see whether affinity holds at all: probe without --measure-timeout',
  },
  interrupted: { summary: 'interrupted before it was sure', advice: 'let it run to its end' },
}

/** The range rounded outwards, so that what is said stays true. */
function rangeWords(range: { fromMs: number; toMs?: number } | undefined): string {
  const { fromMs = 0, toMs } = range ?? {}
  if (toMs === undefined) return `after ${lengthWords(fromMs, 'down')}`
  return `between ${lengthWords(fromMs, 'down')} and ${lengthWords(toMs, 'up')}`
}

function lengthWords(ms: number, direction: 'down' | 'up'): string {
  const round = direction === 'down' ? Math.floor : Math.ceil
  // A pause of 20 s that is known to a few milliseconds is one of 20 s.
  const tenths = round(ms / 100 + (direction === 'down' ? 0.2 : -0.2))
  const seconds = tenths / 10
  if (seconds < 60) return `${seconds}s`
  return formatDuration(round(seconds))
}
