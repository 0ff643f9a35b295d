import { serviceLabel } from '../../model/cluster/external.ts'
import { type Family, familyOf, hostAndPort } from '../../model/common/network/ip.ts'
import type { EndpointSlice, Service, ServicePort } from '../../model/cluster/kubernetes.ts'
import { type Endpoint, endpointsOfPort } from '../../model/cluster/endpoint.ts'
import { eligibleEndpoints } from '../../model/affinity/eligible.ts'
import { waysInto } from '../../model/cluster/ways.ts'
import type { ProxyMode } from '../choices.ts'
import { survive } from '../controllers/survive.ts'
import { type Resource, types } from '../objects/resource.ts'
import type { ObjectStore } from '../objects/store.ts'
import { type AddressPlan, openPort } from './address-plan.ts'
import { affinityRules, AffinityTable } from './affinity.ts'
import { DatagramForwarder, isBound } from './datagram-forwarder.ts'
import { ConnectionForwarder, isOpen, type Forwarding } from './connection-forwarder.ts'

export interface ProxyOptions {
  store: ObjectStore
  plan: AddressPlan
  nodes: number
  mode: ProxyMode
  lowestPort: number
  /** Treats every Service as one without affinity, as a broken proxy would. */
  ignoresAffinity: () => boolean
}

/** One port of a Service in one address family, as the proxies see it. */
interface Frontend {
  key: string
  service: Service
  clusterIP: string
  family: Family
  /** Load balancer addresses and external IPs. */
  outside: string[]
  port: ServicePort
  protocol: Protocol
  endpoints: Endpoint[]
  /** By node, as the proxy on one node knows nothing of those on others, and by entry where that one does so. */
  tables: Map<string, AffinityTable>
  /** By the address and port that they listen at. */
  forwarders: Map<string, AnyForwarder>
}

/** Where a connection meets a proxy. */
interface Entrance {
  /** Whose proxy picks. */
  node: number
  /** `home`: at the client's own node, although another node's port may have been asked for. */
  from: 'inside' | 'outside' | 'home'
  entry: string
}

/** Where a forwarder listens, and where it sends whom. */
interface Listener {
  host: string
  port: number
  route: (peer: string) => Forwarding | undefined
}

type News = Omit<Frontend, 'key' | 'tables' | 'forwarders'>

/** How each protocol is passed on, and how to see whether anybody takes it. */
const protocols = {
  TCP: { Forwarder: ConnectionForwarder, isServed: isOpen },
  UDP: { Forwarder: DatagramForwarder, isServed: isBound },
} as const
type Protocol = keyof typeof protocols
type AnyForwarder = ConnectionForwarder | DatagramForwarder

/** How often is looked whether anybody listens behind a port that nobody did, in milliseconds. */
const darkMs = 500

/** All Service proxies of all nodes. Follows Services and EndpointSlices at once, where real ones take up to a second. */
export class ServiceProxy {
  readonly #options: ProxyOptions
  readonly #frontends = new Map<string, Frontend>()
  readonly #stop: () => void
  #scheduled = false
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: ProxyOptions) {
    this.#options = options
    this.#stop = options.store.subscribe(({ resource }) => {
      if (resource === types.services || resource === types.endpointslices) this.#schedule()
    })
    this.#schedule()
  }

  close(): void {
    this.#closed = true
    this.#stop()
    clearTimeout(this.#timer)
    for (const { forwarders } of this.#frontends.values())
      for (const forwarder of forwarders.values()) forwarder.close()
  }

  /** Every proxy forgets its clients, as after a restart of some. */
  forgetClients(): void {
    for (const { tables } of this.#frontends.values()) for (const table of tables.values()) table.clear()
  }

  /** The node that a client is on: in a pod, or on the node's own network. Whoever is on none comes through the first. */
  #nodeOf(client: string): number {
    const { plan } = this.#options
    return plan.nodeOfPod(client) ?? plan.nodeWith(client) ?? 1
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#follow()
    })
  }

  #follow(): void {
    const { store } = this.#options
    const wanted = new Map<string, News>()
    for (const object of store.list(types.services))
      survive(store, object, () => {
        for (const [key, frontend] of this.#frontendsOf(object)) wanted.set(key, frontend)
      })
    for (const [key, frontend] of this.#frontends) if (!wanted.has(key)) this.#drop(key, frontend)
    for (const [key, news] of wanted) {
      const known = this.#frontends.get(key)
      if (known === undefined)
        this.#frontends.set(key, { ...news, key, tables: new Map(), forwarders: new Map() })
      else {
        // A proxy that keeps no affinity keeps no table either.
        if (news.service.spec.sessionAffinity !== 'ClientIP') known.tables.clear()
        Object.assign(known, news)
      }
    }
    void this.#listen()
  }

  *#frontendsOf(object: Resource): Generator<[key: string, News]> {
    const { store } = this.#options
    const service = object as unknown as Service
    const { namespace, name } = object.metadata
    if (service.spec.clusterIP === 'None') return
    const slices = store
      .list(types.endpointslices, namespace)
      .filter(({ metadata }) => metadata.labels?.[serviceLabel] === name)
    for (const port of service.spec.ports ?? []) {
      const { protocol = 'TCP' } = port
      if (protocol === 'SCTP') continue
      const all = endpointsOfPort(slices as unknown as EndpointSlice[], port.name, protocol)
      for (const clusterIP of service.spec.clusterIPs ?? []) {
        const family = familyOf(clusterIP)
        const endpoints = usable(all.filter((endpoint) => endpoint.family === family))
        const outside = this.#outsideAddresses(service, family)
        // Node ports and addresses outside come and go; clients that are held stay where they are, as with kube-proxy.
        const key = [object.metadata.uid, clusterIP, protocol, port.name, port.port].join()
        yield [key, { service, clusterIP, family, outside, port, protocol, endpoints }]
      }
    }
  }

  /** Load balancer addresses and external IPs, as far as they are in a sandbox's network. */
  #outsideAddresses(service: Service, family: Family): string[] {
    const { plan } = this.#options
    return waysInto(service).flatMap(({ kind, host = '' }) => {
      const isServed = kind === 'load-balancer' || kind === 'external-ip'
      return isServed && plan.physical(host) !== host && familyOf(host) === family ? [host] : []
    })
  }

  #drop(key: string, { forwarders }: Frontend): void {
    this.#frontends.delete(key)
    for (const forwarder of forwarders.values()) forwarder.close()
  }

  /**
   * Serves what has somebody behind it, and nothing else: so that connections are refused where a cluster refuses them.
   */
  async #listen(): Promise<void> {
    clearTimeout(this.#timer)
    let dark = false
    for (const frontend of this.#frontends.values()) {
      const open = await this.#anyoneBehind(frontend).catch(() => false)
      if (this.#closed) return
      if (!this.#frontends.has(frontend.key)) continue
      survive(this.#options.store, frontend.service as unknown as Resource, () => {
        this.#serve(frontend, open ? this.#listeners(frontend) : new Map())
      })
      if (!open) dark ||= frontend.endpoints.length > 0
    }
    if (dark) this.#timer = setTimeout(() => void this.#listen(), darkMs)
  }

  async #anyoneBehind({ endpoints, forwarders, protocol }: Frontend): Promise<boolean> {
    if (endpoints.length > 0 && forwarders.size > 0) return true
    const { lowestPort } = this.#options
    const { isServed } = protocols[protocol]
    for (const { address, port } of endpoints)
      if (await isServed(this.#options.plan.reach(address), openPort(port, lowestPort))) return true
    return false
  }

  /** Listens where it is not yet, and nowhere else. */
  #serve({ protocol, forwarders }: Frontend, listeners: ReadonlyMap<string, Listener>): void {
    for (const [at, forwarder] of forwarders) {
      if (listeners.has(at)) continue
      forwarders.delete(at)
      forwarder.close()
    }
    for (const [at, { host, port, route }] of listeners) {
      if (forwarders.has(at)) continue
      const forwarder = new protocols[protocol].Forwarder(route)
      forwarders.set(at, forwarder)
      forwarder.listen(host, port)
    }
  }

  #listeners(frontend: Frontend): Map<string, Listener> {
    const { plan, nodes, lowestPort } = this.#options
    const { port, clusterIP, family, outside } = frontend
    const listeners = new Map<string, Listener>()
    const add = (address: string, number: number, entranceOf: (peer: string) => Entrance): void => {
      const route = (peer: string): Forwarding | undefined => this.#route(frontend, peer, entranceOf(peer))
      const host = plan.physical(address)
      listeners.set(hostAndPort(host, number), { host, port: number, route })
    }
    // The proxy on a pod's own node serves these; others are routed to the first node, as in the lab.
    for (const entry of [clusterIP, ...outside]) {
      const from = entry === clusterIP ? 'inside' : 'outside'
      add(entry, openPort(port.port, lowestPort), (peer) => ({
        node: this.#nodeOf(plan.logical(peer)),
        from,
        entry,
      }))
    }
    const { nodePort } = port
    if (nodePort !== undefined)
      for (let node = 1; node <= nodes; node++)
        add(plan.inFamily(plan.node(node), family), nodePort, (peer) => this.#atNodePort(peer, node))
    return listeners
  }

  /** Who serves a client that asks for the node port at this node. */
  #atNodePort(peer: string, node: number): Entrance {
    const { plan, mode } = this.#options
    const client = plan.logical(peer)
    const home = plan.nodeOfPod(client) ?? plan.nodeWith(client)
    if (affinityRules[mode].perEntry !== true || home === undefined)
      return { node, from: 'outside', entry: 'node port' }
    return { node: home, from: 'home', entry: node === home ? 'node port' : 'node port of others' }
  }

  #route(frontend: Frontend, peer: string, { node, from, entry }: Entrance): Forwarding | undefined {
    const { mode, ignoresAffinity, plan, lowestPort } = this.#options
    const { service, family } = frontend
    const { spec } = service
    // Pods connect from their address of IPv4 only: which of theirs they mean shows where they connect to.
    const client = plan.inFamily(plan.logical(peer), family)
    // Pods that come in from outside are sent on whatever the policy is (kube-proxy: "pod traffic for external destinations").
    const isPod = plan.nodeOfPod(client) !== undefined
    const external = isPod ? 'Cluster' : spec.externalTrafficPolicy
    const policy = from === 'inside' ? spec.internalTrafficPolicy : external
    const eligible =
      policy === 'Local'
        ? frontend.endpoints.filter(({ address }) => plan.nodeOfPod(address) === node)
        : // Its nodes are in no zone.
          eligibleEndpoints(frontend.endpoints, 'Cluster', { node: `node${node}`, zone: null }).endpoints
    const addresses = eligible.map((endpoint) => nameOf(endpoint))
    const timeoutSeconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800
    const rules = affinityRules[mode]
    const key = `${node} ${rules.perEntry === true ? entry : ''}`
    let table = frontend.tables.get(key)
    if (table === undefined) frontend.tables.set(key, (table = new AffinityTable(rules)))
    const options = { timeoutSeconds, nowMs: performance.now(), random: Math.random }
    const isHeld = spec.sessionAffinity === 'ClientIP' && !ignoresAffinity()
    const chosen = isHeld ? table.choose(client, addresses, options) : table.pick(addresses, options.random)
    const endpoint = eligible.find((one) => nameOf(one) === chosen)
    if (endpoint === undefined) return undefined
    // From outside and to any node, the answer has to come back the same way: the node puts its own address in.
    const masquerades = from === 'outside' && spec.externalTrafficPolicy !== 'Local'
    return {
      host: plan.reach(endpoint.address),
      port: openPort(endpoint.port, lowestPort),
      source: plan.physical(masquerades ? plan.inFamily(plan.node(node), family) : client),
      isThere: () => frontend.endpoints.some((one) => nameOf(one) === chosen),
    }
  }
}

function nameOf({ address, port }: Endpoint): string {
  return hostAndPort(address, port)
}

/** The ready ones; where none is, those that end but still serve (kube-proxy's ProxyTerminatingEndpoints). */
function usable(endpoints: readonly Endpoint[]): Endpoint[] {
  const ready = endpoints.filter((endpoint) => endpoint.ready)
  return ready.length > 0 ? ready : endpoints.filter(({ serving, terminating }) => serving && terminating)
}
