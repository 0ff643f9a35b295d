import { serviceLabel } from '../model/cluster/external.ts'
import { randomBytes, randomInt } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { EndpointSlice, Service } from '../model/cluster/kubernetes.ts'
import { UserError } from '../model/common/user-error.ts'
import { waysInto } from '../model/cluster/ways.ts'
import { administrator } from './api/access.ts'
import { ApiServer } from './api/server.ts'
import { withAddresses, withDefaults } from './api/writing/services.ts'
import type { GatewayName, ProxyMode } from './choices.ts'
import { makeCluster } from './objects/cluster-objects.ts'
import { runDeployments } from './controllers/deployments.ts'
import { runEndpointSlices } from './controllers/endpoint-slices.ts'
import { runJobs } from './controllers/jobs.ts'
import { Kubelet } from './controllers/kubelet.ts'
import { collectGarbage } from './controllers/owners.ts'
import { runQuotas } from './controllers/quotas.ts'
import { type Fault, type FaultKind, Faults } from './faults.ts'
import { ownFolder } from './folder.ts'
import { gatewayAddress, proxyIn, runGateways, typesWith } from './gateways/index.ts'
import type { Installed } from './gateways/kit/gateway.ts'
import { kubeconfig } from './kubeconfig.ts'
import { type AddressPlan, addressPlan, lowestOpenPort } from './network/address-plan.ts'
import { selfSigned } from './network/certificate.ts'
import { serveDns } from './network/cluster-dns.ts'
import { ServiceProxy } from './network/service-proxy.ts'
import { Programs } from './pods/programs.ts'
import { apiVersionOf, at, type Resource, type ResourceType, types } from './objects/resource.ts'
import { sampleObjects } from './objects/sample.ts'
import { ObjectStore } from './objects/store.ts'

export interface SandboxOptions {
  nodes: number
  proxy: ProxyMode
  faults: readonly Fault[]
  /** With three pods and a Service in the namespace `default`. */
  sample: boolean
  /** What stands in front of Services. */
  gateways?: readonly GatewayName[]
  /** More that is there from the beginning. */
  objects?: readonly object[]
}

/** A cluster that runs. */
export interface Sandbox {
  /** Path of a kubeconfig file that leads to it. */
  kubeconfig: string
  server: string
  /** The address of a gateway, as pods know it and as it is reached from this machine. */
  gateway: (name: GatewayName) => { address: string; reachedAt: string }
  /** Resolves when the sample's pods and the gateways serve. */
  ready: Promise<void>
  /** Breaks all connections to the API server, and refuses new ones until `connect`. */
  disconnect(): void
  connect(): Promise<void>
  /** Ends everything and removes the kubeconfig. */
  stop(): Promise<void>
}

/** Users who may do nothing until a Role is bound to them. */
export const restrictedUsers = ['restricted-1', 'restricted-2', 'restricted-3'] as const

const apiPort = 6443

/** Ends what was started, as everything else that was started after it has ended already. */
type End = () => void | Promise<void>

/** Starts a miniature cluster in this process. Rejects with UserError where the machine cannot have one. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const ends: End[] = []
  const stop = async (): Promise<void> => {
    for (const end of ends.splice(0).toReversed()) await end()
  }
  try {
    return { ...(await start(options, ends)), stop }
  } catch (error) {
    // Half a cluster would keep the process alive.
    await stop()
    throw error
  }
}

async function start(options: SandboxOptions, ends: End[]): Promise<Omit<Sandbox, 'stop'>> {
  const { gateways = [] } = options
  const store = new ObjectStore(typesWith(gateways))
  const faults = new Faults()
  const users = [administrator, ...restrictedUsers].map((name) => ({
    name,
    token: randomBytes(16).toString('hex'),
  }))
  const tokens = new Map(users.map(({ name, token }) => [token, name]))
  const lowestPort = lowestOpenPort()
  const folder = await ownFolder()
  ends.push(() => folder.remove())
  const programs = new Programs(folder.path)
  const { plan, release, certificate, kubelet, api } = await claimNetwork(async (plan) => {
    const certificate = selfSigned('sandbox', plan.apiServer)
    const kubelet = new Kubelet({
      store,
      plan,
      faults,
      lowestPort,
      programs,
      proxyIn: (container) => proxyIn(gateways, store, container),
    })
    const api = new ApiServer({ store, plan, kubelet, faults, certificate, lowestPort, tokens })
    try {
      await api.listen(plan.apiServer, apiPort)
    } catch (error) {
      // It would start every pod a second time, on the addresses of somebody else.
      await kubelet.close()
      throw error
    }
    return { certificate, kubelet, api }
  })
  ends.push(release, () => kubelet.close())
  makeCluster(store, plan, options.nodes, options.proxy)
  const proxy = new ServiceProxy({
    store,
    plan,
    nodes: options.nodes,
    mode: options.proxy,
    lowestPort,
    ignoresAffinity: () => faults.has('ignore-affinity'),
  })
  ends.push(() => proxy.close())
  ends.push(
    collectGarbage(store),
    runDeployments(store),
    runJobs(store),
    runQuotas(store),
    runEndpointSlices(store),
    serveDns(store, plan, lowestPort),
    () => faults.stop(),
    () => api.disconnect(),
  )
  const install = ({ type, object }: Installed): void => {
    const resource = object as Resource
    store.create(
      type,
      type === types.services ? withAddresses(withDefaults(resource), undefined, store, plan) : resource,
    )
  }
  if (options.sample)
    for (const { type, object } of sampleObjects('default')) install({ type: types[type], object })
  for (const object of options.objects ?? []) install({ type: typeOf(store, object as Resource), object })
  ends.push(runGateways(gateways, { store, plan, install }))
  const server = `https://${plan.apiServer}:${apiPort}`
  const path = join(folder.path, 'kubeconfig')
  writeFileSync(path, kubeconfig(server, certificate.cert, users), { mode: 0o600 })
  faults.start(
    options.faults,
    (kind) => beginFault(kind, { store, api, kubelet, proxy }),
    (kind) => {
      if (kind === 'api-disconnect') void api.connect()
    },
  )
  return {
    kubeconfig: path,
    server,
    gateway: (name) => {
      const address = gatewayAddress(plan, name)
      return { address, reachedAt: plan.physical(address) }
    },
    ready: allReady(
      store,
      gateways.map((name) => gatewayAddress(plan, name)),
    ),
    disconnect: () => api.disconnect(),
    connect: () => api.connect(),
  }
}

/**
 * Ends the process even if something still holds it: a client that was about to connect, for example. The timer itself
 * holds nothing.
 */
export function endSoon(): void {
  setTimeout(() => process.exit(), 300).unref()
}

/** How many sandboxes there can be at a time: the X of an address has two digits at most, which keeps addresses short. */
const networks = 49

/** The port of an API server's address that is held as long as the sandbox is there. No program is known for it. */
const claimPort = 26_443

/**
 * A network of its own on loopback. A port of the API server's address is held for it, and not that of the API: an API
 * server can be away for some time.
 */
async function claimNetwork<T extends object>(
  start: (plan: AddressPlan) => Promise<T>,
): Promise<T & { plan: AddressPlan; release: () => void }> {
  const first = randomInt(networks)
  for (let tries = 0; tries < networks; tries += 1) {
    const plan = addressPlan(2 * (((first + tries * 13) % networks) + 1))
    try {
      const release = await hold(plan.apiServer, claimPort)
      const started = await start(plan).catch((error: unknown) => {
        release()
        throw error
      })
      return { ...started, plan, release }
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      if (code === 'EADDRINUSE') continue
      throw new UserError(`the sandbox cannot use the addresses 127.0.0.0/8 of this machine: ${message}`, {
        hints: [
          'Linux has them all; macOS only 127.0.0.1, so run the sandbox in a Linux container or machine there',
        ],
        cause: error,
      })
    }
  }
  throw new UserError('the sandbox finds no network for itself in 127.0.0.0/8', {
    hints: [
      `many sandboxes run already, or a program of this machine has port ${apiPort} of every address:  ss -ltn 'sport = :${apiPort}'`,
    ],
  })
}

/** Keeps a port of an address from everyone else until what it resolves with is called. Rejects when somebody has it. */
async function hold(host: string, port: number): Promise<() => void> {
  const server = createServer().listen(port, host).unref()
  await once(server, 'listening')
  return () => void server.close()
}

function typeOf({ types: all }: ObjectStore, { apiVersion, kind }: Resource): ResourceType {
  const found = all.find((type) => type.kind === kind && apiVersionOf(type) === apiVersion)
  if (found === undefined) throw new Error(`the sandbox has no ${kind} of ${apiVersion}`)
  return found
}

/** Resolves when pods are ready behind every Service, and a Service has each of these addresses. */
async function allReady(store: ObjectStore, addresses: readonly string[]): Promise<void> {
  const isServed = ({ metadata }: Resource): boolean =>
    store
      .list(types.endpointslices, metadata.namespace)
      .filter(({ metadata: { labels } }) => labels?.[serviceLabel] === metadata.name)
      .flatMap((slice) => (slice as unknown as EndpointSlice).endpoints ?? [])
      .some(({ conditions }) => conditions?.ready === true)
  const isReady = (): boolean => {
    const services = store.list(types.services)
    const own = new Set(
      services.flatMap((one) => waysInto(one as unknown as Service).map(({ host }) => host)),
    )
    return (
      addresses.every((address) => own.has(address)) &&
      services.every((one) => isServed(one)) &&
      store
        .list(types.deployments)
        .every((one) => at(one, 'status', 'readyReplicas') === at(one, 'spec', 'replicas'))
    )
  }
  await new Promise<void>((resolve) => {
    const check = (): void => {
      if (!isReady()) return
      stop()
      resolve()
    }
    const stop = store.subscribe(check)
    check()
  })
}

interface Parts {
  store: ObjectStore
  api: ApiServer
  kubelet: Kubelet
  proxy: ServiceProxy
}

function beginFault(kind: FaultKind, { store, api, kubelet, proxy }: Parts): void {
  if (kind === 'api-disconnect') api.disconnect()
  else if (kind === 'log-truncate') kubelet.truncateLogs(5)
  else if (kind === 'forget-clients') proxy.forgetClients()
  else if (kind === 'watch-expired') {
    store.forget()
    api.endWatches()
  } else if (kind === 'evict') evictOnePerDeployment(store, kubelet)
}

function evictOnePerDeployment(store: ObjectStore, kubelet: Kubelet): void {
  for (const set of store.list(types.replicasets)) {
    const pod = store
      .list(types.pods, set.metadata.namespace)
      .find(
        (one) =>
          one.metadata.ownerReferences?.[0]?.uid === set.metadata.uid &&
          at(one, 'status', 'phase') === 'Running',
      )
    if (pod !== undefined) kubelet.evict(pod)
  }
}
