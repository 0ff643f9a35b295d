import { type Cluster, type WatchEvent, watchList } from '../cluster/index.ts'
import type { EndpointSlice } from '../model/kubernetes.ts'
import { slicesPath } from '../cluster/paths.ts'
import { slicesOf } from './read.ts'

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
    query: slicesOf(service),
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

/** Who wants to know a Service's endpoints while requests are sent. */
export type EndpointsSink = {
  onSlices: EndpointWatchOptions['onSlices']
  onWatchTrouble: EndpointWatchOptions['onTrouble']
}

/** Tells `sink` of the endpoints until the signal. That they cannot be watched is a note and no failure. */
export function followEndpoints(
  cluster: Cluster,
  { namespace, service }: Pick<EndpointWatchOptions, 'namespace' | 'service'>,
  sink: EndpointsSink,
  signal: AbortSignal,
): void {
  watchEndpoints(cluster, {
    namespace,
    service,
    signal,
    onSlices: (slices, heardAt) => sink.onSlices(slices, heardAt),
    onTrouble: (error) => sink.onWatchTrouble(error),
  }).catch((error: unknown) => {
    if (!signal.aborted) sink.onWatchTrouble(error instanceof Error ? error : new Error(String(error)))
  })
}
