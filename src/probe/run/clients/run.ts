import { createDecoder } from '../../../agent/protocol/decode.ts'
import { ApiError, type Cluster, followLog, isForbidden } from '../../../cluster/index.ts'
import { jobsPath } from '../../../cluster/paths.ts'
import type { Job, Pod } from '../../../model/cluster/kubernetes.ts'
import { messageOf, UserError } from '../../../model/common/user-error.ts'
import { isRefusedByRbac } from '../../../model/cluster/role.ts'
import { missingPermission } from '../../permissions.ts'
import { agentCommand, answerReader } from './agent.ts'
import { containerName, deadlineSeconds, jobName, probeJob } from './pods/job.ts'
import { leaseSeconds } from './pods/lease.ts'
import { makeWhole } from './pods/make.ts'
import { PodTracker } from './pods/pod-tracker.ts'
import { removeRun } from './pods/remove.ts'
import { readLimitRanges } from './pods/resources.ts'
import type { RunControl } from '../../steps.ts'
import { type Emit, streamOf } from '../stream.ts'
import type { ClientEvent, ClientsSpec } from './spec.ts'

/** After so long somebody who waits for the prompt wants to know why, in milliseconds. */
const slowRemovalMs = 5000

/**
 * How long the removal of the Job is tried, in milliseconds: an API server that is away comes back, and nodes take their
 * time to end dozens of pods each (280 on three nodes: more than a minute).
 */
const removalPatienceMs = (clients: number): number => 60_000 + 500 * clients

/**
 * How long an API server may be away until there is nothing left to read, in milliseconds: when it comes back, it ends
 * a Job at once whose deadline has passed.
 */
const outagePatienceMs = (maxRunSeconds: number): number =>
  Math.min(deadlineSeconds(maxRunSeconds), leaseSeconds) * 1000

/**
 * Runs the agent in client pods, all of one Job, and tells what each says, until the last of them has ended.
 * The Job is removed on every way out. Knows nothing of verdicts; may be called any number of times for one command.
 *
 * An interrupted run is no error: it ends early. Rejects with UserError for what the user can mend, and with the errors
 * of src/cluster.
 */
export function runClients(
  cluster: Cluster,
  spec: ClientsSpec,
  { interrupted, abandoned }: Pick<RunControl, 'interrupted' | 'abandoned'>,
): AsyncGenerator<ClientEvent, void, undefined> {
  return streamOf(async (emit, left) => {
    await runJob(cluster, spec, emit, { interrupted: AbortSignal.any([interrupted, left]), abandoned })
  })
}

async function runJob(
  cluster: Cluster,
  spec: ClientsSpec,
  emit: Emit<ClientEvent>,
  { interrupted, abandoned }: Pick<RunControl, 'interrupted' | 'abandoned'>,
): Promise<void> {
  const { namespace, runId } = spec
  const watches = new AbortController()
  const signal = AbortSignal.any([interrupted, watches.signal])
  const note = (text: string): void => void emit({ kind: 'note', text })
  let allEnded = false
  let mayHavePods = false
  let pods: PodTracker | undefined
  try {
    await createJob(cluster, spec, { interrupted, abandoned }, () => void (mayHavePods = true))
    void emit({ kind: 'created' })
    const text = spec.clients === 1 ? 'starting the probe pod' : `starting ${spec.clients} probe pods`
    void emit({ kind: 'stage', text })
    pods = new PodTracker(cluster, {
      namespace,
      runId,
      clients: spec.clients,
      timeoutMs: spec.podRunningTimeoutMs,
      waitsForImage: spec.waitsForImage ?? false,
      signal,
      onStage: (waiting) => void emit({ kind: 'stage', text: waiting }),
    })
    allEnded = await followAll(cluster, spec, emit, { pods, signal, interrupted })
    await emit({ kind: 'all-ended' })
  } catch (error) {
    throw withRole(error, namespace)
  } finally {
    watches.abort()
    const slow = setTimeout(() => note(slowRemoval(runId, interrupted)), slowRemovalMs)
    const removed = await removeRun(cluster, {
      namespace,
      job: jobName(runId),
      runId,
      ended: allEnded,
      pods: mayHavePods ? spec.clients : 0,
      seen: pods?.names ?? [],
      patienceMs: removalPatienceMs(spec.clients),
      signal: abandoned,
    }).catch(() => false)
    clearTimeout(slow)
    if (!removed) for (const line of leftover(namespace, runId)) note(line)
  }
}

interface Following {
  pods: PodTracker
  /** Ends everything. */
  signal: AbortSignal
  /** A part of `signal`. */
  interrupted: AbortSignal
}

/** Resolves to true when every client has ended by itself. Rejects when none has started. */
async function followAll(
  cluster: Cluster,
  { namespace, clients, agent, maxRunSeconds }: ClientsSpec,
  emit: Emit<ClientEvent>,
  { pods, signal, interrupted }: Following,
): Promise<boolean> {
  const failures: { client: number; error: unknown }[] = []
  const outage = outageNotes((text) => void emit({ kind: 'note', text }))
  const follow = async (client: number): Promise<void> => {
    let pod: Pod
    try {
      pod = await pods.started(client)
    } catch (error) {
      failures.push({ client, error })
      return
    }
    void emit({ kind: 'pod', client, pod })
    const addresses = (pod.status?.podIPs ?? []).map(({ ip }) => ip)
    const decoder = createDecoder(answerReader(agent, addresses))
    const lines = followLog(cluster, {
      namespace,
      pod: pod.metadata.name,
      container: containerName,
      signal,
      isFinished: () => pods.hasEnded(client),
      giveUpAfterMs: outagePatienceMs(maxRunSeconds),
      ...outage(client),
    })
    for await (const line of lines) {
      const decoded = decoder.push(line)
      // Not faster than whoever reads.
      await emit({ kind: 'said', client, decoded, arrivedAt: Date.now() })
      if (decoded.end !== undefined) break
    }
    void emit({ kind: 'ended', client, message: pods.endMessage(client) })
  }
  try {
    await Promise.all(Array.from({ length: clients }, (_, client) => follow(client)))
  } catch (error) {
    // What was seen until then is still a result.
    if (!interrupted.aborted) throw error
  }
  if (interrupted.aborted) return false
  if (failures.length === clients) throw failures[0]?.error
  for (const { client, error } of failures) void emit({ kind: 'absent', client, why: messageOf(error) })
  return failures.length === 0
}

/** Every client has a connection of its own, and all are lost together: that is said once. */
function outageNotes(
  note: (text: string) => void,
): (client: number) => { onDisconnect: () => void; onReconnect: () => void } {
  const lost = new Set<number>()
  return (client) => ({
    onDisconnect: () => {
      if (lost.size === 0)
        note('the connection to the API server is lost; the probe goes on, trying to reconnect')
      lost.add(client)
    },
    onReconnect: () => {
      lost.delete(client)
      if (lost.size === 0) note('connected again')
    },
  })
}

/** Calls `onMade` when there is a Job from now on, or may be. */
async function createJob(
  cluster: Cluster,
  spec: ClientsSpec,
  ends: Pick<RunControl, 'interrupted' | 'abandoned'>,
  onMade: () => void,
): Promise<void> {
  const { namespace, agent, image, ...rest } = spec
  const [command, limitRanges] = await Promise.all([
    agentCommand(agent, image.agent, spec.maxRunSeconds),
    readLimitRanges(cluster, namespace, ends.interrupted),
  ])
  const job = probeJob({ ...rest, namespace, image: image.image, command, limitRanges })
  try {
    const query = { fieldManager: 'kubectl-affinity' }
    await makeWhole(ends, async (signal) => {
      await cluster.create<Job>(jobsPath(namespace), job, { signal, query }).catch((error: unknown) => {
        if (!(error instanceof ApiError)) onMade()
        throw error
      })
      onMade()
    })
  } catch (error) {
    if (!isForbidden(error)) throw error
    const explained = withRole(error, namespace)
    if (explained !== error) throw explained
    const words = error.status.message ?? error.message
    throw new UserError(`the cluster refuses the probe's Job: ${words}`, { cause: error })
  }
}

/** The error that names the missing permission and the Role, where that is what failed. */
function withRole(error: unknown, namespace: string): unknown {
  if (!isForbidden(error)) return error
  const words = error.status.message ?? error.message
  return isRefusedByRbac(words) ? missingPermission(words, namespace, error) : error
}

function slowRemoval(runId: string, interrupted: AbortSignal): string {
  return `still removing job/${jobName(runId)}; ${interrupted.aborted ? 'another Ctrl-C' : 'Ctrl-C twice'} leaves it`
}

function leftover(namespace: string, runId: string): string[] {
  const job = jobName(runId)
  return [
    `Warning: job/${job} may be left in namespace "${namespace}"; remove it with`,
    `  kubectl delete job ${job} -n ${namespace}`,
  ]
}
