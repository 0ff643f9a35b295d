import { isDeepStrictEqual } from 'node:util'
import {
  allNodes,
  clusterDomain,
  dnsService,
  kubernetesService,
  maxNodes,
  type NodeAddresses,
} from '../nodes/addresses.ts'
import { dnsAddon } from '../addons/dns.ts'
import { ciliumAddon, ciliumImage, ciliumKinds } from '../addons/cilium.ts'
import { proxyAddon, proxyConfigMap } from '../addons/proxy.ts'
import { install as installPackages } from '../machine/apt.ts'
import { killLabProcesses, removeLabCgroups } from '../machine/cgroups.ts'
import { startControlPlane } from './control-plane.ts'
import { writeCredentials } from './credentials.ts'
import { changeGateways, prepareGateways } from '../gateways/change.ts'
import type { GatewayName } from '../gateways/list.ts'
import { imageFile } from '../images/archive.ts'
import { imageArchives } from '../images/list.ts'
import { applyObjects, kubectl, tryKubectl } from './kubectl.ts'
import { exclusively } from '../machine/lock.ts'
import { inPlace, layNetwork, refuseForeignLab, removeNetwork } from '../nodes/network.ts'
import { startNode } from '../nodes/node.ts'
import { makeKeys } from './pki.ts'
import { tryRun, waitFor, waitForDaemon, type Daemon } from '../machine/process.ts'
import { programs } from '../programs.ts'
import { progress, step } from '../machine/progress.ts'
import {
  hasCilium,
  kubeProxyMode,
  removeState,
  stateFormat,
  writeState,
  type LabState,
  type Parts,
  type ServiceProxy,
} from './state.ts'
import { labStatusInTime } from './status.ts'

export interface LabOptions {
  /** How many nodes; 2 when not given. */
  nodes?: number
  /** Who serves Services; kube-proxy in iptables mode when not given. */
  proxy?: ServiceProxy
  /** When the kubelet rotates a container's log; 10Mi, Kubernetes' default, when not given. */
  logMaxSize?: string
  /** The gateways that it has beside the cluster; none when not given. */
  gateways?: readonly GatewayName[]
  /** How many pods each gateway has; 1 when not given. */
  gatewayReplicas?: number
}

/** Brings the lab up as asked. One that is up already is kept, or changed when that suffices. */
export async function labUp(options: LabOptions = {}): Promise<void> {
  requireRoot()
  const { nodes = 2, proxy = 'iptables', logMaxSize = '10Mi' } = options
  if (!Number.isInteger(nodes) || nodes < 1 || nodes > maxNodes)
    throw new Error(`the lab can have 1 to ${maxNodes} nodes`)
  await exclusively(async () => {
    await installPackages()
    await refuseForeignLab()
    const parts = await buildParts(proxy)
    const gateways = await prepareGateways(options.gateways ?? [], { replicas: options.gatewayReplicas ?? 1 })
    await change({ format: stateFormat, nodes, proxy, logMaxSize, parts, gateways: {}, complete: true })
    await changeGateways(gateways)
  })
}

/** Makes the cluster as it is wanted, in the quickest way; the gateways of one that is kept stay. */
async function change(wanted: LabState): Promise<void> {
  const { up, state: present } = await labStatusInTime()
  const what = `${wanted.nodes} nodes, ${wanted.proxy}`
  if (up && present !== undefined && sameBut(wanted, present)) {
    if (present.proxy === wanted.proxy) return progress(`already up: ${what}`)
    if (!hasCilium(wanted.proxy))
      return step(`switched kube-proxy to ${wanted.proxy}`, () =>
        switchProxy({ ...wanted, gateways: present.gateways }),
      )
  }
  await step('cleared what was there', clear)
  await step(`up: ${what}`, () => bringUp(wanted))
}

/** Takes the lab down, however much of it there is; nothing stays. */
export async function labDown(): Promise<void> {
  requireRoot()
  await exclusively(() => step('down', clear))
}

/** Builds the programs and images of a cluster; quick when the cache has them. */
async function buildParts(proxy: ServiceProxy): Promise<Parts> {
  // One after the other: each build uses all processors.
  const kubernetes = await programs('kubernetes')
  const runtime = await programs('runtime')
  const dns = await programs('dns')
  const images = await imageArchives({ kubeProxy: kubeProxyMode(proxy) !== undefined })
  if (!hasCilium(proxy)) return { programs: { kubernetes, runtime, dns }, images }
  const cilium = await programs('cilium')
  return { programs: { kubernetes, runtime, dns, cilium }, images: [...images, await imageFile(ciliumImage)] }
}

/** Builds what a lab with this proxy and these gateways needs into the cache, and what its tests do. The lab may be in use. */
export async function build(proxy: ServiceProxy, gateways: readonly GatewayName[]): Promise<void> {
  await exclusively(installPackages)
  await buildParts(proxy)
  await prepareGateways(gateways, { replicas: 1 })
  await programs('load')
  await programs('e2e')
}

function requireRoot(): void {
  if (process.getuid?.() !== 0)
    throw new Error('the lab needs root: it makes network namespaces, mounts and cgroups')
}

const sameBut = (a: LabState, b: LabState): boolean =>
  a.nodes === b.nodes && a.logMaxSize === b.logMaxSize && isDeepStrictEqual(a.parts, b.parts)

async function clear(): Promise<void> {
  await killLabProcesses()
  await removeLabCgroups()
  await removeNetwork()
  removeState()
}

async function bringUp(wanted: LabState): Promise<void> {
  // Written first: whatever happens from here on, the next `up` or `down` knows that there is something.
  writeState({ ...wanted, complete: false })
  const nodes = allNodes(wanted.nodes)
  await layNetwork(wanted.nodes)
  await makeKeys()
  writeCredentials(wanted.nodes)
  // The nodes import images while the control plane starts.
  const starting = nodes.map((node) => ({ node, daemon: startNode({ ...wanted, addresses: node }) }))
  const addons = addonObjects(wanted.proxy)
  await step('control plane', startControlPlane)
  await Promise.all([registerNodes(nodes), applyObjects(await addons)])
  await step('nodes ready', async () => {
    for (const { node, daemon } of starting) await waitForNode(node, daemon)
  })
  await step('Services and DNS answer on every node', async () => {
    await Promise.all(nodes.map((node) => waitForServices(node, wanted.proxy)))
  })
  await waitFor('the default service account', 30, async () => {
    const { code } = await tryKubectl(['get', 'serviceaccount', 'default', '-n', 'default'])
    return code === 0
  })
  writeState(wanted)
}

/** What runs in the cluster and makes it one. Cilium's agent waits by itself until its kinds are there. */
async function addonObjects(proxy: ServiceProxy): Promise<object[]> {
  const mode = kubeProxyMode(proxy)
  return [
    ...(hasCilium(proxy) ? [...(await ciliumAddon(proxy)), ...(await ciliumKinds())] : []),
    ...(mode === undefined ? [] : proxyAddon(mode)),
    ...dnsAddon(),
  ]
}

/** The nodes are registered before their kubelets run, as only then their pod networks can be chosen. */
const registerNodes = (nodes: readonly NodeAddresses[]): Promise<void> =>
  applyObjects(
    nodes.map(({ name, podNetworks }) => ({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name },
      spec: { podCIDR: podNetworks[0], podCIDRs: podNetworks },
    })),
  )

async function waitForNode({ name }: NodeAddresses, daemon: Daemon): Promise<void> {
  const ready = 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'
  await waitForDaemon(daemon, `${name} to be ready`, 90, async () => {
    const { stdout } = await tryKubectl(['get', 'node', name, '-o', ready])
    return stdout === 'True'
  })
}

/** What a command prints in a node's network, or nothing when it fails. */
async function says(node: NodeAddresses, ...command: string[]): Promise<string> {
  const [program, ...args] = inPlace(node.name, ...command)
  const { code, stdout } = await tryRun(program, args)
  return code === 0 ? stdout : ''
}

const curl = ['curl', '--silent', '--insecure', '--max-time', '1']

/** Waits until kube-proxy works in this mode on a node: the API's Service and cluster DNS answer through it. */
async function waitForServices(node: NodeAddresses, proxy: ServiceProxy): Promise<void> {
  const wanted = kubeProxyMode(proxy)
  await waitFor(`Services on ${node.name}`, 120, async () => {
    const mode = wanted && (await says(node, ...curl, 'http://127.0.0.1:10249/proxyMode'))
    return mode === wanted && (await says(node, ...curl, `https://${kubernetesService}/livez`)) === 'ok'
  })
  await waitFor(`cluster DNS on ${node.name}`, 120, async () => {
    const answer = await says(
      node,
      'busybox',
      'nslookup',
      `kubernetes.default.svc.${clusterDomain}`,
      dnsService,
    )
    return answer.includes(kubernetesService)
  })
}

/** Changes kube-proxy's mode as an administrator would; when it starts, it removes the other mode's rules. */
async function switchProxy(wanted: LabState): Promise<void> {
  writeState({ ...wanted, complete: false })
  const mode = kubeProxyMode(wanted.proxy)
  if (mode !== undefined) await applyObjects([proxyConfigMap(mode)])
  await kubectl(['rollout', 'restart', 'daemonset/kube-proxy', '-n', 'kube-system'])
  await kubectl(['rollout', 'status', 'daemonset/kube-proxy', '-n', 'kube-system', '--timeout=60s'])
  await Promise.all(allNodes(wanted.nodes).map((node) => waitForServices(node, wanted.proxy)))
  writeState(wanted)
}
