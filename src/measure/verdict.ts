import type { TimeoutReason, TimeoutVerdict } from '../model/timeout-result.ts'
import { type Conclusion, isNarrow } from './conclude.ts'

export interface VerdictInput {
  /** Absent when no trial says anything. */
  conclusion: Conclusion | undefined
  /** Undefined for sessionAffinity None. */
  configuredSeconds: number | undefined
  acceptedError: number
  /** The most endpoints that a client's proxy could pick from. */
  eligible: number
  /** Answers that name nobody stood for pods, and were always the same or always different. */
  notToldApart: boolean
  interrupted: boolean
}

/** Compares what was found with what is configured. */
export function timeoutVerdict(input: VerdictInput): TimeoutVerdict {
  const { configuredSeconds, acceptedError } = input
  const common = {
    ...(configuredSeconds === undefined ? {} : { configuredSeconds }),
    acceptedError,
  }
  const because = (reason: TimeoutReason): TimeoutVerdict => ({ result: 'inconclusive', reason, ...common })
  if (input.eligible < 2) return because('one-endpoint')
  if (input.notToldApart) return because('backends-not-told-apart')
  if (input.conclusion === undefined) return because(input.interrupted ? 'interrupted' : 'no-trials')
  const { finding, settled } = input.conclusion
  const { outcome, fromMs, toMs = Infinity } = finding
  const enough = settled || (outcome === 'timed' && isNarrow({ fromMs, toMs }))
  const tooFew = because(input.interrupted ? 'interrupted' : 'too-few-trials')
  if (configuredSeconds === undefined) {
    if (outcome === 'not-held') return { result: 'as-expected', ...common }
    // Whatever time it is: a client that is kept for long enough is not one that is spread.
    return fromMs > leastKeptMs ? { result: 'differs', ...common } : tooFew
  }
  const { earliestMs, latestMs } = tolerated(configuredSeconds)
  if (toMs < earliestMs || fromMs > latestMs) return { result: 'differs', ...common }
  if (outcome === 'inexact') return because('no-single-time')
  return enough ? { result: 'as-expected', ...common } : tooFew
}

const leastKeptMs = 400

/**
 * When an entry may end to be as configured, in milliseconds. Kernels count exactly, others in whole seconds; both
 * need a moment to see it.
 */
function tolerated(configuredSeconds: number): { earliestMs: number; latestMs: number } {
  const configuredMs = configuredSeconds * 1000
  return {
    earliestMs: configuredMs - Math.max(100, configuredMs / 100),
    latestMs: configuredMs + Math.max(1000, configuredMs / 100),
  }
}
