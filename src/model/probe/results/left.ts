import type { EndpointChange, ProbeResult } from './probe-result.ts'

/** The run ended without answers: whoever gave the last one was gone, so what a client would do elsewhere was not seen. */
export function wasLeft(
  { timeline, switches }: Pick<ProbeResult, 'timeline' | 'switches'>,
  { backends, endpointChanges }: Pick<ProbeResult, 'backends' | 'endpointChanges'>,
): boolean {
  if (timeline.at(-1)?.letter !== undefined) return false
  const known = timeline.findLast(({ letter }) => letter !== undefined)
  const moved = switches.at(-1)
  const last = moved !== undefined && moved.atMs > (known?.toMs ?? -Infinity) ? moved.to : known?.letter
  const { backend } = backends.find((tally) => tally.backend.letter === last) ?? {}
  const newest = endpointChanges.findLast(
    ({ pod, address }) => backend !== undefined && (pod ?? address) === backend.name,
  )
  return newest !== undefined && isLoss(newest)
}

/** Whether a change takes an endpoint away from new connections. */
export function isLoss({ kind }: Pick<EndpointChange, 'kind'>): boolean {
  return kind === 'removed' || kind === 'not-ready' || kind === 'terminating'
}
