import { type Cluster, isForbidden, isNotFound, isRetryable } from '../cluster/index.ts'
import type { KubernetesList, Pod } from '../model/kubernetes.ts'
import { runLabel } from './job.ts'
import { jobPath, podsPath } from './paths.ts'

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
  while (true) {
    try {
      if (!jobDeleted) await deleteJob(cluster, namespace, job, call)
      jobDeleted = true
      const pods = await podsOfRun(cluster, namespace, runId, call)
      if (pods.length === 0) return true
      // The garbage collector does it as well, some time later: much later after an outage.
      const graceful = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      const grace = ended ? { ...call, gracePeriodSeconds: 0 } : call
      await Promise.all(
        (ended ? pods : graceful).map((pod) => deletePod(cluster, namespace, pod.metadata.name, grace)),
      )
    } catch (error) {
      // Who may not see the pods cannot wait for them; the garbage collector removes them with the Job.
      if (jobDeleted && isForbidden(error)) return true
      if (!isRetryable(error)) throw error
    }
    if (performance.now() > until || signal?.aborted === true) return false
    await sleep(jobDeleted ? 25 : retryEveryMs)
  }
}

async function deleteJob(cluster: Cluster, namespace: string, job: string, call: object): Promise<void> {
  try {
    await cluster.delete(jobPath(namespace, job), { ...call, propagationPolicy: 'Background' })
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}

async function deletePod(cluster: Cluster, namespace: string, pod: string, options: object): Promise<void> {
  try {
    await cluster.delete(`${podsPath(namespace)}/${encodeURIComponent(pod)}`, options)
  } catch (error) {
    // Without the permission to delete pods it is left to the garbage collector.
    if (!isNotFound(error) && !isForbidden(error)) throw error
  }
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
