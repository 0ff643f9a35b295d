import { slicesSelector } from '../../model/cluster/external.ts'
import { type Cluster, type WatchEvent, watchList } from '../../cluster/index.ts'
import type { EndpointSlice } from '../../model/cluster/kubernetes.ts'
import { slicesPath } from '../../cluster/paths.ts'

interface EndpointWatchOptions {
  namespace: string
  service: string
  signal: AbortSignal
  /** All its slices, each time one has changed, and when that was heard (Date.now). */
  onSlices: (slices: readonly EndpointSlice[], heardAt: number) => void
  /** Told why the endpoints are not known at present, and undefined once they are again. */
  onTrouble: (error: Error | undefined) => void
}

/** Follows the endpoints of a Service until the signal. Rejects when they may not be watched. */
async function watchEndpoints(cluster: Cluster, options: EndpointWatchOptions): Promise<void> {
  const { namespace, service, signal, onSlices, onTrouble } = options
  const slices = new Map<string, EndpointSlice>()
  let synced = false
  for await (const event of watchList<EndpointSlice>(cluster, slicesPath(namespace), {
    query: { labelSelector: slicesSelector(service) },
    signal,
    onDisconnect: onTrouble,
    onReconnect: () => onTrouble(undefined),
  })) {
    if (event.type === 'bookmark') continue
    if (event.type === 'synced') synced = true
    else apply(slices, event)
    if (synced) onSlices([...slices.values()], Date.now())
  }
}

function apply(
  slices: Map<string, EndpointSlice>,
  event: Exclude<WatchEvent<EndpointSlice>, { type: 'synced' | 'bookmark' }>,
): void {
  const { name } = event.object.metadata
  if (event.type === 'deleted') slices.delete(name)
  else slices.set(name, event.object)
}

/** What is heard of a Service's endpoints. */
export type EndpointsEvent =
  /** All its slices, each time one has changed, and when that was heard (Date.now). */
  | { kind: 'slices'; slices: readonly EndpointSlice[]; heardAt: number }
  /** Why the endpoints are not known at present; undefined once they are again. */
  | { kind: 'watch-trouble'; error: Error | undefined }

/** Tells of the endpoints of Services until the signal. That they cannot be watched is no failure. */
export function followEndpoints(
  cluster: Cluster,
  { namespace, services }: { namespace: string; services: readonly string[] },
  emit: (event: EndpointsEvent) => unknown,
  signal: AbortSignal,
): void {
  const known = new Map<string, readonly EndpointSlice[]>()
  for (const service of services)
    watchEndpoints(cluster, {
      namespace,
      service,
      signal,
      onSlices: (own, heardAt) => {
        known.set(service, own)
        if (known.size === services.length)
          emit({ kind: 'slices', slices: [...known.values()].flat(), heardAt })
      },
      onTrouble: (error) => void emit({ kind: 'watch-trouble', error }),
    }).catch((error: unknown) => {
      if (!signal.aborted)
        emit({ kind: 'watch-trouble', error: error instanceof Error ? error : new Error(String(error)) })
    })
}
