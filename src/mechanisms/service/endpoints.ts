import { endpointsOfPort } from '../../model/cluster/endpoint.ts'
import type { EndpointCount, OutsideEndpoint } from '../../model/findings/explanation.ts'
import { originsIn } from '../../model/cluster/external.ts'
import type { Fact } from '../../model/cluster/fact.ts'
import { countEndpoints, hasSelector, isProxied, type Subject } from './analyzer.ts'
import type { Inputs } from './facts.ts'

/** Endpoints of a Service that selects no pods, as long as they are none. */
export function outsideEndpoints(subject: Subject, slices: Fact<Inputs['slices']>): OutsideEndpoint[] {
  if (!slices.known || hasSelector(subject) || !isProxied(subject)) return []
  const origins = new Map(slices.value.flatMap((slice) => [...originsIn(slice)]))
  const all = (subject.service.spec.ports ?? []).flatMap((port) => endpointsOfPort(slices.value, port.name))
  return all
    .filter(({ pod }) => pod === undefined)
    .map(({ address, port, ready }) => {
      const origin = origins.get(address)
      return { address, port, ready, ...(origin === undefined ? {} : { origin }) }
    })
}

/** How many endpoints there are at the end of every way; undefined where they could not be read. */
export function countedEndpoints(
  { service }: Subject,
  slices: Fact<Inputs['slices']>,
): EndpointCount | undefined {
  if (!slices.known || service.spec.type === 'ExternalName') return undefined
  const all = (service.spec.ports ?? []).flatMap((port) => endpointsOfPort(slices.value, port.name))
  const ready = all.filter((endpoint) => endpoint.ready)
  const nodes = new Set(ready.flatMap(({ node }) => (node === undefined ? [] : [node])))
  return {
    ready: countEndpoints(ready),
    total: countEndpoints(all),
    nodes: nodes.size,
  }
}
