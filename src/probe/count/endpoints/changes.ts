import type { Endpoint } from '../../../model/cluster/endpoint.ts'
import type { EndpointChange } from '../../../model/probe/results/probe-result.ts'
import { defined } from '../../../model/common/values.ts'

/** What changed from one set of endpoints to the next. */
export function diffEndpoints(
  before: readonly Endpoint[],
  after: readonly Endpoint[],
  atMs: number,
): EndpointChange[] {
  const changes: EndpointChange[] = []
  const add = (kind: EndpointChange['kind'], { address, pod, node }: Endpoint): void => {
    changes.push(defined({ atMs, kind, address, pod, node }))
  }
  const old = new Map(before.map((endpoint) => [keyOf(endpoint), endpoint]))
  const current = new Set(after.map((endpoint) => keyOf(endpoint)))
  for (const endpoint of before) if (!current.has(keyOf(endpoint))) add('removed', endpoint)
  for (const endpoint of after) {
    const known = old.get(keyOf(endpoint))
    if (known === undefined) add('added', endpoint)
    else if (endpoint.terminating && !known.terminating) add('terminating', endpoint)
    else if (endpoint.ready && !known.ready) add('ready', endpoint)
    else if (!endpoint.ready && known.ready) add('not-ready', endpoint)
  }
  return changes
}

/** A pod that comes back under its old name (StatefulSet) is another endpoint: its sessions are gone. */
function keyOf({ address, port, pod, podUid }: Endpoint): string {
  return `${address} ${port} ${podUid ?? pod ?? ''}`
}
