import { availableParallelism } from 'node:os'
import type { Faults } from '../faults.ts'
import { type AddressPlan, openPort } from '../network/address-plan.ts'
import { isOpen } from '../network/connection-forwarder.ts'
import type { Container, ContainerOptions } from '../pods/container.ts'
import type { ExecTarget } from '../pods/exec.ts'
import type { ContainerLog } from '../pods/log.ts'
import { type Startable, startContainer } from '../pods/start.ts'
import { StartQueue } from '../pods/start-queue.ts'
import { at, now, type Resource, types } from '../objects/resource.ts'
import type { ObjectStore } from '../objects/store.ts'
import { containerOf, environment, imageProblem, probedPort } from './container-spec.ts'
import { record } from './events.ts'
import { type Addresses, condition, conditions, podStatus } from './pod-status.ts'
import { chooseNode } from './scheduler.ts'
import { survive } from './survive.ts'

interface KubeletOptions extends Startable {
  store: ObjectStore
  plan: AddressPlan
  faults: Faults
  lowestPort: number
}

interface Running {
  container: Container
  options: ContainerOptions
  restarts: number
}

const readinessMs = 50
const restartMs = 1000
/** Containers that are starting at a time; one that has said nothing for a while is taken to have started. */
const startingAtOnce = 2 * availableParallelism()
const startingMs = 300
/** What a kubelet takes to clean up after a pod whose container has ended. */
const removalMs = 400

/** The scheduler and the kubelets of all nodes: pods become servers and processes on this machine. */
export class Kubelet {
  readonly #options: KubeletOptions
  readonly #running = new Map<string, Running>()
  readonly #logs = new Map<string, ContainerLog>()
  readonly #hosts = new Map<number, number>()
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #starts = new StartQueue(startingAtOnce)
  readonly #stop: () => void
  #closed = false

  constructor(options: KubeletOptions) {
    this.#options = options
    this.#stop = options.store.subscribe(({ type, resource, object, previous }) => {
      if (resource === types.nodes && type === 'MODIFIED') this.#retryPending()
      if (resource !== types.pods) return
      if (type === 'ADDED') setImmediate(() => survive(options.store, object, () => this.#begin(object)))
      else if (type === 'DELETED') this.#kill(object)
      else if (
        object.metadata.deletionTimestamp !== undefined &&
        previous?.metadata.deletionTimestamp === undefined
      )
        this.#terminate(object)
    })
  }

  /** The log of a pod's container; undefined when it has not started. */
  log(pod: Resource): ContainerLog | undefined {
    return this.#logs.get(pod.metadata.uid)
  }

  /** Where programs can be run in a pod's container; undefined while it does not run. */
  execTarget(pod: Resource): ExecTarget | undefined {
    const running = this.#running.get(pod.metadata.uid)
    if (running === undefined) return undefined
    const { container, options } = running
    return { container, options, programs: this.#options.programs }
  }

  /** Logs keep so many lines from now on. */
  truncateLogs(lines: number): void {
    for (const log of this.#logs.values()) log.keepOnly(lines)
  }

  /** Ends a pod for want of resources, as a kubelet does. */
  evict(pod: Resource): void {
    const message = 'The node was low on resource: memory.'
    this.#stopNow(pod, 1000)
    this.#options.store.update(types.pods, pod, (object) => ({
      status: {
        ...(object['status'] as object),
        phase: 'Failed',
        reason: 'Evicted',
        message,
        conditions: conditions(false),
      },
    }))
    record(this.#options.store, pod, 'Warning', 'Evicted', message)
  }

  /** Ends all processes. */
  async close(): Promise<void> {
    this.#closed = true
    this.#stop()
    for (const timer of this.#timers) clearTimeout(timer)
    const all = [...this.#running.values()]
    for (const { container } of all) container.stop(0)
    await Promise.all(all.map(({ container }) => container.ended))
  }

  /** Nodes have changed: one may take the pods that wait. */
  #retryPending(): void {
    for (const pod of this.#options.store.list(types.pods))
      if (at(pod, 'spec', 'nodeName') === undefined)
        setImmediate(() => survive(this.#options.store, pod, () => this.#begin(pod)))
  }

  #later(ms: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      action()
    }, ms)
    this.#timers.add(timer)
  }

  #begin(pod: Resource): void {
    const { store, plan, faults } = this.#options
    if (this.#closed || this.#current(pod) === undefined) return
    const node = chooseNode(store, pod)
    if (typeof node === 'string') {
      const message = node
      if (at(pod, 'status', 'conditions') !== undefined) return
      this.#setStatus(pod, {
        phase: 'Pending',
        conditions: [condition('PodScheduled', false, { reason: 'Unschedulable', message })],
      })
      record(store, pod, 'Warning', 'FailedScheduling', message)
      return
    }
    const index = store.list(types.nodes).indexOf(node) + 1
    store.update(types.pods, pod, (object) => ({
      spec: { ...(object['spec'] as object), nodeName: node.metadata.name },
    }))
    record(
      store,
      pod,
      'Normal',
      'Scheduled',
      `Successfully assigned ${pod.metadata.namespace}/${pod.metadata.name} to ${node.metadata.name}`,
    )
    const { image } = containerOf(pod)
    const hostIP = plan.node(index)
    const problem = imageProblem(image, faults.has('image-pull'))
    const waiting = problem ?? { reason: 'ContainerCreating' }
    this.#setStatus(pod, podStatus(pod, 'Pending', { hostIP }, { waiting }))
    if (problem !== undefined) {
      record(store, pod, 'Warning', 'Failed', `Failed to pull image "${image}": ${problem.message}`)
      return
    }
    const podIP = at(pod, 'spec', 'hostNetwork') === true ? hostIP : plan.pod(index, this.#host(index))
    const both = (ip: string): { ip: string }[] => [{ ip }, { ip: plan.inFamily(ip, 'IPv6') }]
    // Proxies listen on the addresses of nodes for IPv6, and nobody else.
    const podIPs = podIP === hostIP ? [{ ip: podIP }] : both(podIP)
    const addresses = { podIP, podIPs, hostIP, hostIPs: both(hostIP), startTime: now() }
    this.#starts.add(async () => {
      if (this.#closed) return
      survive(store, pod, () => this.#start(pod, addresses, 0))
      await this.#logs.get(pod.metadata.uid)?.begun(AbortSignal.timeout(startingMs))
    })
  }

  /** Addresses are given out in turn and used again late: an old one must not lead to a new pod. */
  #host(node: number): number {
    const { store, plan } = this.#options
    const used = new Set(store.list(types.pods).map((pod) => at(pod, 'status', 'podIP')))
    let host = this.#hosts.get(node) ?? 1
    do host = host >= 254 ? 2 : host + 1
    while (used.has(plan.pod(node, host)))
    this.#hosts.set(node, host)
    return host
  }

  #start(pod: Resource, addresses: Addresses, restarts: number): void {
    const { store, plan, lowestPort, faults } = this.#options
    const current = this.#current(pod)
    if (current === undefined) return
    const spec = containerOf(pod)
    const options = {
      pod: pod.metadata.name,
      namespace: pod.metadata.namespace ?? '',
      image: spec.image,
      podIp: addresses.podIP,
      nodeIp: addresses.hostIP,
      env: environment(spec, { ...current, status: addresses }),
      ports: spec.ports ?? [],
      lowestPort,
      plan,
    }
    const words = [...(spec.command ?? []), ...(spec.args ?? [])]
    const container = startContainer(pod, words, options, this.#options)
    if (typeof container === 'string') {
      const terminated = {
        exitCode: 128,
        reason: 'StartError',
        message: container,
        startedAt: now(),
        finishedAt: now(),
      }
      this.#setStatus(pod, podStatus(pod, 'Failed', addresses, { terminated }, { restarts }))
      return
    }
    if (faults.has('log-truncate')) container.log.keepOnly(5)
    const startedAt = now()
    this.#running.set(pod.metadata.uid, { container, options, restarts })
    this.#logs.set(pod.metadata.uid, container.log)
    const running = { running: { startedAt } }
    const isUp = (ready: boolean): void =>
      this.#setStatus(pod, podStatus(pod, 'Running', addresses, running, { restarts, ready }))
    record(store, pod, 'Normal', 'Started', 'Container started')
    const port = probedPort(spec)
    isUp(port === undefined)
    // Like a kubelet whose probe cannot be resolved: the pod runs, and is never ready.
    if (port === 'nobody')
      record(store, pod, 'Warning', 'Unhealthy', 'Readiness probe errored: port not found')
    else if (port !== undefined)
      this.#awaitReady(pod, container, plan.physical(addresses.podIP), openPort(port, lowestPort), () =>
        isUp(true),
      )
    void container.ended.then((exitCode) =>
      this.#ended(pod, container, addresses, { exitCode, startedAt, restarts }),
    )
  }

  #awaitReady(pod: Resource, container: Container, host: string, port: number, ready: () => void): void {
    const check = async (): Promise<void> => {
      const open = await isOpen(host, port)
      if (this.#closed || this.#running.get(pod.metadata.uid)?.container !== container) return
      if (open) ready()
      else this.#later(readinessMs, () => void check())
    }
    void check()
  }

  #ended(
    pod: Resource,
    container: Container,
    addresses: Addresses,
    end: { exitCode: number; startedAt: string; restarts: number },
  ): void {
    if (this.#closed || this.#running.get(pod.metadata.uid)?.container !== container) return
    this.#running.delete(pod.metadata.uid)
    const { store } = this.#options
    const current = this.#current(pod)
    if (current === undefined) return
    if (current.metadata.deletionTimestamp !== undefined) {
      this.#later(removalMs, () => void store.remove(types.pods, current))
      return
    }
    const { exitCode, startedAt, restarts } = end
    const succeeded = exitCode === 0
    const terminated = { exitCode, reason: succeeded ? 'Completed' : 'Error', startedAt, finishedAt: now() }
    const restarted = at(current, 'spec', 'restartPolicy') !== 'Never'
    const phase = restarted ? 'Running' : succeeded ? 'Succeeded' : 'Failed'
    this.#setStatus(pod, podStatus(pod, phase, addresses, { terminated }, { restarts }))
    if (restarted)
      this.#later(restartMs, () => survive(store, pod, () => this.#start(pod, addresses, restarts + 1)))
  }

  #terminate(pod: Resource): void {
    const { store } = this.#options
    const running = this.#running.get(pod.metadata.uid)
    if (running === undefined) {
      setImmediate(() => store.remove(types.pods, pod))
      return
    }
    record(store, pod, 'Normal', 'Killing', 'Stopping container')
    // A moment in which the pod is terminating and still serves, as it takes for everybody to hear of it.
    this.#later(100, () => running.container.stop((pod.metadata.deletionGracePeriodSeconds ?? 30) * 1000))
  }

  #kill(pod: Resource): void {
    this.#stopNow(pod, 0)
    this.#logs.delete(pod.metadata.uid)
  }

  #stopNow({ metadata }: Resource, graceMs: number): void {
    this.#running.get(metadata.uid)?.container.stop(graceMs)
    this.#running.delete(metadata.uid)
  }

  /** The pod as it is now; undefined where it is gone, though another may have its name. */
  #current({ metadata }: Resource): Resource | undefined {
    const found = this.#options.store.find(types.pods, metadata.namespace, metadata.name)
    return found?.metadata.uid === metadata.uid ? found : undefined
  }

  #setStatus(pod: Resource, status: object): void {
    this.#options.store.update(types.pods, pod, () => ({ status }))
  }
}
