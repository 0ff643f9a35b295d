import type { ProbeResult } from '../../model/probe/results/probe-result.ts'
import { sanitize } from '../text/sanitize.ts'

/** `pod/NAME` for each pod that answered, most hits first. Backends that are no pods have no such name. */
export function renderNames(result: Pick<ProbeResult, 'backends'>): string {
  return result.backends
    .filter((tally) => tally.backend.kind === 'pod' && tally.hits > 0)
    .toSorted((a, b) => b.hits - a.hits)
    .map((tally) => `pod/${sanitize(tally.backend.name)}\n`)
    .join('')
}
