import { type Cidr, familyOf, parseCidr, parseIp } from '../model/common/network/ip.ts'
import { checkLabels, checkMetadata } from './metadata.ts'
import { keyed, type Refusals } from './refusal.ts'
import { listAt, textAt, type Tree, treeAt, treesAt } from './value.ts'
import { dnsLabel, dnsSubdomain, endpointAddress, ipAddress, portName, qualifiedName, time } from './words.ts'

const topologyAnnotations = [
  'service.kubernetes.io/topology-mode',
  'service.kubernetes.io/topology-aware-hints',
] as const
const sourceRanges = 'service.beta.kubernetes.io/load-balancer-source-ranges'

/** ValidateServiceCreate (k8s.io/kubernetes v1.36, pkg/apis/core/validation/validation.go), after its defaults. */
export function checkService(service: Tree, out: Refusals): void {
  checkMetadata(service, dnsLabel, out)
  const spec = treeAt(service, 'spec') ?? {}
  const type = textAt(spec, 'type') ?? 'ClusterIP'
  checkType(spec, type, out)
  checkPorts(spec, type, out)
  checkLabels('spec.selector', treeAt(spec, 'selector'), out)
  if (type !== 'ExternalName') checkAddresses(spec, out)
  for (const [index, ip] of listAt(spec, 'externalIPs').entries())
    out.text(`spec.externalIPs[${index}]`, ip, endpointAddress)
  checkBalancer(service, spec, type, out)
  checkExternalPolicy(spec, type, out)
  checkTopology(service, out)
  for (const [index, { lastTransitionTime }] of treesAt(
    treeAt(service, 'status') ?? {},
    'conditions',
  ).entries())
    out.text(`status.conditions[${index}].lastTransitionTime`, lastTransitionTime, time)
}

const isHeadless = (spec: Tree): boolean =>
  spec['clusterIP'] === 'None' || listAt(spec, 'clusterIPs')[0] === 'None'

function checkType(spec: Tree, type: string, out: Refusals): void {
  if (isHeadless(spec) && (type === 'NodePort' || type === 'LoadBalancer'))
    out.value('spec.clusterIP', `clusterIP None: not with type ${type}`, 'remove clusterIP')
  if (type !== 'ExternalName') return
  const name = textAt(spec, 'externalName')?.replace(/\.$/, '')
  if (name === undefined || name === '')
    out.missing('spec', 'externalName', 'type ExternalName needs externalName')
  else out.text('spec.externalName', name, dnsSubdomain)
  const given = {
    clusterIP: textAt(spec, 'clusterIP'),
    clusterIPs: listAt(spec, 'clusterIPs')[0],
    ipFamilies: listAt(spec, 'ipFamilies')[0],
    ipFamilyPolicy: textAt(spec, 'ipFamilyPolicy'),
  }
  for (const [field, value] of Object.entries(given))
    if (value !== undefined)
      out.value(`spec.${field}`, `${field}: not with type ExternalName`, `remove ${field}`)
}

function checkPorts(spec: Tree, type: string, out: Refusals): void {
  const ports = treesAt(spec, 'ports')
  if (ports.length === 0 && !isHeadless(spec) && type !== 'ExternalName')
    out.missing('spec', 'ports', 'spec.ports is missing')
  const seen = { name: new Set<string>(), port: new Set<string>(), nodePort: new Set<string>() }
  for (const [index, port] of ports.entries()) {
    const path = `spec.ports[${index}]`
    const name = textAt(port, 'name')
    const protocol = textAt(port, 'protocol') ?? 'TCP'
    if (name === undefined && ports.length > 1) {
      const message = `${path}.name is missing: with several ports each needs one`
      out.missing(path, 'name', message)
    }
    out.text(`${path}.name`, name, dnsLabel)
    if (name !== undefined && seen.name.has(name))
      out.value(`${path}.name`, `name "${name}": two ports cannot have the same name`, 'rename one')
    if (name !== undefined) seen.name.add(name)
    if (port['port'] === 0) out.value(`${path}.port`, 'port 0: must be from 1 to 65535', 'give a port')
    const number = `${protocol} ${String(port['port'])}`
    if (typeof port['port'] === 'number' && seen.port.has(number))
      out.value(`${path}.port`, `port ${port['port']}: stands twice for ${protocol}`, 'remove one of them')
    seen.port.add(number)
    checkTargetPort(`${path}.targetPort`, port['targetPort'], out)
    out.text(`${path}.appProtocol`, port['appProtocol'], qualifiedName)
    const nodePort = port['nodePort']
    if (typeof nodePort !== 'number' || nodePort === 0) continue
    if (type === 'ClusterIP')
      out.value(
        `${path}.nodePort`,
        `nodePort ${nodePort}: not with type ClusterIP`,
        'set type: NodePort, or remove nodePort',
      )
    if (seen.nodePort.has(`${protocol} ${nodePort}`))
      out.value(
        `${path}.nodePort`,
        `nodePort ${nodePort}: stands twice for ${protocol}`,
        'change one of them',
      )
    seen.nodePort.add(`${protocol} ${nodePort}`)
  }
}

function checkTargetPort(path: string, target: unknown, out: Refusals): void {
  if (typeof target === 'string' && /^\d+$/.test(target))
    return out.value(
      path,
      `targetPort "${target}": a number goes without quotes`,
      `write ${target}, without quotes`,
    )
  // An empty text and 0 are what Go has where nothing was given: the port's own number.
  if (typeof target === 'string' && target !== '') out.text(path, target, portName)
  if (typeof target === 'number' && target !== 0 && (target < 1 || target > 65_535))
    out.value(path, `targetPort ${target}: must be from 1 to 65535`, 'use a number from 1 to 65535')
}

function checkAddresses(spec: Tree, out: Refusals): void {
  const families = listAt(spec, 'ipFamilies')
  for (const [index, family] of families.entries())
    if (families.indexOf(family) < index)
      out.value(`spec.ipFamilies[${index}]`, `ipFamilies: ${String(family)} stands twice`, 'remove one')
  if (families.length > 1 && (textAt(spec, 'ipFamilyPolicy') ?? 'SingleStack') === 'SingleStack')
    out.value(
      'spec.ipFamilyPolicy',
      'ipFamilyPolicy SingleStack (the default): not with two ipFamilies',
      'write PreferDualStack, or remove one of ipFamilies',
    )
  const first = textAt(spec, 'clusterIP')
  const all = listAt(spec, 'clusterIPs')
  if (first === undefined && all.length > 0)
    out.value('spec.clusterIPs', 'clusterIPs: only together with clusterIP', 'write clusterIP as well')
  if (first !== undefined && all.length > 0 && all[0] !== first)
    out.value('spec.clusterIPs', `clusterIPs: must begin with clusterIP, ${first}`, 'make the two agree')
  const asked = all.length > 0 ? all : first === undefined ? [] : [first]
  const path = (index: number): string => (all.length > 0 ? `spec.clusterIPs[${index}]` : 'spec.clusterIP')
  if (asked[0] === 'None') {
    if (asked.length > 1) out.value('spec.clusterIPs', 'clusterIPs: None stands alone', 'remove the others')
    return
  }
  const given = asked.filter((ip) => typeof ip === 'string')
  for (const [index, ip] of given.entries())
    if (/^none$/i.test(ip))
      out.value(path(index), `clusterIP "${ip}": must be an IP address or "None"`, 'write "None"')
    else out.text(path(index), ip, ipAddress)
  if (given.some((ip) => parseIp(ip) === undefined)) return
  if (given.length > 2) out.value('spec.clusterIPs', 'clusterIPs: two at most', 'remove the others')
  else if (given.length === 2 && familyOf(given[0] ?? '') === familyOf(given[1] ?? ''))
    out.value('spec.clusterIPs', 'clusterIPs: one of each family at most', 'remove one of them')
  for (const [index, ip] of given.entries()) {
    const family = families[index]
    if ((family === 'IPv4' || family === 'IPv6') && familyOf(ip) !== family)
      out.value(path(index), `clusterIP "${ip}": ipFamilies asks for ${family} here`, 'make the two agree')
  }
}

function checkBalancer({ metadata }: Tree, spec: Tree, type: string, out: Refusals): void {
  const isBalancer = type === 'LoadBalancer'
  const only = (field: string): void =>
    out.value(`spec.${field}`, `${field}: only with type LoadBalancer`, `remove ${field}`)
  const ranges = listAt(spec, 'loadBalancerSourceRanges')
  if (!isBalancer) {
    if (ranges.length > 0) only('loadBalancerSourceRanges')
    if (typeof spec['allocateLoadBalancerNodePorts'] === 'boolean') only('allocateLoadBalancerNodePorts')
    if (typeof spec['loadBalancerClass'] === 'string') only('loadBalancerClass')
  }
  for (const [index, range] of ranges.entries())
    out.text(`spec.loadBalancerSourceRanges[${index}]`, range, network)
  if (isBalancer) {
    out.text('spec.loadBalancerClass', spec['loadBalancerClass'], qualifiedName)
    if (ranges.length === 0) checkRangesAnnotation(metadata, out)
  }
}

function checkRangesAnnotation(metadata: unknown, out: Refusals): void {
  const annotations = treeAt({ ...(metadata as Tree) }, 'annotations') ?? {}
  const path = keyed('metadata.annotations', sourceRanges)
  for (const range of textAt(annotations, sourceRanges)?.split(',') ?? []) out.text(path, range, network)
}

/** The older annotation may stand beside the newer one, with the same value (ValidateServiceAnnotations). */
function checkTopology({ metadata }: Tree, out: Refusals): void {
  const annotations = treeAt({ ...(metadata as Tree) }, 'annotations') ?? {}
  const [mode, hints] = topologyAnnotations.map((key) => textAt(annotations, key))
  if (mode !== undefined && hints !== undefined && mode !== hints)
    out.value(
      keyed('metadata.annotations', topologyAnnotations[0]),
      `topology-mode "${mode}": not beside topology-aware-hints "${hints}"`,
      `remove the annotation ${topologyAnnotations[1]}`,
    )
}

/** A network whose bits of the host are 0, spaces around it allowed (IsValidCIDRForLegacyField, strict). */
const network = (text: string): string | undefined => {
  const trimmed = text.trim()
  const cidr = parseCidr(trimmed)
  const ip = parseIp(trimmed.split('/')[0] ?? '')
  return cidr === undefined || ip === undefined || !isExact(cidr, ip.value)
    ? 'must be a network such as 10.0.0.0/8, with no bits of hosts'
    : undefined
}

const isExact = ({ first }: Cidr, value: bigint): boolean => first === value

function checkExternalPolicy(spec: Tree, type: string, out: Refusals): void {
  const policy = textAt(spec, 'externalTrafficPolicy')
  const isReached =
    type === 'NodePort' ||
    type === 'LoadBalancer' ||
    (type === 'ClusterIP' && listAt(spec, 'externalIPs').length > 0)
  if (policy !== undefined && !isReached)
    out.value(
      'spec.externalTrafficPolicy',
      `externalTrafficPolicy: not with type ${type}`,
      'set type: NodePort or LoadBalancer, or remove it',
    )
  const port = spec['healthCheckNodePort']
  if (typeof port === 'number' && port !== 0 && !(type === 'LoadBalancer' && policy === 'Local'))
    out.value(
      'spec.healthCheckNodePort',
      'healthCheckNodePort: only with type LoadBalancer and externalTrafficPolicy Local',
      'remove it',
    )
}
