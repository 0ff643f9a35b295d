import type { ProxyClock } from '../../model/affinity/proxy-clock.ts'
import type { TimeoutReason, TimeoutVerdict } from '../../model/probe/results/timeout-result.ts'
import { type TimerConclusion, isNarrow } from './conclude.ts'

export interface VerdictInput {
  /** Absent when no trial says anything. */
  conclusion: TimerConclusion | undefined
  /** Undefined for sessionAffinity None. */
  configuredSeconds: number | undefined
  /** The Service proxy in charge, where it and its clock are known. */
  proxy: ProxyInCharge | undefined
  /** Clients look like one to whoever keeps them on a pod, or may do so. */
  oneClient: boolean
  acceptedError: number
  /** The most endpoints that a client's proxy could pick from. */
  eligible: number
  /** Answers that name nobody stood for pods, and were always the same or always different. */
  notToldApart: boolean
  interrupted: boolean
}

export interface ProxyInCharge {
  name: string
  clock: ProxyClock
}

/** Compares what was found with what is configured. */
export function timeoutVerdict(input: VerdictInput): TimeoutVerdict {
  const { configuredSeconds, acceptedError } = input
  const common = {
    ...(configuredSeconds === undefined
      ? {}
      : { configuredSeconds, expected: expectedEnds(configuredSeconds, input.proxy) }),
    acceptedError,
  }
  const because = (reason: TimeoutReason): TimeoutVerdict => ({ result: 'inconclusive', reason, ...common })
  if (input.eligible < 2) return because('one-endpoint')
  if (input.notToldApart) return because('backends-not-told-apart')
  if (input.conclusion === undefined) return because(input.interrupted ? 'interrupted' : 'no-trials')
  if (input.oneClient) return because('one-client')
  const { finding, settled } = input.conclusion
  const { outcome, fromMs, toMs = Infinity } = finding
  const enough = settled || (outcome === 'timed' && isNarrow({ fromMs, toMs }, finding.clock))
  const tooFew = because(input.interrupted ? 'interrupted' : 'too-few-trials')
  if (configuredSeconds === undefined) {
    if (outcome === 'not-held') return { result: 'as-expected', ...common }
    // Whatever time it is: a client that is kept for long enough is not one that is spread.
    return fromMs > leastKeptMs ? { result: 'differs', ...common } : tooFew
  }
  const { earliestMs, latestMs } = tolerated(configuredSeconds, input.proxy)
  if (toMs < earliestMs || fromMs > latestMs) return { result: 'differs', ...common }
  if (outcome === 'inexact') return because('no-single-time')
  return enough ? { result: 'as-expected', ...common } : tooFew
}

const leastKeptMs = 400

/** Where the proxy is not known, it may count whole seconds, cut or looked for. */
const anyClock: ProxyClock = { earlyMs: 1000, lateMs: 1000 }

/** When entries end if all is as configured. */
function expectedEnds(
  configuredSeconds: number,
  proxy: ProxyInCharge | undefined,
): NonNullable<TimeoutVerdict['expected']> {
  const { earlyMs, lateMs } = proxy?.clock ?? anyClock
  const configuredMs = configuredSeconds * 1000
  return {
    fromMs: Math.max(0, configuredMs - earlyMs),
    toMs: configuredMs + lateMs,
    ...(proxy === undefined ? {} : { proxy: proxy.name }),
  }
}

/** The same with the moment that everybody needs to see it. */
function tolerated(
  configuredSeconds: number,
  proxy: ProxyInCharge | undefined,
): { earliestMs: number; latestMs: number } {
  const { fromMs, toMs } = expectedEnds(configuredSeconds, proxy)
  const room = Math.max(100, configuredSeconds * 10)
  return { earliestMs: fromMs - room, latestMs: toMs + room }
}
