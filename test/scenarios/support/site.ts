import type { ProxyMode } from '../../../src/sandbox/choices.ts'
import {
  gatewayAddresses,
  hasCilium,
  type GatewayName,
  images,
  kubectl,
  labKubeconfig,
  labStatusInTime,
  programs,
  proxiesFollow,
  restrictedUsers,
  type ServiceProxy,
  startApiServer,
  stopApiServer,
} from '../../lab/index.ts'

import { labPeer } from './lab-peer.ts'

/** What a cluster can do that not every cluster can; a scenario that needs more is skipped. */
export type Capability =
  | 'api server restarts'
  | 'restricted users'
  | 'several nodes'
  | 'real scheduling'
  /** Dozens of pods start in seconds. */
  | 'room for many clients'
  /** Namespaces enforce the standards of Pod Security. */
  | 'pod security'
  /** Addresses of both families. */
  | 'IPv6'
  /** The deprecated API, and the controller that mirrors it into EndpointSlices. */
  | 'Endpoints API'
  | 'custom resources'
  /** The machine that the tests run on reaches the nodes' addresses and those of load balancers. */
  | 'a way in from here'
  | 'cluster DNS'
  /** Objects are judged as an API server of Kubernetes does. */
  | 'validation'
  /** Containers of busybox's image have busybox's programs, wget and nc among them. */
  | 'busybox'
  /** Logs are rotated so early that a probe can outrun them. */
  | 'small logs'
  | 'UDP'
  /** Pods see the port that a client in a pod sends from. */
  | 'client ports'
  /** The proxy of a node has one memory of a client for all addresses of a Service, as kube-proxy has. */
  | 'a table for each node'
  /** It has one for each address, and serves its own pods whichever node they ask, as Cilium does. */
  | 'a table for each entry'
  | `gateway ${GatewayName}`
  /** Gateways are the programs that their names say, and what they were told can be read from them. */
  | 'real gateways'

/** What a scenario needs that uses this gateway; `gatewayAddress` of the site tells where it is. */
export const gateway = (name: GatewayName): Capability => `gateway ${name}`

/** Another cluster, whose load balancers have addresses that pods here can reach. */
export interface Peer {
  /** The flags that lead to it: `--from-context peer`. */
  flags: readonly string[]
  /** How the tool names it. */
  name: string
  kubectl(args: readonly string[], input?: string): Promise<string>
  /**
   * Makes a Service of type LoadBalancer, number n, and gives it its address unless that is to be pending. It answers
   * `backend[…]` on port 80, as no other number does.
   */
  balance(service: string, n: number, pending?: boolean): Promise<PeerBackend>
  stopApiServer(): Promise<void>
  startApiServer(): Promise<void>
}

export interface PeerBackend {
  address: string
  /** The same in IPv6. */
  ipv6: string
  /** What stands in the brackets, as far as it is known. */
  backend: RegExp
  /** Writes the address into the status of a Service, or takes it out. */
  setAddress(present: boolean): Promise<void>
}

/** A cluster that the scenarios run on. */
export interface Site {
  /** For the names of the tests: the kind of cluster and what is special about it. */
  name: string
  kubeconfig: string
  /** The folder of the kubectl that goes with it. */
  kubectlFolder: string
  /** Images that its nodes have. */
  images: {
    node: string
    busybox: string
    agnhost: string
    /** Has neither Node nor a shell, and runs when it is told nothing. */
    bare: string
  }
  nodes: readonly string[]
  /** Waits until the proxies on all nodes have followed the last change. */
  proxiesFollow(): Promise<void>
  /** Contexts of users who may do nothing until a scenario grants it; their names are the users'. */
  restrictedUsers: readonly string[]
  capabilities: ReadonlySet<Capability>
  /** The address of a gateway; throws when the cluster does not have it. */
  gatewayAddress(name: GatewayName): string
  /** Where it is reached from the machine that the tests run on. */
  reachedAt(name: GatewayName): string
  /**
   * True in one of the modes in which the suite runs on this cluster: what does not depend on the Service proxy is
   * tried there only.
   */
  isFirstMode: boolean
  /** Its proxy counts whole seconds: a timeout ends up to a second early. */
  countsSeconds: boolean
  /** Runs kubectl as the administrator and returns what it printed; throws when it fails. */
  kubectl(args: readonly string[], input?: string): Promise<string>
  /** The programs that run in a pod's first container beside the one that it is there for, a line each. */
  programsIn(namespace: string, pod: string): Promise<string[]>
  stopApiServer(): Promise<void>
  startApiServer(): Promise<void>
  /** Brings another cluster up, or returns the one that is. */
  peer(): Promise<Peer>
}

/** For a scenario that forgot to say what it needs. */
export function missingGateway(name: string): never {
  throw new Error(`this cluster has no gateway ${name}`)
}

/**
 * cilium-hostns has one for each entry as well, and leaves the ports of other nodes to these. Beside kube-proxy Cilium has
 * those of cluster IPs only.
 */
function tablesOf(proxy: ServiceProxy): Capability[] {
  if (!hasCilium(proxy)) return ['a table for each node']
  return ['cilium', 'cilium-maglev', 'cilium-dsr'].includes(proxy) ? ['a table for each entry'] : []
}

/** The lab, which must be up, in whichever proxy mode it is. */
async function labSite(): Promise<Site> {
  const { up, state, nodes, reason } = await labStatusInTime()
  if (!up || state === undefined) throw new Error(`the lab is not up (${reason}): npm run lab -- up`)
  const gateways = gatewayAddresses(state.gateways)
  return {
    name: hasCilium(state.proxy) ? `lab with ${state.proxy}` : `lab with kube-proxy in ${state.proxy} mode`,
    kubeconfig: labKubeconfig(),
    kubectlFolder: await programs('kubernetes'),
    images: { node: images.node, busybox: images.busybox, agnhost: images.agnhost, bare: images.pause },
    nodes: nodes.map(({ name }) => name),
    proxiesFollow: () =>
      proxiesFollow(
        state.proxy,
        nodes.map(({ name }) => name),
      ),
    restrictedUsers,
    capabilities: new Set<Capability>([
      'api server restarts',
      'restricted users',
      'real scheduling',
      'busybox',
      'pod security',
      'UDP',
      'client ports',
      ...tablesOf(state.proxy),
      ...(hasCilium(state.proxy) ? [] : (['IPv6'] as const)),
      'Endpoints API',
      'custom resources',
      'a way in from here',
      'cluster DNS',
      'validation',
      'real gateways',
      ...(/^\d+Ki$|^1Mi$/.test(state.logMaxSize) ? (['small logs'] as const) : []),
      ...(nodes.length > 1 ? (['several nodes'] as const) : []),
      ...[...gateways.keys()].map(gateway),
    ]),
    gatewayAddress: (name) => gateways.get(name) ?? missingGateway(name),
    reachedAt: (name) => gateways.get(name) ?? missingGateway(name),
    kubectl: (args, input) => kubectl(args, input === undefined ? {} : { input }),
    isFirstMode: state.proxy === 'iptables',
    countsSeconds: hasCilium(state.proxy),
    programsIn: async (namespace, pod) => {
      const script = 'for p in /proc/[0-9]*; do read -r s <$p/stat 2>/dev/null && echo "$s"; done'
      const lines = (await kubectl(['-n', namespace, 'exec', pod, '--', 'sh', '-c', script]))
        .trim()
        .split('\n')
      // Without the first one and the one that lists them.
      return lines.filter((line) => !line.startsWith('1 (') && !/ \(sh\) R /.test(line))
    },
    stopApiServer,
    startApiServer,
    peer: labPeer,
  }
}

async function chosenSite(): Promise<Site> {
  const [kind = 'lab', proxy = 'iptables'] = process.env['KUBECTL_AFFINITY_SITE']?.split('/') ?? []
  if (kind === 'lab') return await labSite()
  const { sandboxSite } = await import('./sandbox-site.ts')
  return await sandboxSite(proxy as ProxyMode)
}

/** The cluster of this run: the lab, or with KUBECTL_AFFINITY_SITE=sandbox or sandbox/nftables the sandbox. */
export const site: Site = await chosenSite()
