import type { Unknown } from '../../../../model/cluster/store.ts'
import { slicesSelector } from '../../../../model/cluster/external.ts'
import type { EndpointSlice, Service } from '../../../../model/cluster/kubernetes.ts'
import { isGlobal } from '../../proxies/cilium.ts'
import { countReady, endpointsOf, familiesOf, portEndpoints } from '../../endpoints/endpoints.ts'
import { countEndpoints, hasSelector, isProxied, isSticky, serviceAnalyzer } from '../../analyzer.ts'

/** What would have to be known of a Service that clusters share. */
export const elsewhere: Unknown = { what: 'endpoints of other clusters', reason: 'not-known' }

/** Whether there is anything to stick to. */
export const endpoints = serviceAnalyzer({
  codes: ['AFF-SVC-NO-ENDPOINTS', 'AFF-SVC-ONE-ENDPOINT'],
  inputs: ['slices'],
  hints: ['proxy'],
  applies: isProxied,
  analyse: (subject, { slices, proxy }, report) => {
    const { service, ref } = subject
    if (isGlobal(service, proxy)) {
      report.cannot('AFF-SVC-NO-ENDPOINTS', elsewhere)
      return report.cannot('AFF-SVC-ONE-ENDPOINT', elsewhere)
    }
    const all = portEndpoints(service, slices)
    const ready = countEndpoints(all.filter((endpoint) => endpoint.ready))
    if (ready === 0) {
      const total = countEndpoints(all)
      const unnamed = total > 0 ? undefined : withoutPort(service, slices)
      report('AFF-SVC-NO-ENDPOINTS', {
        message:
          unnamed ??
          (total > 0 ? `none of the ${total} endpoints is ready` : noEndpoints(hasSelector(subject))),
        why: 'Connections are refused or dropped, so there is nothing that affinity could keep.',
        ...(unnamed === undefined ? {} : { field: 'spec.ports' }),
        mend: [
          {
            deed: {
              kind: 'run',
              command: hasSelector(subject)
                ? `kubectl get pods -n ${ref.namespace} -l ${selectorOf(service)}`
                : `kubectl get endpointslices -n ${ref.namespace} -l ${slicesSelector(ref.name)}`,
            },
          },
        ],
      })
      return
    }
    if (!isSticky(subject)) return
    const ports = service.spec.ports ?? []
    const listed = countReady(slices)
    for (const [index, port] of ports.entries()) {
      const own = countEndpoints(endpointsOf(service, port, slices).filter((endpoint) => endpoint.ready))
      // Where all ports lead to the same one, it is said once.
      if (own !== 1 || (ready === 1 && index > 0)) continue
      const name = typeof port.targetPort === 'string' && listed > 1 ? port.targetPort : undefined
      report('AFF-SVC-ONE-ENDPOINT', {
        message: [
          ready === 1 ? 'there is' : `port ${port.name ?? port.port} has`,
          ' only one ready endpoint',
          name === undefined ? '' : `, as 1 of ${listed} ready pods has a port named ${name}`,
          ', so every client is on it with or without affinity',
        ].join(''),
        why: 'Affinity does nothing now. When pods are added, clients that are remembered stay on this one.',
        mend: [
          name !== undefined
            ? `give all pods a container port named ${name}, or set targetPort to its number`
            : hasSelector(subject)
              ? 'run two replicas or more'
              : 'add another backend',
        ],
        ...(name === undefined ? {} : { field: `spec.ports[${index}].targetPort` }),
      })
    }
  },
})

/** Of several ports, one that leads to nobody: no container has its target port by that name, or none of those is ready. */
export const portsWithoutEndpoints = serviceAnalyzer({
  codes: ['AFF-SVC-PORT-NO-ENDPOINTS'],
  inputs: ['slices'],
  hints: ['proxy'],
  applies: (subject) =>
    isProxied(subject) && hasSelector(subject) && (subject.service.spec.ports ?? []).length > 1,
  analyse: ({ service }, { slices, proxy }, report) => {
    if (isGlobal(service, proxy)) return report.cannot('AFF-SVC-PORT-NO-ENDPOINTS', elsewhere)
    const ports = (service.spec.ports ?? []).map((port) => {
      const ready = endpointsOf(service, port, slices).filter((endpoint) => endpoint.ready).length
      return { ...port, ready }
    })
    // Where nobody is ready at all, that is said.
    if (ports.every(({ ready }) => ready === 0)) return
    for (const [
      index,
      { port, name = String(port), targetPort, protocol = 'TCP', ready },
    ] of ports.entries()) {
      if (ready > 0) continue
      const isNamed = typeof targetPort === 'string'
      report('AFF-SVC-PORT-NO-ENDPOINTS', {
        message: `port ${name} has no ready endpoint${isNamed ? `: no ready pod has a container port named ${targetPort} of ${protocol}` : ''}`,
        why: 'Connections to it are refused, while those to the other ports are answered.',
        mend: [
          isNamed ? 'set targetPort to a port that the containers have' : 'look at the readiness of the pods',
        ],
        field: `spec.ports[${index}]${isNamed ? '.targetPort' : ''}`,
      })
    }
  },
})

/**
 * Endpoints that are there although no port leads to them: a target port by a name that no container has is left out of
 * the slices (kubernetes/endpointslice, FindPort), and one that people name otherwise belongs to no port.
 */
function withoutPort(service: Service, slices: readonly EndpointSlice[]): string | undefined {
  const { spec } = service
  const pods = new Set(
    slices.flatMap(({ endpoints }) =>
      (endpoints ?? []).map(({ targetRef, addresses }) => targetRef?.name ?? addresses[0]),
    ),
  )
  const names = (spec.ports ?? []).flatMap(({ targetPort, protocol = 'TCP' }) =>
    typeof targetPort === 'string' ? [`${targetPort} of ${protocol}`] : [],
  )
  const hasPorts = slices.some(({ ports }) => (ports ?? []).length > 0)
  if (pods.size === 0) return undefined
  const other = otherFamilies(service, slices)
  if (other !== undefined) return other
  if (hasPorts) {
    const listed = pods.size === 1 ? '1 endpoint is' : `${pods.size} endpoints are`
    return `${listed} listed, and none for a port of the Service: their ports have other names or protocols`
  }
  if (Object.keys(spec.selector ?? {}).length === 0)
    return `${pods.size === 1 ? '1 endpoint is' : `${pods.size} endpoints are`} listed, without any port`
  const matched =
    pods.size === 1 ? '1 pod matches the selector, and it' : `${pods.size} pods match the selector, and none`
  const lacks =
    names.length === 0
      ? 'has a port that the Service leads to'
      : `has a port named ${[...new Set(names)].join(' or ')}`
  return pods.size === 1 ? `${matched} ${lacks.replace('has a', 'has no')}` : `${matched} ${lacks}`
}

/** A proxy reads slices of the families that the Service has (kubernetes/kubernetes pkg/proxy, EndpointSliceCache). */
function otherFamilies(service: Service, slices: readonly EndpointSlice[]): string | undefined {
  const wanted = familiesOf(service)
  const listed = new Set(slices.flatMap(({ addressType }) => (addressType === 'FQDN' ? [] : [addressType])))
  if (wanted === undefined || listed.size === 0 || [...listed].some((family) => wanted.has(family)))
    return undefined
  return `the Service is of ${[...wanted].join(' and ')}, and all its endpoints are of ${[...listed].join(' and ')}`
}

function noEndpoints(isSelecting: boolean): string {
  return isSelecting
    ? 'there are no endpoints: the selector matches no pod that runs'
    : 'there are no endpoints: the Service has no selector and no EndpointSlice lists any'
}

function selectorOf({ spec: { selector = {} } }: Service): string {
  return Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(',')
}
