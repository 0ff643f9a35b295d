import type { Cluster } from '../cluster/index.ts'
import type { Job, Pod } from '../model/kubernetes.ts'
import { jobName, managedBy, managedByLabel, runLabel } from './job.ts'
import { jobsPath, podsPath } from '../cluster/paths.ts'
import { removeRun } from './remove.ts'

export interface CleanUpOptions {
  /** Undefined for all. */
  namespace: string | undefined
  dryRun: boolean
}

export interface CleanedUp {
  /** `job.batch/NAME`, or `pod/NAME` of a pod whose Job is gone already. */
  object: string
  namespace: string
  /** False when a pod of it is still there after a minute; always true of a dry run. */
  removed: boolean
}

/** How long a pod may take to go, in milliseconds. */
const patienceMs = 60_000

/** Removes every Job that a probe made, one after the other, with its pods, and pods that outlived their Job. */
export async function* cleanUp(cluster: Cluster, options: CleanUpOptions): AsyncGenerator<CleanedUp> {
  const runs = new Set<string>()
  for await (const { object, namespace, runId } of leftovers(cluster, options.namespace)) {
    if (runs.has(runId)) continue
    runs.add(runId)
    const removed =
      options.dryRun ||
      (await removeRun(cluster, { namespace, job: jobName(runId), runId, ended: false, patienceMs }))
    yield { object, namespace, removed }
  }
}

async function* leftovers(
  cluster: Cluster,
  only: string | undefined,
): AsyncGenerator<{ object: string; namespace: string; runId: string }> {
  const query = { labelSelector: `${managedByLabel}=${managedBy},${runLabel}` }
  const described = (kind: string, { metadata }: Job | Pod) => ({
    object: `${kind}/${metadata.name}`,
    namespace: metadata.namespace ?? only ?? 'default',
    runId: metadata.labels?.[runLabel] ?? '',
  })
  const jobs = cluster.list<Job>(jobsPath(only), { query })
  for await (const job of jobs) yield described('job.batch', job)
  const pods = cluster.list<Pod>(podsPath(only), { query })
  for await (const pod of pods) yield described('pod', pod)
}
