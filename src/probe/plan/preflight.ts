import { slicesSelector } from '../../model/cluster/external.ts'
import { type Endpoint, endpointsOfPort } from '../../model/cluster/endpoint.ts'
import { familyOf } from '../../model/common/network/ip.ts'
import type { EndpointSlice, Service, ServicePort } from '../../model/cluster/kubernetes.ts'
import { servicePolicy } from '../../model/affinity/policy.ts'
import type { ProbedService } from '../../model/probe/results/probe-result.ts'
import { type Hint, UserError } from '../../model/common/user-error.ts'

/** A Service that can be probed, and where it leads. */
export interface ProbeSubject {
  service: ProbedService
  appProtocol?: string
  /** The endpoints of the probed port, ready or not, of the address family that the cluster IP is of. */
  endpoints: Endpoint[]
  /** `internalTrafficPolicy: Local`: a proxy uses the endpoints on its own node only. */
  localOnly: boolean
  /** Further Services behind the same way in. */
  others?: readonly ProbedService[]
  /** Of all ports of the Service, and of the others. */
  slices: readonly EndpointSlice[]
  ports: readonly ServicePort[]
}

/**
 * Checks that a Service can be probed through its cluster IP and picks the port.
 * Throws UserError with the reason and what to do: no cluster IP, no such port, SCTP, nobody ready to answer.
 */
export function examineService(
  service: Service,
  slices: readonly EndpointSlice[],
  portWord: string | undefined,
  protocol?: 'TCP' | 'UDP',
  allPorts?: boolean,
): ProbeSubject {
  const name = service.metadata.name
  const { spec } = service
  if (spec.type === 'ExternalName') {
    throw new UserError(
      `service/${name} is of type ExternalName: its name leads to "${spec.externalName ?? ''}" by DNS, and what is there decides: there is no affinity here to probe`,
    )
  }
  if (spec.clusterIP === 'None') {
    throw new UserError(
      `service/${name} is headless (clusterIP: None): clients pick a pod by DNS themselves, so sessionAffinity has no effect and there is nothing to probe`,
    )
  }
  if (!spec.clusterIP) {
    throw new UserError(`service/${name} has no cluster IP yet`, { hints: ['try again in a moment'] })
  }
  const { clusterIP } = spec
  const behind = (port: ServicePort): Endpoint[] =>
    ofFamily(endpointsOfPort(slices, port.name, protocolOf(port)), clusterIP)
  const isReady = (port: ServicePort): boolean => behind(port).some(({ ready }) => ready)
  const all = spec.ports ?? []
  const leading = allPorts === true ? all.filter(isReady) : []
  const port = choosePort(name, leading.length === 0 ? all : leading, portWord, protocol)
  const endpoints = behind(port)
  if (!isReady(port)) {
    throw new UserError(`service/${name} ${whyNoEndpoints(service, slices, port, familyOf(clusterIP))}`, {
      hints: endpointHints(service),
    })
  }
  return {
    service: {
      namespace: service.metadata.namespace ?? 'default',
      name,
      type: spec.type ?? 'ClusterIP',
      clusterIP,
      port: port.port,
      ...(port.name === undefined ? {} : { portName: port.name }),
      protocol: protocolOf(port) === 'UDP' ? 'UDP' : 'TCP',
      policy: servicePolicy(service),
    },
    ...(port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol }),
    endpoints,
    localOnly: spec.internalTrafficPolicy === 'Local',
    slices,
    ports: spec.ports ?? [],
  }
}

/** The endpoints that are reached through a cluster IP: those of its address family. */
export function ofFamily(endpoints: readonly Endpoint[], clusterIP: string): Endpoint[] {
  const family = familyOf(clusterIP)
  return endpoints.filter((endpoint) => endpoint.family === family)
}

function protocolOf(port: ServicePort): string {
  return port.protocol ?? 'TCP'
}

/** The port that is meant. One number may be two ports, of TCP and UDP: TCP unless the other is asked for. */
export function choosePort(
  service: string,
  ports: readonly ServicePort[],
  word: string | undefined,
  asked: 'TCP' | 'UDP' | undefined,
): ServicePort {
  const hints: Hint[] = [portList(ports)]
  const meant =
    word === undefined ? ports : ports.filter((port) => String(port.port) === word || port.name === word)
  for (const protocol of asked === undefined ? ['TCP', 'UDP'] : [asked]) {
    const found = meant.find((port) => protocolOf(port) === protocol)
    if (found !== undefined) return found
  }
  if (word === undefined) {
    const wanted = asked ?? 'TCP or UDP'
    throw new UserError(`service/${service} has no ${wanted} port, and only TCP and UDP can be probed`, {
      hints,
    })
  }
  const [other] = meant
  if (other === undefined) hints.push(...ports.flatMap((port) => otherNumber(port, word)))
  throw new UserError(
    other === undefined
      ? `service/${service} has no port "${word}"`
      : `port "${word}" of service/${service} is ${protocolOf(other)}, ${asked === undefined ? 'and only TCP and UDP can be probed' : `not ${asked}`}`,
    { hints },
  )
}

/** A number that is not the port of the Service but belongs to it. */
function otherNumber({ port, nodePort, targetPort }: ServicePort, word: string): Hint[] {
  if (String(nodePort) === word)
    return [
      {
        remedy: 'name-port',
        port: `${word} is the node port of ${port}`,
        example: String(port),
        by: 'node-port',
      },
    ]
  return String(targetPort) === word
    ? [{ remedy: 'name-port', port: `${word} is the port of the pods behind ${port}`, example: String(port) }]
    : []
}

function portList(ports: readonly ServicePort[]): string {
  if (ports.length === 0) return 'the Service has no ports'
  const words = ports.map(
    (port) => `${port.name === undefined ? '' : `${port.name} `}${port.port}/${port.protocol ?? 'TCP'}`,
  )
  return `its ports: ${words.join(', ')}`
}

/** Why nobody is ready behind a port in a family; a sentence whose subject is the Service. */
export function whyNoEndpoints(
  { spec }: Service,
  slices: readonly EndpointSlice[],
  port: ServicePort,
  family: Endpoint['family'],
): string {
  const which = `for its port ${port.name ?? port.port}`
  const ofPort = endpointsOfPort(slices, port.name, protocolOf(port))
  const endpoints = ofPort.filter((endpoint) => endpoint.family === family)
  if (endpoints.length > 0)
    return `has no ready endpoints: none of its ${endpoints.length} is ready to answer`
  if (ofPort.length > 0)
    return `has no endpoints of ${family}${family === familyOf(spec.clusterIP ?? '') ? ', the family of its cluster IP' : ''}`
  const addresses = slices.flatMap((slice) => slice.endpoints ?? []).length
  if (addresses === 0) return 'has no endpoints'
  if (endpointsOfPort(slices, port.name).length > 0)
    return `has no endpoints ${which}: its EndpointSlices do not have it for ${protocolOf(port)}`
  // A target port by a name that no container has is left out of the slices.
  if (typeof port.targetPort === 'string' && Object.keys(spec.selector ?? {}).length > 0)
    return `has no endpoints ${which}: ${addresses === 1 ? 'the pod that it selects has no port' : `none of the ${addresses} pods that it selects has a port`} named ${port.targetPort} of ${port.protocol ?? 'TCP'}`
  const names = new Set(slices.flatMap((slice) => slice.ports ?? []).map(({ name }) => name ?? ''))
  return `has no endpoints ${which}: its EndpointSlices name the port ${[...names].map((name) => `"${name}"`).join(', ') || 'not at all'}, and the names must be the same`
}

function endpointHints(service: Service): string[] {
  const namespace = service.metadata.namespace ?? 'default'
  const { selector } = service.spec
  if (selector === undefined || Object.keys(selector).length === 0) {
    return [
      `see its EndpointSlices:  kubectl get endpointslices -n ${namespace} -l ${slicesSelector(service.metadata.name)}`,
    ]
  }
  const labels = Object.entries(selector).map(([key, value]) => `${key}=${value}`)
  return [`see the pods that it selects:  kubectl get pods -n ${namespace} -l ${labels.join(',')}`]
}
