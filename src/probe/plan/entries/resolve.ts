import type { Provider } from '../../../mechanisms/service/balancers/provider.ts'
import { balancerOf, type Hints } from '../../../mechanisms/service/balancers/recognise.ts'
import { familyOf } from '../../../model/common/network/ip.ts'
import type { Service, ServicePort } from '../../../model/cluster/kubernetes.ts'
import type { Fact } from '../../../model/cluster/store.ts'
import type {
  IpFamily,
  SurveyBalancer,
  SurveyEntry,
  UnaskedPort,
} from '../../../model/probe/results/survey.ts'
import { UserError } from '../../../model/common/user-error.ts'
import { commandFor, serviceTarget } from '../../../model/targets/command.ts'
import { type ServiceWay, waysInto } from '../../../model/cluster/ways.ts'
import { type AskedEntries, entryKinds } from './asked.ts'
import { type EntryNode, nodesHint } from './nodes.ts'

/** More are not asked: each takes its share of the run, and a table of them has to be read. */
export const mostEntries = 64

export interface FoundEntries {
  entries: SurveyEntry[]
  /** Sentences on what was left out, and why. */
  notes: string[]
  unasked?: UnaskedPort[]
}

type Kind = Exclude<SurveyEntry['kind'], 'gateway'>
type Bare = Omit<SurveyEntry, 'index'>

interface EntryInputs {
  service: Service
  ports: readonly ServicePort[]
  families: readonly IpFamily[]
  nodes: Fact<readonly EntryNode[]>
  ways: readonly ServiceWay[]
  /** Who makes its load balancer, where anybody is recognised. */
  provider: Provider | undefined
}

/** Entries of one kind, and what keeps others away; without entries the first trouble is why. */
interface EntriesOfKind {
  entries: Bare[]
  troubles: Trouble[]
}

interface Trouble {
  why: string
  hints?: readonly string[]
}

/**
 * Where a client can enter a Service, from what its spec and status and the nodes say: each asked kind, for each of
 * `ports`, each node, each address family that is asked for. With `all`, kinds that the Service does not have are told
 * in the notes; a kind that is asked for by name and not there is a UserError.
 *
 * @param ports the ports to enter by, of one protocol
 * @param nodes asked for node ports only
 * @param hints on who makes its load balancer
 */
export function entriesOf(
  service: Service,
  ports: readonly ServicePort[],
  nodes: Fact<readonly EntryNode[]>,
  asked: AskedEntries,
  hints: Hints = {},
): FoundEntries {
  const inputs = {
    service,
    ports,
    families: familiesAsked(service, asked.family),
    nodes,
    ways: waysInto(service),
    provider: balancerOf(service, hints),
  }
  const kinds = entryKinds.filter((kind) => (asked.kinds === 'all' ? kind !== 'dns' : asked.kinds.has(kind)))
  const entries: Bare[] = []
  const notes: string[] = []
  for (const kind of kinds) {
    const found = finders[kind](inputs)
    if (found.entries.length === 0 && asked.kinds !== 'all') throw refusal(found.troubles[0], inputs)
    entries.push(...found.entries)
    notes.push(...found.troubles.map(({ why }) => why))
  }
  if (entries.length > mostEntries) {
    notes.push(
      `${entries.length - mostEntries} of ${entries.length} entries are left out: ${mostEntries} are asked at most`,
    )
  }
  return { entries: entries.slice(0, mostEntries).map((entry, index) => ({ index, ...entry })), notes }
}

/** The address families that a Service serves, its first one first. */
export function familiesOf({ spec }: Service): IpFamily[] {
  if (spec.ipFamilies !== undefined && spec.ipFamilies.length > 0) return spec.ipFamilies
  return [...new Set((spec.clusterIPs ?? [spec.clusterIP ?? '']).map(familyOf))]
}

function familiesAsked(service: Service, family: AskedEntries['family']): readonly IpFamily[] {
  const served = familiesOf(service)
  if (family === 'all') return served
  if (family === undefined) return served.slice(0, 1)
  if (served.includes(family)) return [family]
  const { name, namespace = 'default' } = service.metadata
  throw new UserError(`service/${name} has no ${family} address: its ipFamilies are ${served.join(', ')}`, {
    hints: [
      `where nodes and pods have both families:  kubectl patch service ${name} -n ${namespace} -p '{"spec":{"ipFamilyPolicy":"PreferDualStack"}}'`,
    ],
  })
}

const finders: Record<Kind, (inputs: EntryInputs) => EntriesOfKind> = {
  'cluster-ip': (inputs) => byAddress('cluster-ip', inputs),
  'load-balancer': (inputs) => byAddress('load-balancer', inputs),
  'external-ip': (inputs) => byAddress('external-ip', inputs),
  dns: ({ service, ports, families }) => {
    const { name, namespace = 'default' } = service.metadata
    // The name has all families of the Service, and the resolver of the client chooses one.
    const family = families[0] ?? 'IPv4'
    const host = `${name}.${namespace}.svc`
    return { entries: ports.map((port) => ({ kind: 'dns', host, family, ...portOf(port) })), troubles: [] }
  },
  'node-port': throughNodes,
}

/** Cluster IPs, load balancers and external IPs: an address of the Service's own and the Service's port. */
function byAddress(kind: Exclude<ServiceWay['kind'], 'node-port'>, inputs: EntryInputs): EntriesOfKind {
  const { ports, families, service } = inputs
  const own = inputs.ways.filter((way) => way.kind === kind)
  const hosts = own.flatMap(({ host, proxied }) => (host === undefined ? [] : [{ host, proxied }]))
  // A host name says nothing about families.
  const usable = hosts.filter(({ host }) => isName(host) || families.includes(familyOf(host)))
  const local = isLocal(service, kind)
  const provider = kind === 'load-balancer' ? inputs.provider : undefined
  const entries = ports.flatMap((port) =>
    usable.map(({ host, proxied }): Bare => ({
      kind,
      host,
      family: isName(host) ? (families[0] ?? 'IPv4') : familyOf(host),
      ...portOf(port),
      ...(local ? { policyLocal: true } : {}),
      ...(proxied === true ? { proxied } : {}),
      ...(provider === undefined ? {} : { balancer: toBalancer(provider, service) }),
    })),
  )
  if (entries.length > 0)
    return { entries, troubles: provider === undefined ? [] : balancerWords(provider, service) }
  return { entries, troubles: [whyNone(kind, inputs, hosts.length > 0, own.length > 0)] }
}

function toBalancer({ name, affinity, to, own, keptBy }: Provider, service: Service): SurveyBalancer {
  const keeps = keptBy?.(service) !== undefined
  return { name, affinity, to, ...(keeps ? { keeps } : own === undefined ? {} : { own }) }
}

/** What a load balancer that is there makes of affinity, beside picking a node for each connection. */
function balancerWords({ name, affinity, to, client, keptBy }: Provider, service: Service): Trouble[] {
  const kept = keptBy?.(service)
  const words =
    kept === undefined
      ? []
      : [`its own stickiness is on, by ${kept.by === 'cookie' ? 'a cookie' : 'the address'}`]
  if (service.spec.sessionAffinity === 'ClientIP') {
    if (affinity === 'refuses')
      words.push('refuses sessionAffinity, and is as it was made before (AFF-SVC-LB-REFUSED)')
    else if (to === 'pods') words.push('goes to the pods itself, past sessionAffinity (AFF-SVC-LB-BYPASSES)')
    else if (client === 'hidden')
      words.push(
        'connects with its own addresses: to sessionAffinity all who come through it are one client (AFF-SVC-LB-HIDES-CLIENTS)',
      )
    else if (affinity === 'ignores') words.push('does not read sessionAffinity: the nodes behind it do')
  }
  return words.length === 0 ? [] : [{ why: `${name}: ${words.join('; ')}` }]
}

function whyNone(
  kind: Exclude<ServiceWay['kind'], 'node-port'>,
  { service, families, provider }: EntryInputs,
  hasOthers: boolean,
  isPending: boolean,
): Trouble {
  const name = `service/${service.metadata.name}`
  if (hasOthers) return { why: `${name} has no ${words[kind]} of ${families.join(' or ')}` }
  if (kind === 'external-ip') return { why: `${name} has no external IP (spec.externalIPs)` }
  if (kind === 'cluster-ip') return { why: `${name} has no cluster IP` }
  if (!isPending)
    return { why: `${name} is of type ${service.spec.type ?? 'ClusterIP'} and has no load balancer` }
  const { namespace = 'default' } = service.metadata
  if (provider?.affinity === 'refuses' && service.spec.sessionAffinity === 'ClientIP') {
    return {
      why: `the load balancer of ${name} has no address: the cloud controller of the ${provider.name} refuses sessionAffinity ClientIP (AFF-SVC-LB-REFUSED)`,
      hints: [
        `switch it off:  ${commandFor('disable', serviceTarget({ namespace, name: service.metadata.name }))}`,
      ],
    }
  }
  return {
    why: `the load balancer of ${name} has no address yet (status.loadBalancer)`,
    hints: [`see why:  kubectl describe service ${service.metadata.name} -n ${namespace}`],
  }
}

function throughNodes({ service, ports, families, nodes }: EntryInputs): EntriesOfKind {
  const name = `service/${service.metadata.name}`
  const open = ports.filter(({ nodePort }) => nodePort !== undefined && nodePort !== 0)
  if (open.length === 0) {
    const which = ports.length === 1 ? `port ${ports[0]?.port ?? ''} of ${name}` : name
    return {
      entries: [],
      troubles: [{ why: `${which} has no node port (it is of type ${service.spec.type ?? 'ClusterIP'})` }],
    }
  }
  if (!nodes.known) {
    return {
      entries: [],
      troubles: [
        {
          why: `the addresses of the nodes cannot be read: ${nodes.why.detail ?? nodes.why.what}`,
          ...(nodes.why.reason === 'forbidden' ? { hints: nodesHint } : {}),
        },
      ],
    }
  }
  const troubles: Trouble[] = []
  const reached: { node: EntryNode; host: string; family: IpFamily }[] = []
  for (const node of nodes.value) {
    if (!node.ready) {
      troubles.push({ why: `${node.name} is not ready and left out` })
      continue
    }
    for (const family of families) {
      const host = node.addresses.find((address) => familyOf(address) === family)
      if (host === undefined) troubles.push({ why: `${node.name} has no ${family} address (InternalIP)` })
      else reached.push({ node, host, family })
    }
  }
  const local = isLocal(service, 'node-port')
  const entries = open.flatMap((port) =>
    reached.map(({ node, host, family }): Bare => ({
      kind: 'node-port',
      host,
      family,
      node: node.name,
      ...portOf(port),
      port: port.nodePort!,
      ...(local ? { policyLocal: true } : {}),
    })),
  )
  return { entries, troubles: nodes.value.length === 0 ? [{ why: 'the cluster has no nodes' }] : troubles }
}

function portOf({
  port,
  name,
  protocol,
}: ServicePort): Pick<Bare, 'port' | 'servicePort' | 'portName' | 'protocol'> {
  return {
    port,
    servicePort: port,
    ...(name === undefined || name === '' ? {} : { portName: name }),
    protocol: protocol === 'UDP' ? 'UDP' : 'TCP',
  }
}

/** Whether the traffic policy that counts for this kind of entry leaves a node with its own endpoints only. */
function isLocal({ spec }: Service, kind: Kind): boolean {
  const isInside = kind === 'cluster-ip' || kind === 'dns'
  return (isInside ? spec.internalTrafficPolicy : spec.externalTrafficPolicy) === 'Local'
}

function isName(host: string): boolean {
  return !host.includes(':') && !/^[\d.]+$/.test(host)
}

const words: Record<Exclude<ServiceWay['kind'], 'node-port'>, string> = {
  'cluster-ip': 'cluster IP',
  'load-balancer': 'load balancer address',
  'external-ip': 'external IP',
}

function refusal(trouble: Trouble | undefined, { ways }: EntryInputs): UserError {
  const kinds = new Set<Kind>(
    ways.filter(({ kind, host }) => host !== undefined || kind === 'node-port').map(({ kind }) => kind),
  )
  const has = entryKinds.filter((kind) => kinds.has(kind))
  return new UserError(trouble?.why ?? 'there is no such entry', {
    hints: trouble?.hints ?? [{ remedy: 'enter-by', ways: has }],
  })
}
