import { type Family, familyOf } from '../../model/ip.ts'
import type { Service, ServicePort } from '../../model/kubernetes.ts'
import { invalid } from '../failure.ts'
import type { AddressPlan } from '../network/address-plan.ts'
import { asText, isObject, type Resource } from '../resource.ts'
import { types } from '../resource-types.ts'
import type { Store } from '../store.ts'

/** What the API server fills in, hands out and checks on a Service. */

const defaultTimeoutSeconds = 10_800
const longestTimeoutSeconds = 86_400

type Cause = { reason: string; message: string; field: string }

/** SetDefaults_Service of pkg/apis/core/v1. */
export function withDefaults(object: Resource): Resource {
  const { spec = {} } = object as unknown as Partial<Service>
  const { sessionAffinityConfig, ...rest } = spec
  const { sessionAffinity = 'None', type = 'ClusterIP' } = spec
  const isOutside = type === 'NodePort' || type === 'LoadBalancer'
  const timeoutSeconds = sessionAffinityConfig?.clientIP?.timeoutSeconds ?? defaultTimeoutSeconds
  return {
    ...object,
    spec: {
      ...rest,
      ...(type === 'ExternalName' ? {} : { internalTrafficPolicy: spec.internalTrafficPolicy ?? 'Cluster' }),
      ...(isOutside ? { externalTrafficPolicy: spec.externalTrafficPolicy ?? 'Cluster' } : {}),
      ...(spec.ports === undefined ? {} : { ports: spec.ports.map((port) => portWithDefaults(port)) }),
      sessionAffinity,
      ...(sessionAffinity === 'ClientIP' ? { sessionAffinityConfig: { clientIP: { timeoutSeconds } } } : {}),
      type,
    },
    status: object['status'] ?? { loadBalancer: {} },
  }
}

const portWithDefaults = (port: ServicePort): ServicePort => ({
  ...port,
  protocol: port.protocol ?? 'TCP',
  targetPort: port.targetPort ?? port.port,
})

/** Hands out the cluster IP and node ports; keeps those that the Service had. */
export function withAddresses(
  object: Resource,
  before: Resource | undefined,
  store: Store,
  plan: AddressPlan,
): Resource {
  const { spec } = object as unknown as Service
  const old = (before as unknown as Service | undefined)?.spec
  if (spec.type === 'ExternalName') return object
  const others = store.list(types.services).filter(({ metadata }) => metadata.uid !== before?.metadata.uid)
  const used = others.map((other) => (other as unknown as Service).spec)
  const taken = new Set(used.flatMap(({ clusterIPs = [] }) => clusterIPs))
  const families = withFamilies(spec, old, (family) => freeAddress(plan, family, taken))
  const ports = new Set(used.flatMap((one) => (one.ports ?? []).map(({ nodePort }) => nodePort)))
  const wantsNodePorts = spec.type === 'NodePort' || spec.type === 'LoadBalancer'
  return {
    ...object,
    spec: {
      ...spec,
      ...families,
      ...(spec.ports === undefined
        ? {}
        : { ports: spec.ports.map((port) => withNodePort(port, wantsNodePorts, old?.ports ?? [], ports)) }),
    },
  }
}

/**
 * Families and addresses, each following from the others and from what the Service had: the first family stays, the
 * second one comes and goes with the policy (pkg/registry/core/service/storage/alloc.go).
 */
function withFamilies(
  spec: Service['spec'],
  old: Service['spec'] | undefined,
  free: (family: Family) => string,
): Partial<Service['spec']> {
  const given = spec.clusterIPs ?? (spec.clusterIP ? [spec.clusterIP] : (old?.clusterIPs ?? []))
  const isHeadless = given[0] === 'None'
  const [first = isHeadless || !given[0] ? 'IPv4' : familyOf(given[0])] =
    spec.ipFamilies ?? old?.ipFamilies ?? []
  const count = Math.max(spec.ipFamilies?.length ?? 0, given.length)
  const ipFamilyPolicy = spec.ipFamilyPolicy ?? (count > 1 ? 'RequireDualStack' : 'SingleStack')
  const second = first === 'IPv4' ? 'IPv6' : 'IPv4'
  const ipFamilies: Family[] = ipFamilyPolicy === 'SingleStack' ? [first] : [first, second]
  const clusterIPs = isHeadless ? ['None'] : ipFamilies.map((family, index) => given[index] || free(family))
  return { clusterIP: spec.clusterIP || clusterIPs[0]!, clusterIPs, ipFamilies, ipFamilyPolicy }
}

function freeAddress(plan: AddressPlan, family: Family, used: ReadonlySet<string>): string {
  const address = (host: number): string => plan.inFamily(plan.service(host), family)
  let host = 20
  while (used.has(address(host))) host += 1
  return address(host)
}

function withNodePort(
  port: ServicePort,
  wanted: boolean,
  old: readonly ServicePort[],
  used: Set<number | undefined>,
): ServicePort {
  if (!wanted) {
    const { nodePort: _, ...rest } = port
    return rest
  }
  let nodePort =
    port.nodePort || old.find((one) => one.port === port.port && one.protocol === port.protocol)?.nodePort
  if (nodePort === undefined) {
    nodePort = 30_000
    while (used.has(nodePort)) nodePort += 1
  }
  used.add(nodePort)
  return { ...port, nodePort }
}

/** validateService of pkg/apis/core/validation, as far as affinity and ports go. */
export function check(object: Resource, before: Resource | undefined): void {
  const { spec } = object as unknown as Service
  const old = (before as unknown as Service | undefined)?.spec
  const causes: Cause[] = []
  const ports = spec.ports ?? []
  if (ports.length === 0 && spec.clusterIP !== 'None' && spec.type !== 'ExternalName')
    causes.push(missing('spec.ports'))
  for (const [index, port] of ports.entries())
    causes.push(...portCauses(port, `spec.ports[${index}]`, ports.length > 1))
  unsupported(causes, 'spec.sessionAffinity', spec.sessionAffinity, ['ClientIP', 'None'])
  const seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds
  if (
    spec.sessionAffinity === 'ClientIP' &&
    !(Number(seconds) > 0 && Number(seconds) <= longestTimeoutSeconds)
  ) {
    const words = `must be greater than 0 and less than ${longestTimeoutSeconds}`
    causes.push(bad('spec.sessionAffinityConfig.clientIP.timeoutSeconds', seconds, words))
  }
  unsupported(causes, 'spec.type', spec.type, ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'])
  unsupported(causes, 'spec.ipFamilyPolicy', spec.ipFamilyPolicy, [
    'PreferDualStack',
    'RequireDualStack',
    'SingleStack',
  ])
  unsupported(causes, 'spec.internalTrafficPolicy', spec.internalTrafficPolicy, ['Cluster', 'Local'])
  unsupported(causes, 'spec.externalTrafficPolicy', spec.externalTrafficPolicy, ['Cluster', 'Local'])
  if (old?.clusterIP && spec.type !== 'ExternalName' && spec.clusterIP !== old.clusterIP)
    causes.push(bad('spec.clusterIPs[0]', [spec.clusterIP], 'may not change once set'))
  for (const [index, family] of (spec.ipFamilies ?? []).entries()) {
    const { [index]: address = 'None' } = spec.clusterIPs ?? []
    const words = `expected an ${family} value as indicated by \`ipFamilies[${index}]\``
    if (address !== 'None' && familyOf(address) !== family)
      causes.push(bad(`spec.clusterIPs[${index}]`, address, words))
  }
  if (causes.length > 0) throw invalid('Service', '', object.metadata.name, causes)
}

function portCauses(port: ServicePort, path: string, needsName: boolean): Cause[] {
  const causes: Cause[] = []
  if (needsName && !port.name) causes.push(missing(`${path}.name`))
  if (!(port.port > 0 && port.port < 65_536))
    causes.push(bad(`${path}.port`, port.port, 'must be between 1 and 65535, inclusive'))
  unsupported(causes, `${path}.protocol`, port.protocol, ['SCTP', 'TCP', 'UDP'])
  return causes
}

const missing = (field: string): Cause => ({ reason: 'FieldValueRequired', message: 'Required value', field })

const bad = (field: string, value: unknown, words: string): Cause => ({
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${JSON.stringify(value) ?? 'null'}: ${words}`,
  field,
})

function unsupported(causes: Cause[], field: string, value: unknown, allowed: readonly string[]): void {
  if (value === undefined || allowed.includes(asText(value))) return
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${allowed.map((word) => `"${word}"`).join(', ')}`
  causes.push({ reason: 'FieldValueNotSupported', message, field })
}

const specFields = new Set([
  'allocateLoadBalancerNodePorts',
  'clusterIP',
  'clusterIPs',
  'externalIPs',
  'externalName',
  'externalTrafficPolicy',
  'healthCheckNodePort',
  'internalTrafficPolicy',
  'ipFamilies',
  'ipFamilyPolicy',
  'loadBalancerClass',
  'loadBalancerIP',
  'loadBalancerSourceRanges',
  'ports',
  'publishNotReadyAddresses',
  'selector',
  'sessionAffinity',
  'sessionAffinityConfig',
  'trafficDistribution',
  'type',
])
const portFields = new Set(['appProtocol', 'name', 'nodePort', 'port', 'protocol', 'targetPort'])

/** Fields that no Service has, as `unknown field "spec.portocol"`; the server drops them, warns of them or refuses them. */
export function unknownFields(object: Resource): string[] {
  const { spec } = object
  if (!isObject(spec)) return []
  const ports = Array.isArray(spec['ports']) ? spec['ports'] : []
  return [
    ...Object.keys(spec)
      .filter((name) => !specFields.has(name))
      .map((name) => `spec.${name}`),
    ...ports.flatMap((port, index) =>
      isObject(port)
        ? Object.keys(port)
            .filter((name) => !portFields.has(name))
            .map((name) => `spec.ports[${index}].${name}`)
        : [],
    ),
  ].map((path) => `unknown field "${path}"`)
}

export function withoutUnknownFields(object: Resource): Resource {
  const { spec } = object
  if (!isObject(spec)) return object
  const keep = (value: object, known: ReadonlySet<string>): object =>
    Object.fromEntries(Object.entries(value).filter(([name]) => known.has(name)))
  const ports = Array.isArray(spec['ports'])
    ? { ports: spec['ports'].map((port) => keep(port, portFields)) }
    : {}
  return { ...object, spec: { ...keep(spec, specFields), ...ports } }
}
