import { type Cluster, isForbidden, isNotFound, isRetryable } from '../../../../cluster/index.ts'
import type { KubernetesList, Pod } from '../../../../model/cluster/kubernetes.ts'
import { runLabel } from './job.ts'
import { jobPath, podPath, podsPath } from '../../../../cluster/paths.ts'

const retryEveryMs = 500
/**
 * How long pods may still come after their Job was deleted, in milliseconds: its controller may have been about to make
 * them.
 */
const latePodsMs = 2000
/**
 * How long a pod that has started nothing may take to go, in milliseconds: a kubelet ends it no sooner than the pull of
 * its image, which may hang.
 */
const unstartedPodsMs = 3000
/** Pods that are deleted at the same time. */
const atOnce = 16

export interface RemoveOptions {
  namespace: string
  job: string
  runId: string
  /**
   * Paths of further objects that the Job owns, which are deleted at once instead of when the garbage collector comes
   * to it. Who may not delete them leaves them to it.
   */
  also?: readonly string[]
  /**
   * True when the agent has ended: its pod may then vanish at once. A running one gets its grace period, so that
   * "gone" means that it sends no more requests.
   */
  ended: boolean
  /** How many pods the Job makes: where fewer were seen, more may come. */
  pods: number
  /** Names of those that were seen before, and may be gone by now. */
  seen?: readonly string[]
  /** How long to go on trying, in milliseconds: an API server that is away comes back. */
  patienceMs: number
  signal?: AbortSignal
}

/**
 * Deletes a run's Job and waits until its pods are gone. Resolves to false when the patience ended first.
 * Objects that are gone already are fine. Rejects with ApiError when deleting is not allowed.
 */
export async function removeRun(cluster: Cluster, options: RemoveOptions): Promise<boolean> {
  const { namespace, job, runId, also = [], ended, pods: expected, patienceMs, signal } = options
  const until = performance.now() + patienceMs
  const call = signal === undefined ? {} : { signal }
  let jobDeleted = false
  let lateUntil = Number.POSITIVE_INFINITY
  const seen = new Set(options.seen)
  let mayDeletePods = true
  const left = [...also]
  // Most pods are gone in a moment; who waits longer need not ask so often.
  let pauseMs = 25
  while (true) {
    try {
      // The Job first: whatever happens next, nothing that it owns stays for long.
      if (!jobDeleted) {
        await deleteIfThere(cluster, jobPath(namespace, job), call)
        jobDeleted = true
        lateUntil = performance.now() + latePodsMs
      }
      while (left.length > 0) {
        await deleteIfAllowed(cluster, left[0]!, call)
        left.shift()
      }
      const pods = await podsOfRun(cluster, namespace, runId, call)
      for (const { metadata } of pods) seen.add(metadata.name)
      if (pods.length === 0 && (seen.size >= expected || performance.now() >= lateUntil)) return true
      // The garbage collector does it as well, some time later: much later after an outage.
      const isSlow = performance.now() >= lateUntil - latePodsMs + unstartedPodsMs
      const mayVanish = (pod: Pod): boolean => ended || (isSlow && !hasStarted(pod))
      if (mayDeletePods) mayDeletePods = await deletePods(cluster, namespace, pods, { mayVanish, call })
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

async function deleteIfThere(cluster: Cluster, path: string, call: object): Promise<void> {
  try {
    await cluster.delete(path, { ...call, propagationPolicy: 'Background' })
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}

async function deleteIfAllowed(cluster: Cluster, path: string, call: object): Promise<void> {
  try {
    await deleteIfThere(cluster, path, call)
  } catch (error) {
    if (!isForbidden(error)) throw error
  }
}

const hasStarted = ({ spec, status }: Pod): boolean =>
  spec.nodeName !== undefined &&
  status?.containerStatuses?.some(({ state }) => state?.waiting === undefined) !== false

/** Resolves to false when the user may not delete pods. */
async function deletePods(
  cluster: Cluster,
  namespace: string,
  pods: readonly Pod[],
  { mayVanish, call }: { mayVanish: (pod: Pod) => boolean; call: object },
): Promise<boolean> {
  const remove = async (pod: Pod): Promise<boolean> => {
    try {
      const options = mayVanish(pod) ? { ...call, gracePeriodSeconds: 0 } : call
      await cluster.delete(podPath(namespace, pod.metadata.name), options)
    } catch (error) {
      if (isForbidden(error)) return false
      if (!isNotFound(error)) throw error
    }
    return true
  }
  const due = pods.filter((pod) => mayVanish(pod) || pod.metadata.deletionTimestamp === undefined)
  for (let at = 0; at < due.length; at += atOnce) {
    const removed = await Promise.all(due.slice(at, at + atOnce).map(remove))
    if (removed.includes(false)) return false
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
