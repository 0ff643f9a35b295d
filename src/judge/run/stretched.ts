import type { HeldStretch, Verdict } from '../../model/probe/results/verdict.ts'

/**
 * The verdict on a run in which the Service was changed, of those on its parts: one that differs from what held then is
 * enough. That all are as they should be leaves the whole open, as it is no single thing.
 */
export function joinStretches(whole: Verdict, stretches: readonly HeldStretch[]): Verdict {
  if (stretches.length === 0) return whole
  const differing = stretches.find(({ result }) => result === 'differs')
  const joined: Verdict = { ...whole, stretches: [...stretches] }
  if (differing === undefined) return joined
  const { behaviour, expected, result, errorProbability } = differing
  const { reason: _, ...rest } = joined
  return { ...rest, behaviour, expected, result, errorProbability }
}
