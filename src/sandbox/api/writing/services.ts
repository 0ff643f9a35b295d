import { contains, type Family, familyOf, parseCidr, parseIp } from '../../../model/common/network/ip.ts'
import type { Service, ServicePort } from '../../../model/cluster/kubernetes.ts'
import { type StatusCause, invalid } from '../../failure.ts'
import type { AddressPlan } from '../../network/address-plan.ts'
import { type Resource, types } from '../../objects/resource.ts'
import type { ObjectStore } from '../../objects/store.ts'
import { bad, refusalCauses } from './validate.ts'

/** What the API server fills in, hands out and checks on a Service. */

const defaultTimeoutSeconds = 10_800
const longestTimeoutSeconds = 86_400
const lowestNodePort = 30_000
const highestNodePort = 32_767

/** SetDefaults_Service of pkg/apis/core/v1. */
export function withDefaults(object: Resource): Resource {
  const { spec = {} } = object as unknown as Partial<Service>
  const { sessionAffinityConfig, ...rest } = spec
  const sessionAffinity = spec.sessionAffinity || 'None'
  const type = spec.type || 'ClusterIP'
  const isOutside = type === 'NodePort' || type === 'LoadBalancer'
  const timeoutSeconds = sessionAffinityConfig?.clientIP?.timeoutSeconds ?? defaultTimeoutSeconds
  return {
    ...object,
    spec: {
      ...rest,
      ...(type === 'ExternalName' ? {} : { internalTrafficPolicy: spec.internalTrafficPolicy || 'Cluster' }),
      ...(isOutside ? { externalTrafficPolicy: spec.externalTrafficPolicy || 'Cluster' } : {}),
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
  protocol: port.protocol || 'TCP',
  targetPort: port.targetPort || port.port,
})

/** Hands out the cluster IP and node ports; keeps those that the Service had. */
export function withAddresses(
  object: Resource,
  before: Resource | undefined,
  store: ObjectStore,
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
  for (const { nodePort } of spec.ports ?? []) ports.add(nodePort)
  const wantsNodePorts = spec.type === 'NodePort' || spec.type === 'LoadBalancer'
  const { externalTrafficPolicy, ...rest } = spec
  // Likewise (dropTypeDependentFields of pkg/registry/core/service).
  const isLeftOver =
    !wantsNodePorts && !spec.externalIPs?.length && externalTrafficPolicy === old?.externalTrafficPolicy
  return {
    ...object,
    spec: {
      ...rest,
      ...(externalTrafficPolicy === undefined || isLeftOver ? {} : { externalTrafficPolicy }),
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
  const ipFamilyPolicy = spec.ipFamilyPolicy || (count > 1 ? 'RequireDualStack' : 'SingleStack')
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
  const before = old.find((one) => one.port === port.port && one.protocol === port.protocol)?.nodePort
  if (!wanted) {
    // What the Service had before goes with its type; what somebody asks for is refused.
    const { nodePort: asked, ...rest } = port
    return asked === undefined || asked === 0 || asked === before ? rest : port
  }
  let nodePort = port.nodePort || before
  if (nodePort === undefined) {
    nodePort = lowestNodePort
    while (used.has(nodePort)) nodePort += 1
  }
  used.add(nodePort)
  return { ...port, nodePort }
}

/** Families and addresses that exclude each other, before what was not asked for is filled in. */
export function checkAsked(object: Resource): void {
  const causes = refusalCauses(object).filter(({ field }) => /^spec\.(ipFamil|clusterIPs?\b)/.test(field))
  if (causes.length > 0) throw invalid('Service', '', object.metadata.name, causes)
}

/**
 * Rules between fields: those of `explain -f`, and those for which one has to know the Service before and all others
 * (validateService of pkg/apis/core/validation).
 */
export function check(
  object: Resource,
  before: Resource | undefined,
  { others, plan, isDryRun }: { others: readonly Resource[]; plan: AddressPlan; isDryRun: boolean },
): void {
  const { spec } = object as unknown as Service
  const old = (before as unknown as Service | undefined)?.spec
  const causes = [
    ...refusalCauses(object),
    ...addressCauses(spec, old),
    ...strangeCauses(spec, plan),
    ...affinityCauses(spec),
    ...takenCauses(spec, others),
    // A dry run allocates no port, and so finds none that is out of range.
    ...(isDryRun ? [] : rangeCauses(spec)),
  ]
  if (causes.length > 0) throw invalid('Service', '', object.metadata.name, causes)
}

function addressCauses(spec: Service['spec'], old: Service['spec'] | undefined): StatusCause[] {
  const causes: StatusCause[] = []
  if (old?.clusterIP && spec.type !== 'ExternalName' && spec.clusterIP !== old.clusterIP)
    causes.push(bad('spec.clusterIPs[0]', [spec.clusterIP], 'may not change once set'))
  for (const [index, address] of (spec.clusterIPs ?? []).entries()) {
    const path = `spec.clusterIPs[${index}]`
    const family = spec.ipFamilies?.[index]
    if (address === 'None' || address === '') continue
    if (parseIp(address)?.text !== address)
      causes.push(bad(path, address, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'))
    else if (family !== undefined && familyOf(address) !== family)
      causes.push(bad(path, address, `expected an ${family} value as indicated by \`ipFamilies[${index}]\``))
  }
  if ((spec.clusterIPs?.length ?? 0) > 2)
    causes.push(bad('spec.clusterIPs', spec.clusterIPs, 'may only hold up to 2 values'))
  return causes
}

/** An address that is in no range of this cluster. */
function strangeCauses({ clusterIPs = [] }: Service['spec'], { serviceCidrs }: AddressPlan): StatusCause[] {
  const strange = clusterIPs.find((address) => {
    const ip = parseIp(address)
    return ip !== undefined && !serviceCidrs.some((range) => contains(parseCidr(range)!, ip))
  })
  if (strange === undefined) return []
  const words = `failed to allocate IP ${strange}: the provided IP (${strange}) is not in the valid range. The range of valid IPs is ${serviceCidrs.join(',')}`
  return [bad('spec.clusterIPs', clusterIPs, words)]
}

function affinityCauses({ sessionAffinity, sessionAffinityConfig }: Service['spec']): StatusCause[] {
  const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds
  if (sessionAffinity !== 'ClientIP' || (Number(seconds) > 0 && Number(seconds) <= longestTimeoutSeconds))
    return []
  const words = `must be greater than 0 and less than ${longestTimeoutSeconds}`
  return [bad('spec.sessionAffinityConfig.clientIP.timeoutSeconds', seconds, words)]
}

/** Addresses and node ports belong to one Service. */
function takenCauses(spec: Service['spec'], others: readonly Resource[]): StatusCause[] {
  const theirs = others.map((other) => (other as unknown as Service).spec)
  const addresses = new Set(theirs.flatMap(({ clusterIPs = [] }) => clusterIPs))
  const nodePorts = new Set(
    theirs.flatMap(({ ports = [] }) => ports.map(({ nodePort, protocol }) => `${protocol} ${nodePort}`)),
  )
  return [
    ...(spec.clusterIPs ?? []).flatMap((address, index) =>
      address !== 'None' && addresses.has(address)
        ? [
            bad(
              `spec.clusterIPs[${index}]`,
              address,
              'failed to allocate IP: provided IP is already allocated',
            ),
          ]
        : [],
    ),
    ...(spec.ports ?? []).flatMap(({ nodePort, protocol }, index) =>
      nodePort !== undefined && nodePorts.has(`${protocol} ${nodePort}`)
        ? [bad(`spec.ports[${index}].nodePort`, nodePort, 'provided port is already allocated')]
        : [],
    ),
  ]
}

function rangeCauses({ ports = [] }: Service['spec']): StatusCause[] {
  const words = `provided port is not in the valid range. The range of valid ports is ${lowestNodePort}-${highestNodePort}`
  return ports.flatMap(({ nodePort }, index) =>
    nodePort !== undefined && nodePort !== 0 && (nodePort < lowestNodePort || nodePort > highestNodePort)
      ? [bad(`spec.ports[${index}].nodePort`, nodePort, words)]
      : [],
  )
}
