import { existsSync, readdirSync } from 'node:fs'
import {
  allNodes,
  bridge,
  loadBalancerNetworks,
  nodeAddresses,
  nodeNetworks,
  outside,
  peer,
  peerNetworks,
  serviceNetworks,
  type Host,
  type Pair,
} from './addresses.ts'
import { nodeCgroup2 } from '../machine/cgroups.ts'
import { stateDir } from '../paths.ts'
import { hasCilium, presentState } from '../kubernetes/state.ts'
import { run, tryRun } from '../machine/process.ts'

const netnsFolder = '/run/netns'

/** Runs several `ip` commands at once, in a namespace or on the host. */
const ip = (commands: readonly string[], netns?: string): Promise<string> =>
  run('ip', [...(netns === undefined ? [] : ['-n', netns]), '-batch', '-'], { input: commands.join('\n') })

/** The command line that runs a program in one of the lab's network namespaces, with all else as on the host. */
export const inNetns = (netns: string, ...command: string[]): [string, ...string[]] => [
  'nsenter',
  `--net=${netnsFolder}/${netns}`,
  '--',
  ...command,
]

/** The same by the name of a node, or `outside` for the client outside the cluster. */
export function inPlace(place: string, ...command: string[]): [string, ...string[]] {
  const node = /^node([1-9]\d*)$/.exec(place)
  if (node === null && place !== 'outside') throw new Error(`no such place: ${place}; node1, … or outside`)
  if (node === null) return inNetns(outside.netns, ...command)
  const { netns, name } = nodeAddresses(Number(node[1]))
  const { proxy } = presentState()
  if (!hasCilium(proxy)) return inNetns(netns, ...command)
  // Cilium serves the sockets of those who are in the node's group.
  const join = 'echo 0 >"$0" && exec "$@"'
  return inNetns(netns, 'sh', '-c', join, `${nodeCgroup2(name)}/daemons/cgroup.procs`, ...command)
}

/** The `ip` commands for the routes to these networks, of both families, by way of one host. */
const routes = (networks: Pair, { addresses }: { addresses: Pair }): string[] => [
  `route add ${networks[0]} via ${addresses[0]}`,
  `route add ${networks[1]} via ${addresses[1]}`,
]

const assign = ([ipv4, ipv6]: Pair, link: string): string[] => [
  `addr add ${ipv4}/${prefix(nodeNetworks[0])} dev ${link}`,
  // Usable at once: nobody else is there to have the address already.
  `addr add ${ipv6}/${prefix(nodeNetworks[1])} dev ${link} nodad`,
]

const prefix = (network: string): string => network.replace(/.*\//, '')

/**
 * Lays the network: a bridge on the host, a namespace on it for each node and one for the outside client,
 * and the routes between them. Pod networks are reached through their nodes, as by a cloud's router.
 */
export async function layNetwork(count: number): Promise<void> {
  await ip([
    `link add ${bridge.link} type bridge`,
    // Says whose it is, to a lab with another state folder.
    `link set ${bridge.link} alias ${stateDir()}`,
    ...assign(bridge.addresses, bridge.link),
    `link set ${bridge.link} up`,
  ])
  const nodes = allNodes(count)
  for (const node of nodes) {
    await connect(node)
    const others = nodes.filter((other) => other !== node)
    await ip(
      others.flatMap((other) => routes(other.podNetworks, other)),
      node.netns,
    )
  }
  await connect(outside)
  const first = nodeAddresses(1)
  await ip(routes(loadBalancerNetworks, first), outside.netns)
  await ip([
    ...nodes.flatMap((node) => routes(node.podNetworks, node)),
    // The control plane calls admission webhooks by their Service's address.
    ...routes(serviceNetworks, first),
    ...routes(loadBalancerNetworks, first),
  ])
}

/** Makes a namespace and plugs it into the bridge. */
async function connect({ netns, veth, addresses }: Host): Promise<void> {
  await ip([
    `netns add ${netns}`,
    `link add ${veth} type veth peer name eth0 netns ${netns}`,
    `link set ${veth} master ${bridge.link} up`,
  ])
  await ip(
    [
      'link set lo up',
      ...assign(addresses, 'eth0'),
      'link set eth0 up',
      // Without a route that matches, the kernel refuses a Service's address before kube-proxy's rules see it.
      ...routes(['0.0.0.0/0', '::/0'], bridge),
    ],
    netns,
  )
}

/** Plugs the other cluster's addresses into the bridge, unless they are; the host may not be a router between them. */
export async function layPeerNetwork(count: number): Promise<void> {
  if (listNetns().includes(peer.netns)) return
  const nodes = allNodes(count)
  await connect(peer)
  await ip(
    [
      ...peerNetworks.map((network) => `route add local ${network} dev lo`),
      ...nodes.flatMap((node) => routes(node.podNetworks, node)),
    ],
    peer.netns,
  )
  for (const { netns } of [...nodes, outside]) await ip(routes(peerNetworks, peer), netns)
  await ip(routes(peerNetworks, peer))
}

/** There is room for one lab on a machine; another one must have been taken down. */
export async function refuseForeignLab(): Promise<void> {
  const owner = await bridgeOwner()
  if (owner !== undefined && owner !== stateDir())
    throw new Error(`network interface ${bridge.link} belongs to ${owner}: take that down first`)
}

/** The state folder of the lab that the bridge belongs to; undefined when there is no bridge. */
async function bridgeOwner(): Promise<string | undefined> {
  const { code, stdout } = await tryRun('ip', ['-json', 'link', 'show', bridge.link])
  if (code !== 0) return undefined
  const links: { ifalias?: string }[] = JSON.parse(stdout)
  return links[0]?.ifalias ?? 'something else'
}

/** Removes all that layNetwork made, also when only a part of it is there. */
export async function removeNetwork(): Promise<void> {
  const owner = await bridgeOwner()
  if (owner !== undefined && owner !== stateDir()) return
  const namespaces = listNetns().filter((name) => /^affinity-(node\d+|outside|peer)$/.test(name))
  const links = [bridge.link, outside.veth, peer.veth, ...namespaces.map(vethOf)]
  // The host's end of a pair is removed here, as a namespace takes its own end away only some time later.
  for (const link of links) await tryRun('ip', ['link', 'delete', link])
  for (const name of namespaces) await tryRun('ip', ['netns', 'delete', name])
  // ip made this folder a mount for the first namespace and will do so again.
  if (existsSync(netnsFolder) && listNetns().length === 0) {
    await tryRun('umount', [netnsFolder])
    await tryRun('rmdir', [netnsFolder])
  }
}

const vethOf = (netns: string): string => nodeAddresses(Number(/\d+$/.exec(netns)?.[0] ?? 0)).veth

function listNetns(): string[] {
  try {
    return readdirSync(netnsFolder)
  } catch {
    return []
  }
}
