import { randomBytes } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { bridge, peer, peerApiServerUrl, peerPort, peerServiceNetworks } from '../nodes/addresses.ts'
import { labProcesses, makeDaemonCgroup } from '../machine/cgroups.ts'
import { etcdUrl } from '../kubernetes/control-plane.ts'
import { exclusively } from '../machine/lock.ts'
import { inNetns, layPeerNetwork } from '../nodes/network.ts'
import { kubeconfigPath, peerBackends, statePath } from '../paths.ts'
import { pkiPath } from '../kubernetes/pki.ts'
import { startDaemon, waitFor, waitForDaemon } from '../machine/process.ts'
import { step } from '../machine/progress.ts'
import { isServing } from '../kubernetes/ready.ts'
import { presentState } from '../kubernetes/state.ts'

/**
 * The other cluster: an API server with objects of its own (in the lab's etcd, under another prefix) and no nodes.
 * Behind the addresses of its load balancers and nodes one process answers (peer-backends.ts).
 */

const group = 'peer'
const apiServer = 'apiserver'
const servers = 'servers'

/** Ports on which its backends answer: those of load balancers, one that two share, and node ports. */
const ports = ['80', '8080', '30080', '30081']

const context = 'peer'
const users = [
  { name: 'peer-admin', context, groups: 'system:masters' },
  { name: 'peer-restricted', context: 'peer-restricted', groups: '' },
] as const

const processes = (name: string): number[] => labProcesses(join(group, name))

/** Brings the other cluster up beside the lab, which must be there; one that is up is kept. */
export async function peerUp(): Promise<void> {
  const { nodes } = presentState()
  await exclusively(async () => {
    if ((await isServing(peerApiServerUrl)) && processes(servers).length > 0) return
    await step('the other cluster', async () => {
      await layPeerNetwork(nodes)
      if (processes(servers).length === 0) startServers()
      await startPeer()
    })
  })
}

/** Ends it; the lab stays. Its objects are kept as long as the lab is. */
export async function peerDown(): Promise<void> {
  await end('')
}

/** Its API server crashes; what it balances goes on. */
export async function stopPeer(): Promise<void> {
  await end(apiServer)
}

/** Brings its API server back with its data. */
export async function startPeer(): Promise<void> {
  const { kubernetes } = presentState().parts.programs
  writePeerCredentials()
  const options = {
    'etcd-servers': etcdUrl,
    'etcd-prefix': '/peer',
    'bind-address': bridge.address,
    'advertise-address': bridge.address,
    'secure-port': String(peerPort),
    'tls-cert-file': pkiPath('apiserver.crt'),
    'tls-private-key-file': pkiPath('apiserver.key'),
    'token-auth-file': tokenFile(),
    'authorization-mode': 'RBAC',
    'service-account-issuer': 'https://kubernetes.default.svc',
    'service-account-key-file': pkiPath('service-accounts.key'),
    'service-account-signing-key-file': pkiPath('service-accounts.key'),
    'service-cluster-ip-range': peerServiceNetworks.join(','),
  }
  const daemon = startDaemon({
    command: [
      join(kubernetes, 'kube-apiserver'),
      ...Object.entries(options).map(([option, value]) => `--${option}=${value}`),
    ],
    log: statePath('log', 'peer-apiserver.log'),
    cgroup: makeDaemonCgroup(join(group, apiServer)),
  })
  await waitForDaemon(daemon, "the other cluster's API server", 60, () => isServing(peerApiServerUrl))
}

function startServers(): void {
  startDaemon({
    command: inNetns(peer.netns, process.execPath, peerBackends, ...ports),
    log: statePath('log', 'peer-backends.log'),
    cgroup: makeDaemonCgroup(join(group, servers)),
  })
}

async function end(part: string): Promise<void> {
  const path = join(group, part)
  for (const pid of labProcesses(path)) process.kill(pid, 'SIGKILL')
  await waitFor('the other cluster to end', 10, () => labProcesses(path).length === 0)
}

const tokenFile = (): string => pkiPath('peer-tokens.csv')

interface Kubeconfig {
  clusters: { name: string; cluster: { server: string } }[]
  users: { name: string; user: object }[]
  contexts: { name: string; context: { cluster: string; user: string } }[]
}

/** Tokens for its users, and its contexts in the lab's kubeconfig; those that are there are kept. */
function writePeerCredentials(): void {
  const config: Kubeconfig = parse(readFileSync(kubeconfigPath(), 'utf8'))
  const [lab] = config.clusters
  if (lab === undefined || config.clusters.some(({ name }) => name === context)) return
  const accounts = users.map((user) => ({ ...user, token: randomBytes(16).toString('hex') }))
  const lines = accounts.map(
    ({ name, groups, token }) => `${token},${name},${name}${groups && `,"${groups}"`}\n`,
  )
  writeFileSync(tokenFile(), lines.join(''), { mode: 0o600 })
  config.clusters.push({ name: context, cluster: { ...lab.cluster, server: peerApiServerUrl } })
  config.users.push(...accounts.map(({ name, token }) => ({ name, user: { token } })))
  config.contexts.push(
    ...accounts.map((user) => ({ name: user.context, context: { cluster: context, user: user.name } })),
  )
  // Others read it at any time: they get the old one or the new one.
  const draft = `${kubeconfigPath()}.new`
  writeFileSync(draft, stringify(config), { mode: 0o600 })
  renameSync(draft, kubeconfigPath())
}
