import { randomBytes } from 'node:crypto'
import type { Cluster } from '../cluster/index.ts'
import { jobName } from './clients/job.ts'
import { keepLease, leaseSeconds } from './clients/lease.ts'
import { runClients } from './clients/run.ts'
import type { InPodSpec } from './clients/in-pod.ts'
import type { ClientsSink, ClientsSpec, Surroundings } from './clients/spec.ts'
import type { ImageChoice } from '../model/image-choice.ts'
import type { RunIdentity } from './collect.ts'
import { type EndpointsSink, followEndpoints } from './endpoint-watch.ts'
import type { ProbeOptions, ProbePlan } from './plan.ts'

/** Takes in what clients and endpoints do, and makes a result of it. */
export interface Observer<T> extends ClientsSink, EndpointsSink {
  /** The Job was made. */
  onCreated: () => void
  /** The clients have ended: the last moment to find something out. */
  settle?: () => Promise<void>
  /** Throws what the command is to end with when nothing was observed. */
  result: () => T
}

export interface ObserveSurroundings<T> {
  /** Stop, clean up, and report what was seen so far. */
  interrupted: AbortSignal
  /** Do not even clean up any more. */
  abandoned: AbortSignal
  /** Called with the result before the clean-up, so that nobody waits for it. */
  report: (result: T) => Promise<void>
  /** What else goes on beside the client pods, awaited when they have ended. */
  besides?: () => Promise<void>
}

/** A run that begins now. */
export function newRun(): RunIdentity {
  return {
    runId: randomBytes(4).toString('hex'),
    startedAt: new Date().toISOString(),
    begunMs: performance.now(),
  }
}

/** What the clients of a plan are. */
export function clientsSpec(
  options: ProbeOptions,
  plan: ProbePlan,
  image: ImageChoice,
  runId: string,
  clients = 1,
): ClientsSpec {
  const { namespace, service, node, spreadNodes, hostNetwork, podRunningTimeoutMs } = options
  return {
    runId,
    namespace,
    target: `service/${service}`,
    image,
    agent: plan.agent,
    clients,
    ...(node === undefined ? {} : { node }),
    ...(spreadNodes === undefined ? {} : { spreadNodes }),
    ...(hostNetwork === undefined ? {} : { hostNetwork }),
    maxRunSeconds: plan.maxRunSeconds,
    podRunningTimeoutMs,
  }
}

/** Runs clients, or the agent in a pod that is there, while the endpoints of the Service are followed; reports, and removes what it made on every way out. */
export async function observe<T>(
  cluster: Cluster,
  service: Pick<ProbeOptions, 'namespace' | 'service'>,
  spec: ClientsSpec | InPodSpec,
  observer: Observer<T>,
  { interrupted, abandoned, report, besides }: ObserveSurroundings<T>,
): Promise<T> {
  const watching = new AbortController()
  const signal = AbortSignal.any([interrupted, watching.signal])
  try {
    const all: Surroundings<T> = {
      interrupted,
      abandoned,
      onCreated: () => {
        observer.onCreated()
        followEndpoints(cluster, service, observer, signal)
        if ('runId' in spec && spec.maxRunSeconds > leaseSeconds) {
          const { namespace, runId, maxRunSeconds } = spec
          void keepLease(cluster, { namespace, job: jobName(runId), maxRunSeconds, signal })
        }
      },
      whenEnded: async () => {
        await besides?.()
        await observer.settle?.()
        const result = observer.result()
        await report(result)
        return result
      },
    }
    if (!('container' in spec)) return await runClients(cluster, spec, observer, all)
    const { runInPod } = await import('./clients/in-pod.ts')
    return await runInPod(cluster, spec, observer, all)
  } finally {
    watching.abort()
  }
}

/** The same without any client pod, and so without a Job: `ask` is all that sends requests. */
export async function observeHere<T>(
  cluster: Cluster,
  service: Pick<ProbeOptions, 'namespace' | 'service'>,
  observer: Observer<T>,
  ask: () => Promise<void>,
  { interrupted, report }: ObserveSurroundings<T>,
): Promise<T> {
  const watching = new AbortController()
  try {
    observer.onCreated()
    followEndpoints(cluster, service, observer, AbortSignal.any([interrupted, watching.signal]))
    await ask()
    const result = observer.result()
    await report(result)
    return result
  } finally {
    watching.abort()
  }
}
