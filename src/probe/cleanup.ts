import type { Cluster } from '../cluster/index.ts'
import type { Job } from '../model/kubernetes.ts'
import { managedBy, managedByLabel, runLabel } from './job.ts'
import { allJobsPath, jobsPath } from './paths.ts'
import { removeRun } from './remove.ts'

export interface CleanUpOptions {
  /** Undefined for all. */
  namespace: string | undefined
  dryRun: boolean
}

export interface CleanedUp {
  job: string
  namespace: string
  /** False when a pod of it is still there after a minute; always true of a dry run. */
  removed: boolean
}

/** How long a pod may take to go, in milliseconds. */
const patienceMs = 60_000

/** Removes every Job that a probe made, one after the other, with its pods. */
export async function* cleanUp(cluster: Cluster, options: CleanUpOptions): AsyncGenerator<CleanedUp> {
  const path = options.namespace === undefined ? allJobsPath : jobsPath(options.namespace)
  const query = { labelSelector: `${managedByLabel}=${managedBy},${runLabel}` }
  for await (const { metadata } of cluster.list<Job>(path, { query })) {
    const namespace = metadata.namespace ?? options.namespace ?? 'default'
    const runId = metadata.labels?.[runLabel] ?? ''
    const removed =
      options.dryRun ||
      (await removeRun(cluster, { namespace, job: metadata.name, runId, ended: false, patienceMs }))
    yield { job: metadata.name, namespace, removed }
  }
}
