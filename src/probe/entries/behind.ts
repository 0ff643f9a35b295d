import { type Endpoint, endpointsOfPort } from '../../model/endpoint.ts'
import type { EndpointSlice } from '../../model/kubernetes.ts'
import type { SurveyEntry } from '../../model/survey.ts'

/** The endpoints that an entry leads to: those of its port and its address family. */
export function endpointsBehind(
  slices: readonly EndpointSlice[],
  { portName, family }: Pick<SurveyEntry, 'portName' | 'family'>,
): Endpoint[] {
  return endpointsOfPort(slices, portName).filter((endpoint) => endpoint.family === family)
}

/** The endpoints of all ports of some entries, in all families: an answer may name its pod by any of its addresses. */
export function endpointsOfAll(
  slices: readonly EndpointSlice[],
  entries: readonly Pick<SurveyEntry, 'portName'>[],
): Endpoint[] {
  const ports = new Set(entries.map(({ portName }) => portName))
  const all = [...ports].flatMap((portName) => endpointsOfPort(slices, portName))
  // Ports of one pod have its address in common.
  const distinct = new Map(all.map((endpoint) => [`${endpoint.address} ${endpoint.pod ?? ''}`, endpoint]))
  return ports.size === 1 ? all : [...distinct.values()]
}
