import { managedByLabel, ours } from '../../model/cluster/ours.ts'
import { availableParallelism } from 'node:os'
import type { Faults } from '../faults.ts'
import { type AddressPlan, openPort } from '../network/address-plan.ts'
import { isOpen } from '../network/connection-forwarder.ts'
import type { Container, ContainerOptions, ContainerPort } from '../pods/container.ts'
import type { ExecTarget } from '../pods/exec.ts'
import { expand } from '../pods/expand.ts'
import { contentOf } from '../pods/images.ts'
import type { ContainerLog } from '../pods/log.ts'
import { nodeProgram, type Program, startProcess } from '../pods/process.ts'
import type { Programs } from '../pods/programs.ts'
import { startSampleServer } from '../pods/sample-server.ts'
import { StartQueue } from '../pods/start-queue.ts'
import { asText, at, now, type Resource, types } from '../objects/resource.ts'
import type { Store } from '../objects/store.ts'
import { record } from './events.ts'
import { chooseNode } from './scheduler.ts'
import { survive } from './survive.ts'
import { messageOf } from '../../model/common/user-error.ts'

interface ContainerSpec {
  name: string
  image: string
  command?: string[]
  args?: string[]
  env?: { name: string; value?: string; valueFrom?: { fieldRef?: { fieldPath: string } } }[]
  ports?: ContainerPort[]
  readinessProbe?: { tcpSocket?: { port: number | string }; httpGet?: { port: number | string } }
}

interface Addresses {
  podIP: string
  podIPs: { ip: string }[]
  hostIP: string
  hostIPs: { ip: string }[]
  startTime: string
}

interface KubeletOptions {
  store: Store
  plan: AddressPlan
  faults: Faults
  lowestPort: number
  programs: Programs
  /** What runs in pods of gateways; undefined for all others. */
  proxyIn?: (options: ContainerOptions) => Container | undefined
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
    this.#running.get(pod.metadata.uid)?.container.stop(1000)
    this.#running.delete(pod.metadata.uid)
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
    if (this.#closed || store.find(types.pods, pod.metadata.namespace, pod.metadata.name) === undefined)
      return
    const node = chooseNode(store, pod)
    if (typeof node === 'string') {
      const message = node
      if (at(pod, 'status', 'conditions') !== undefined) return
      this.#setStatus(pod, {
        phase: 'Pending',
        conditions: [
          {
            type: 'PodScheduled',
            status: 'False',
            reason: 'Unschedulable',
            message,
            lastTransitionTime: now(),
          },
        ],
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
    const problem = imageProblem(image, faults.has('image-pull'))
    if (problem !== undefined) {
      this.#setStatus(pod, {
        phase: 'Pending',
        hostIP: plan.node(index),
        conditions: conditions(false),
        containerStatuses: [containerStatus(pod, { waiting: problem }, 0)],
      })
      record(store, pod, 'Warning', 'Failed', `Failed to pull image "${image}": ${problem.message}`)
      return
    }
    const hostIP = plan.node(index)
    const podIP = at(pod, 'spec', 'hostNetwork') === true ? hostIP : plan.pod(index, this.#host(index))
    const both = (ip: string): { ip: string }[] => [{ ip }, { ip: plan.inFamily(ip, 'IPv6') }]
    // Proxies listen on the addresses of nodes for IPv6, and nobody else.
    const podIPs = podIP === hostIP ? [{ ip: podIP }] : both(podIP)
    const addresses = { podIP, podIPs, hostIP, hostIPs: both(hostIP), startTime: now() }
    this.#setStatus(pod, {
      phase: 'Pending',
      hostIP,
      conditions: conditions(false),
      containerStatuses: [containerStatus(pod, { waiting: { reason: 'ContainerCreating' } }, 0)],
    })
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
    const current = store.find(types.pods, pod.metadata.namespace, pod.metadata.name)
    if (current === undefined || current.metadata.uid !== pod.metadata.uid) return
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
    const command = [...(spec.command ?? []), ...(spec.args ?? [])].map((word) => expand(word, options.env))
    const { program, missing } = this.#programOf(pod, command, spec.image)
    if (missing !== undefined) {
      const message = `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "${missing}": executable file not found in $PATH`
      this.#fail(pod, addresses, restarts, message)
      return
    }
    const started = startContainer(() => this.#options.proxyIn?.(options) ?? containerWith(program, options))
    if (typeof started === 'string') {
      this.#fail(pod, addresses, restarts, `failed to create containerd task: ${started}`)
      return
    }
    const container = started
    if (faults.has('log-truncate')) container.log.keepOnly(5)
    const startedAt = now()
    this.#running.set(pod.metadata.uid, { container, options, restarts })
    this.#logs.set(pod.metadata.uid, container.log)
    const running = { running: { startedAt } }
    const isUp = (ready: boolean): void =>
      this.#setStatus(pod, {
        phase: 'Running',
        ...addresses,
        qosClass: 'BestEffort',
        conditions: conditions(ready),
        containerStatuses: [containerStatus(pod, running, restarts, ready)],
      })
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

  /** Its container could not be started. */
  #fail(pod: Resource, addresses: Addresses, restarts: number, message: string): void {
    const terminated = { exitCode: 128, reason: 'StartError', message, startedAt: now(), finishedAt: now() }
    this.#setStatus(pod, {
      phase: 'Failed',
      ...addresses,
      conditions: conditions(false),
      containerStatuses: [containerStatus(pod, { terminated }, restarts)],
    })
  }

  /** What a container runs as a process, or what it lacks for that; neither where the sample server takes its place. */
  #programOf(
    { metadata }: Resource,
    command: readonly string[],
    image: string,
  ): { program?: Program; missing?: string } {
    const content = contentOf(image)
    const node = nodeProgram(content.node ? withNode(command) : command)
    if (node !== undefined) return content.node ? { program: node } : { missing: 'node' }
    // The probe's agent in shell. What others do in theirs needs programs that this machine may not have.
    if (metadata.labels?.[managedByLabel] !== ours[managedByLabel] || command[0] !== 'sh') return {}
    const { programs } = this.#options
    const file = programs.find(image, 'sh')
    if (file === undefined) return { missing: 'sh' }
    return { program: { file, argv0: 'sh', args: command.slice(1), env: { PATH: programs.path(image) } } }
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
    const current = store.find(types.pods, pod.metadata.namespace, pod.metadata.name)
    if (current === undefined || current.metadata.uid !== pod.metadata.uid) return
    if (current.metadata.deletionTimestamp !== undefined) {
      this.#later(removalMs, () => void store.remove(types.pods, current))
      return
    }
    const { exitCode, startedAt, restarts } = end
    const succeeded = exitCode === 0
    const terminated = { exitCode, reason: succeeded ? 'Completed' : 'Error', startedAt, finishedAt: now() }
    const restarted = at(current, 'spec', 'restartPolicy') !== 'Never'
    this.#setStatus(pod, {
      phase: restarted ? 'Running' : succeeded ? 'Succeeded' : 'Failed',
      ...addresses,
      conditions: conditions(false),
      containerStatuses: [containerStatus(pod, { terminated }, restarts)],
    })
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
    this.#running.get(pod.metadata.uid)?.container.stop(0)
    this.#running.delete(pod.metadata.uid)
    this.#logs.delete(pod.metadata.uid)
  }

  #setStatus(pod: Resource, status: object): void {
    this.#options.store.update(types.pods, pod, () => ({ status }))
  }
}

/** Pods of the sandbox run their first container. */
function containerOf(pod: Resource): ContainerSpec {
  const { image = '', ...spec } = ((at(pod, 'spec', 'containers') ?? []) as Partial<ContainerSpec>[])[0] ?? {}
  return { name: 'none', ...spec, image }
}

/** There is no registry: every image is there, except on hosts that cannot have any (RFC 2606, and this machine). */
function imageProblem(image: string, faulty: boolean): { reason: string; message: string } | undefined {
  if (!/^[a-z0-9][\w./:@-]*$/.test(image)) {
    const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format`
    return { reason: 'InvalidImageName', message }
  }
  const [host = ''] = image.split('/')
  if (!faulty && !/(\.invalid|^localhost|^127(\.\d+){3})(:\d+)?$/.test(host)) return undefined
  const message = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`
  return { reason: 'ErrImagePull', message }
}

/** A shell that only waits for Node to be there, as the probe's agent does in images of which nothing is known. */
function withNode(command: readonly string[]): readonly string[] {
  const [program, flag, script = '', , ...words] = command
  return program === 'sh' && flag === '-c' && / exec node "\$@"/.test(script) ? ['node', ...words] : command
}

function environment(spec: ContainerSpec, pod: Resource): Record<string, string> {
  const given = (spec.env ?? []).map(({ name, value, valueFrom }) => {
    const path = valueFrom?.fieldRef?.fieldPath
    return [name, path === undefined ? (value ?? '') : asText(at(pod, ...keysOf(path)))]
  })
  return { PATH: '/usr/local/bin:/usr/bin:/bin', ...Object.fromEntries(given) }
}

/** `status.podIP` and `metadata.annotations['a.b/c']` as keys from outside in. */
function keysOf(fieldPath: string): string[] {
  const [, path = fieldPath, key] = /^([^[]*)\['(.*)'\]$/.exec(fieldPath) ?? []
  return [...path.split('.'), ...(key === undefined ? [] : [key])]
}

/** Undefined without a probe; `nobody` for the name of a port that the container does not have. */
function probedPort({ readinessProbe, ports = [] }: ContainerSpec): number | 'nobody' | undefined {
  const port = (readinessProbe?.tcpSocket ?? readinessProbe?.httpGet)?.port
  if (port === undefined) return undefined
  const number = ports.find(({ name }) => name === port)?.containerPort ?? Number(port)
  return number > 0 && number < 65_536 ? number : 'nobody'
}

const containerWith = (program: Program | undefined, options: ContainerOptions): Container =>
  program === undefined ? startSampleServer(options) : startProcess(program, options)

/** The container, or why this machine cannot start it: a word of its command with a zero byte, say. */
function startContainer(start: () => Container): Container | string {
  try {
    return start()
  } catch (error) {
    return messageOf(error)
  }
}

function conditions(ready: boolean): object[] {
  const time = now()
  const condition = (type: string, status: boolean): object => ({
    type,
    status: status ? 'True' : 'False',
    lastTransitionTime: time,
  })
  return [
    condition('PodScheduled', true),
    condition('Initialized', true),
    condition('ContainersReady', ready),
    condition('Ready', ready),
  ]
}

function containerStatus(pod: Resource, state: object, restartCount: number, ready = false): object {
  const { name, image } = containerOf(pod)
  return { name, image, imageID: '', ready, started: 'running' in state, restartCount, state, lastState: {} }
}
