import { type Cluster, isForbidden, isNotFound, isRetryable } from '../cluster/index.ts'
import type { KubernetesList, Pod } from '../model/kubernetes.ts'
import { runLabel } from './job.ts'
import { jobPath, podPath, podsPath } from '../cluster/paths.ts'

const retryEveryMs = 500

export interface RemoveOptions {
  namespace: string
  job: string
  runId: string
  /**
   * True when the agent has ended: its pod may then vanish at once. A running one gets its grace period, so that
   * "gone" means that it sends no more requests.
   */
  ended: boolean
  /** How long to go on trying, in milliseconds: an API server that is away comes back. */
  patienceMs: number
  signal?: AbortSignal
}

/**
 * Deletes a run's Job and waits until its pods are gone. Resolves to false when the patience ended first.
 * Objects that are gone already are fine. Rejects with ApiError when deleting is not allowed.
 */
export async function removeRun(cluster: Cluster, options: RemoveOptions): Promise<boolean> {
  const { namespace, job, runId, ended, patienceMs, signal } = options
  const until = performance.now() + patienceMs
  const call = signal === undefined ? {} : { signal }
  let jobDeleted = false
  let mayDeletePods = true
  // Most pods are gone in a moment; who waits longer need not ask so often.
  let pauseMs = 25
  while (true) {
    try {
      if (!jobDeleted) await deleteJob(cluster, namespace, job, call)
      jobDeleted = true
      const pods = await podsOfRun(cluster, namespace, runId, call)
      if (pods.length === 0) return true
      // The garbage collector does it as well, some time later: much later after an outage.
      if (mayDeletePods) mayDeletePods = await deletePods(cluster, namespace, pods, { ended, call })
    } catch (error) {
      // Who may not see the pods cannot wait for them; the garbage collector removes them with the Job.
      if (jobDeleted && isForbidden(error)) return true
      if (!isRetryable(error)) throw error
    }
    if (performance.now() > until || signal?.aborted === true) return false
    await sleep(jobDeleted ? pauseMs : retryEveryMs)
    if (jobDeleted) pauseMs = Math.min(pauseMs * 1.3, retryEveryMs)
  }
}

async function deleteJob(cluster: Cluster, namespace: string, job: string, call: object): Promise<void> {
  try {
    await cluster.delete(jobPath(namespace, job), { ...call, propagationPolicy: 'Background' })
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}

/** Resolves to false when the user may not delete pods. */
async function deletePods(
  cluster: Cluster,
  namespace: string,
  pods: readonly Pod[],
  { ended, call }: { ended: boolean; call: object },
): Promise<boolean> {
  const options = ended ? { ...call, gracePeriodSeconds: 0 } : call
  for (const { metadata } of pods) {
    if (!ended && metadata.deletionTimestamp !== undefined) continue
    try {
      await cluster.delete(podPath(namespace, metadata.name), options)
    } catch (error) {
      if (isForbidden(error)) return false
      if (!isNotFound(error)) throw error
    }
  }
  return true
}

async function podsOfRun(cluster: Cluster, namespace: string, runId: string, call: object): Promise<Pod[]> {
  const list = await cluster.get<KubernetesList<Pod>>(podsPath(namespace), {
    ...call,
    query: { labelSelector: `${runLabel}=${runId}` },
  })
  return list.items
}

async function sleep(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms))
}
