import { serviceLabel } from '../../../model/cluster/external.ts'
import { type Endpoint, endpointsOfPort } from '../../../model/cluster/endpoint.ts'
import type { EndpointSlice } from '../../../model/cluster/kubernetes.ts'
import type { SurveyEntry } from '../../../model/probe/results/survey.ts'

/** The endpoints that an entry leads to: those of its port and its address family. */
export function endpointsBehind(
  slices: readonly EndpointSlice[],
  { portName, protocol, family, front }: Pick<SurveyEntry, 'portName' | 'protocol' | 'family' | 'front'>,
): Endpoint[] {
  const own = slicesOf(slices, front?.service)
  return endpointsOfPort(own, portName, protocol).filter((endpoint) => endpoint.family === family)
}

/** Those of one Service, where several are read. */
function slicesOf(slices: readonly EndpointSlice[], service: string | undefined): readonly EndpointSlice[] {
  if (service === undefined) return slices
  return slices.filter(({ metadata }) => metadata.labels?.[serviceLabel] === service)
}

/** The endpoints of all ports of some entries, in all families: an answer may name its pod by any of its addresses. */
export function endpointsOfAll(
  slices: readonly EndpointSlice[],
  entries: readonly Pick<SurveyEntry, 'portName' | 'front'>[],
): Endpoint[] {
  const ports = new Map(
    entries.map((entry) => [`${entry.front?.service ?? ''} ${entry.portName ?? ''}`, entry]),
  )
  const all = [...ports.values()].flatMap(({ portName, front }) =>
    endpointsOfPort(slicesOf(slices, front?.service), portName),
  )
  // Ports of one pod have its address in common.
  const distinct = new Map(all.map((endpoint) => [`${endpoint.address} ${endpoint.pod ?? ''}`, endpoint]))
  return ports.size === 1 ? all : [...distinct.values()]
}
