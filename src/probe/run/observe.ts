import type { AgentConfig } from '../../agent/config.ts'
import type { Cluster } from '../../cluster/index.ts'
import { jobName } from './clients/pods/job.ts'
import { keepLease, leaseSeconds } from './clients/pods/lease.ts'
import { runClients } from './clients/run.ts'
import type { InPodSpec } from './clients/in-pod.ts'
import type { ClientEvent, ClientsSpec } from './clients/spec.ts'
import { type EndpointsEvent, followEndpoints } from './endpoint-watch.ts'
import { entriesFromHere } from '../plan/entries/asked.ts'
import type { Origin } from '../plan/origin.ts'
import type { ProbePlan } from '../plan/plan.ts'
import type { ProbeOptions } from '../plan/options.ts'
import type { RunControl } from '../steps.ts'
import { streamOf } from './stream.ts'
import { defined } from '../../model/common/values.ts'

/** What happens while requests are sent: to the clients, and to the endpoints behind the Service. */
export type RunEvent = ClientEvent | EndpointsEvent

/** Who sends requests. */
export interface Senders {
  /** In the cluster; none where this machine is the only client. */
  pods?: ClientsSpec | InPodSpec
  /** What this machine does as a client. */
  here?: AgentConfig
}

/** The senders of a plan. */
export function sendersOf(options: ProbeOptions, plan: ProbePlan, origin: Origin): Senders {
  const here = plan.here ? { here: { ...plan.agent, targets: targetsFromHere(plan) } } : {}
  return plan.clients === 0 ? here : { ...here, pods: podsOf(options, plan, origin) }
}

/** The clients in pods of a round: those of its Job, or one in each container. */
export function podsOf(
  options: ProbeOptions,
  { agent, clients, maxRunSeconds, runId }: Pick<ProbePlan, 'agent' | 'clients' | 'maxRunSeconds' | 'runId'>,
  origin: Origin,
): ClientsSpec | InPodSpec {
  const {
    namespace,
    service,
    node,
    spreadNodes,
    hostNetwork,
    podRunningTimeoutMs,
    waitsForImage = false,
  } = options
  if (origin.kind === 'containers') return { containers: origin.containers, namespace, agent, maxRunSeconds }
  return {
    runId,
    namespace,
    target: `service/${service}`,
    image: origin.image,
    agent,
    clients,
    ...defined({ node, spreadNodes, hostNetwork }),
    maxRunSeconds,
    podRunningTimeoutMs,
    waitsForImage,
  }
}

function targetsFromHere({ agent, entries }: ProbePlan): AgentConfig['targets'] {
  const own = new Set(entriesFromHere(entries))
  return agent.targets.filter((_, index) => own.has(entries[index]!))
}

/**
 * Runs all senders while the endpoints of the Service are followed. What was made for them is removed on every way out.
 * Rejects as `runClients` does.
 */
export function observe(
  cluster: Cluster,
  { namespace, service, front }: Pick<ProbeOptions, 'namespace' | 'service' | 'front'>,
  { pods, here }: Senders,
  { interrupted, abandoned }: RunControl,
): AsyncGenerator<RunEvent, void, undefined> {
  return streamOf(async (emit, left) => {
    const watching = new AbortController()
    const stopped = AbortSignal.any([interrupted, left])
    const signal = AbortSignal.any([stopped, watching.signal])
    // Together with the first pod: until that runs there is nothing to compare with, and afterwards the job is gone.
    const begun = Promise.withResolvers<void>()
    const askHere = async (agent: AgentConfig): Promise<void> => {
      const { runHere } = await import('./clients/here.ts')
      for await (const event of runHere(agent, stopped)) await emit(event)
    }
    const beside = here === undefined ? undefined : begun.promise.then(async () => await askHere(here))
    beside?.catch(() => {})
    const onCreated = (): void => {
      followEndpoints(cluster, { namespace, services: [service, ...(front?.others ?? [])] }, emit, signal)
      if (pods !== undefined && 'runId' in pods && pods.maxRunSeconds > leaseSeconds) {
        const { namespace, runId, maxRunSeconds } = pods
        void keepLease(cluster, { namespace, job: jobName(runId), maxRunSeconds, signal })
      }
    }
    try {
      for await (const event of podEvents(cluster, pods, { interrupted: stopped, abandoned })) {
        if (event.kind === 'created') onCreated()
        if (event.kind === 'said' && event.decoded.observations.length > 0) begun.resolve()
        if (event.kind === 'all-ended') {
          begun.resolve()
          await beside
        }
        await emit(event)
      }
    } finally {
      watching.abort()
    }
  })
}

/** What happens to clients in pods. Rejects as `runClients` does. */
export async function* podEvents(
  cluster: Cluster,
  pods: Senders['pods'],
  control: Pick<RunControl, 'interrupted' | 'abandoned'>,
): AsyncGenerator<ClientEvent, void, undefined> {
  if (pods === undefined) yield* [{ kind: 'created' }, { kind: 'all-ended' }] satisfies ClientEvent[]
  else if ('containers' in pods)
    yield* (await import('./clients/in-pod.ts')).runInPods(cluster, pods, control)
  else yield* runClients(cluster, pods, control)
}
