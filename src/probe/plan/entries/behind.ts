import { serviceLabel } from '../../../model/cluster/external.ts'
import { type Endpoint, endpointsOfPort } from '../../../model/cluster/endpoint.ts'
import type { EndpointSlice } from '../../../model/cluster/kubernetes.ts'
import type { SurveyEntry } from '../../../model/probe/results/survey.ts'

/** The endpoints that an entry leads to: those of its port and its address family. */
export function endpointsBehind(
  slices: readonly EndpointSlice[],
  { portName, protocol, family, front }: Pick<SurveyEntry, 'portName' | 'protocol' | 'family' | 'front'>,
): Endpoint[] {
  const own = endpointsOfPort(slicesOf(slices, front?.service), portName, protocol)
  const beside = (front?.beside ?? []).flatMap((other) =>
    endpointsOfPort(slicesOf(slices, other.name), other.portName, protocol),
  )
  return [...own, ...beside].filter((endpoint) => endpoint.family === family)
}

/** Those of one Service, where several are read. */
function slicesOf(slices: readonly EndpointSlice[], service: string | undefined): readonly EndpointSlice[] {
  if (service === undefined) return slices
  return slices.filter(({ metadata }) => metadata.labels?.[serviceLabel] === service)
}

/** Which of the Services that an entry leads to an address is of; undefined where there is one only. */
export function serviceAt(
  slices: readonly EndpointSlice[],
  { front }: Pick<SurveyEntry, 'front'>,
  address: string | undefined,
): string | undefined {
  if (front?.service === undefined || front.beside === undefined) return undefined
  const names = [front.service, ...front.beside.map(({ name }) => name)]
  return names.find((name) =>
    slicesOf(slices, name).some(({ endpoints }) =>
      endpoints?.some(({ addresses }) => addresses[0] === address),
    ),
  )
}

/** The endpoints of all ports of some entries, in all families: an answer may name its pod by any of its addresses. */
export function endpointsOfAll(
  slices: readonly EndpointSlice[],
  entries: readonly Pick<SurveyEntry, 'portName' | 'front'>[],
): Endpoint[] {
  const ports = new Map(
    entries
      .flatMap(({ front, portName }) => [{ name: front?.service, portName }, ...(front?.beside ?? [])])
      .map((one) => [`${one.name ?? ''} ${one.portName ?? ''}`, one]),
  )
  const all = [...ports.values()].flatMap(({ portName, name }) =>
    endpointsOfPort(slicesOf(slices, name), portName),
  )
  // Ports of one pod have its address in common.
  const distinct = new Map(all.map((endpoint) => [`${endpoint.address} ${endpoint.pod ?? ''}`, endpoint]))
  return ports.size === 1 ? all : [...distinct.values()]
}
