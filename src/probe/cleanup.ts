import { type Cluster, isForbidden } from '../cluster/index.ts'
import { jobsPath, podsPath, servicePath, servicesPath } from '../cluster/paths.ts'
import type { Job, KubernetesObject, Pod, Service } from '../model/kubernetes.ts'
import { jobName, managedBy, managedByLabel, runLabel } from './clients/job.ts'
import { removeRun } from './clients/remove.ts'

export interface CleanUpOptions {
  /** Undefined for all. */
  namespace: string | undefined
  dryRun: boolean
}

export interface CleanedUp {
  /** `job.batch/NAME`, or `pod/NAME`, `service/NAME` of one whose Job is gone already. */
  object: string
  namespace: string
  /** False when a pod of it is still there after a minute; always true of a dry run. */
  removed: boolean
}

/** How long a pod may take to go, in milliseconds. */
const patienceMs = 60_000

/**
 * Removes every Job that a probe made, one after the other, with what belongs to it, and pods and Services that outlived
 * their Job.
 */
export async function* cleanUp(cluster: Cluster, options: CleanUpOptions): AsyncGenerator<CleanedUp> {
  for (const { object, namespace, job, runId, services } of await leftRuns(cluster, options.namespace)) {
    const removal = { namespace, job, runId, also: services, ended: false, patienceMs }
    const removed = options.dryRun || (await removeRun(cluster, removal))
    yield { object, namespace, removed }
  }
}

/** What one run left. */
interface LeftRun {
  object: string
  namespace: string
  runId: string
  job: string
  /** Paths of its temporary Services. */
  services: string[]
}

async function leftRuns(cluster: Cluster, only: string | undefined): Promise<LeftRun[]> {
  const query = { labelSelector: `${managedByLabel}=${managedBy},${runLabel}` }
  const runs = new Map<string, LeftRun>()
  const runOf = (kind: string, { metadata }: KubernetesObject): LeftRun => {
    const runId = metadata.labels?.[runLabel] ?? ''
    const known = runs.get(runId)
    if (known !== undefined) return known
    const namespace = metadata.namespace ?? only ?? 'default'
    const job = kind === 'job.batch' ? metadata.name : jobName(runId)
    const run = { object: `${kind}/${metadata.name}`, namespace, runId, job, services: [] }
    runs.set(runId, run)
    return run
  }
  for await (const job of cluster.list<Job>(jobsPath(only), { query })) runOf('job.batch', job)
  for await (const pod of cluster.list<Pod>(podsPath(only), { query })) runOf('pod', pod)
  try {
    for await (const service of cluster.list<Service>(servicesPath(only), { query })) {
      const { namespace, services } = runOf('service', service)
      services.push(servicePath(namespace, service.metadata.name))
    }
  } catch (error) {
    // Who may not list Services leaves them to the garbage collector, which removes them with their Job.
    if (!isForbidden(error)) throw error
  }
  return [...runs.values()]
}
