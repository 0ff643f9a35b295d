import { familyOf, parseIp } from '../../../model/common/network/ip.ts'
import { type Endpoint, endpointsOfPort } from '../../../model/cluster/endpoint.ts'
import type { EndpointSlice, Service, ServicePort } from '../../../model/cluster/kubernetes.ts'
import type { EndpointCount, OutsideEndpoint } from '../../../model/findings/explanation.ts'
import { mirrorController, originsIn, sliceManagerLabel } from '../../../model/cluster/external.ts'
import type { Fact } from '../../../model/cluster/store.ts'
import { countEndpoints, hasSelector, isProxied, type Subject } from '../analyzer.ts'
import type { Inputs } from '../facts.ts'
import { onceFor } from '../../kit/objects/once.ts'
import { defined } from '../../../model/common/values.ts'

/** The address families of a Service; undefined where that is up to the cluster. */
export const familiesOf = onceFor(({ spec }: Service): ReadonlySet<Endpoint['family']> | undefined => {
  const { ipFamilies = [], clusterIPs = [], clusterIP, ipFamilyPolicy } = spec
  if (ipFamilyPolicy === 'RequireDualStack') return new Set(['IPv4', 'IPv6'])
  if (ipFamilies.length > 0) return new Set(ipFamilies)
  const addresses = [...clusterIPs, clusterIP ?? ''].filter((address) => parseIp(address) !== undefined)
  return addresses.length === 0 ? undefined : new Set(addresses.map(familyOf))
})

/** By port: the way and half a dozen analyzers ask for those of the same Service. */
const known = onceFor((_slices: readonly EndpointSlice[]) => new Map<string, Endpoint[]>())

/** The endpoints that proxies find for every port of a Service; the same pod counts once for each port. */
export function portEndpoints(service: Service, slices: readonly EndpointSlice[]): Endpoint[] {
  return (service.spec.ports ?? []).flatMap((port) => endpointsOf(service, port, slices))
}

/** Those of one port: by its name and protocol, in the families that the Service has. */
export function endpointsOf(
  service: Service,
  { name, protocol = 'TCP' }: Pick<ServicePort, 'name' | 'protocol'>,
  slices: readonly EndpointSlice[],
): readonly Endpoint[] {
  const families = familiesOf(service)
  const key = `${name ?? ''} ${protocol} ${families === undefined ? '' : [...families].join(' ')}`
  const before = known(slices).get(key)
  if (before !== undefined) return before
  const all = endpointsOfPort(slices, name, protocol)
  const found = families === undefined ? all : all.filter(({ family }) => families.has(family))
  known(slices).set(key, found)
  return found
}

/** What the name of a headless Service leads to: every endpoint, also one whose port nobody has (coredns/coredns, object/endpoint.go). */
function namedEndpoints(slices: readonly EndpointSlice[]): Endpoint[] {
  return endpointsOfPort(
    slices.map((slice) => ({ ...slice, ports: [{ port: 0 }] })),
    undefined,
  )
}

/** The pods and addresses that are ready, whether they have the ports of a Service or not. */
export function countReady(slices: readonly EndpointSlice[]): number {
  return countEndpoints(namedEndpoints(slices).filter(({ ready }) => ready))
}

/** Endpoints of a Service that selects no pods, as long as they are none. */
export function outsideEndpoints(subject: Subject, slices: Fact<Inputs['slices']>): OutsideEndpoint[] {
  if (!slices.known || hasSelector(subject) || !isProxied(subject)) return []
  const origins = new Map(slices.value.flatMap((slice) => [...originsIn(slice)]))
  const all = portEndpoints(subject.service, slices.value)
  return all
    .filter(({ pod }) => pod === undefined)
    .map(({ address, port, ready }) => {
      const origin = origins.get(address)
      return defined({ address, port, ready, origin })
    })
}

/** How many endpoints there are at the end of every way; undefined where they could not be read. */
export function countedEndpoints(
  { service }: Subject,
  slices: Fact<Inputs['slices']>,
  listed: Fact<Inputs['listed']>,
): EndpointCount | undefined {
  if (!listed.known || service.spec.type === 'ExternalName') return undefined
  // The same list again, for which the ends of the ways are known.
  const counted = slices.known ? listed.value : listed.value.filter((slice) => !isOverwritten(slice))
  if (!slices.known && counted.length === 0) return undefined
  const all = service.spec.clusterIP === 'None' ? namedEndpoints(counted) : portEndpoints(service, counted)
  const ready = all.filter((endpoint) => endpoint.ready)
  const nodes = new Set(ready.flatMap(({ node }) => (node === undefined ? [] : [node])))
  return {
    ready: countEndpoints(ready),
    total: countEndpoints(all),
    nodes: nodes.size,
    ...(slices.known ? {} : { besidesSelected: true as const }),
  }
}

/** Endpoints beside a selector: the controller writes the pods into them. */
export function isOverwritten({ kind, metadata: { labels } }: EndpointSlice): boolean {
  return (kind as string | undefined) === 'Endpoints' && labels?.[sliceManagerLabel] === mirrorController
}
