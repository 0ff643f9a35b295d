import { type Cluster, type WatchEvent, watchList } from '../cluster/index.ts'
import { type Endpoint, endpointsOfPort } from '../model/endpoint.ts'
import type { EndpointSlice } from '../model/kubernetes.ts'
import { slicesPath } from '../cluster/paths.ts'
import { slicesOf } from './read.ts'

export interface EndpointWatchOptions {
  namespace: string
  service: string
  portName: string | undefined
  signal: AbortSignal
  /** All endpoints of the port, each time they may have changed, and when that was heard (Date.now). */
  onEndpoints: (endpoints: Endpoint[], heardAt: number) => void
  /** Told why the endpoints are not known at present, and undefined once they are again. */
  onTrouble: (error: Error | undefined) => void
}

/** Follows the endpoints of a Service's port until the signal. Rejects when they may not be watched. */
export async function watchEndpoints(cluster: Cluster, options: EndpointWatchOptions): Promise<void> {
  const { namespace, service, portName, signal, onEndpoints, onTrouble } = options
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
    if (synced) onEndpoints(endpointsOfPort([...slices.values()], portName), Date.now())
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
