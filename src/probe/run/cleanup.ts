import { type Cluster, isForbidden, isNotFound } from '../../cluster/index.ts'
import {
  jobsPath,
  namespacePath,
  namespacesPath,
  podsPath,
  servicePath,
  servicesPath,
} from '../../cluster/paths.ts'
import type { Job, KubernetesObject, Pod, Service } from '../../model/cluster/kubernetes.ts'
import { oursSelector } from '../../model/cluster/ours.ts'
import { jobName, runLabel } from './clients/pods/job.ts'
import { removeRun } from './clients/pods/remove.ts'

export interface CleanUpOptions {
  /** Undefined for all. */
  namespace: string | undefined
  dryRun: boolean
}

export interface CleanedUp {
  /** `namespace/NAME` of a demo, `job.batch/NAME`, or `pod/NAME`, `service/NAME` of one whose Job is gone already. */
  object: string
  /** Undefined for a namespace itself. */
  namespace: string | undefined
  /** False when a pod of it is still there after a minute; always true of a dry run. */
  removed: boolean
}

/** How long a pod may take to go, in milliseconds. */
const patienceMs = 60_000

/** What was found, and what could not be looked at. */
export interface LeftNamespaces {
  /** Of demos, that are to be removed. */
  due: string[]
  /** Of demos, in other places than the one to clean up. */
  elsewhere: string[]
  /** True when the namespaces may not be listed. */
  unknown: boolean
}

/** Whether a namespace is there; who may not read it is not told otherwise. */
export async function hasNamespace(cluster: Cluster, name: string): Promise<boolean> {
  try {
    await cluster.get(namespacePath(name))
    return true
  } catch (error) {
    if (!isNotFound(error) && !isForbidden(error)) throw error
    return isForbidden(error)
  }
}

/** Finds the namespaces that demos made on this cluster. */
export async function leftNamespaces(cluster: Cluster, only: string | undefined): Promise<LeftNamespaces> {
  const names: string[] = []
  try {
    for await (const { metadata } of cluster.list<KubernetesObject>(namespacesPath, { query: ours }))
      if (metadata.deletionTimestamp === undefined) names.push(metadata.name)
  } catch (error) {
    if (!isForbidden(error)) throw error
    return { due: [], elsewhere: [], unknown: true }
  }
  const isDue = (name: string): boolean => only === undefined || name === only
  return { due: names.filter(isDue), elsewhere: names.filter((name) => !isDue(name)), unknown: false }
}

/**
 * Removes namespaces of demos with all that is in them, then every Job that a probe made, one after the other, with what belongs to it, and pods and Services that outlived
 * their Job.
 */
export async function* cleanUp(
  cluster: Cluster,
  options: CleanUpOptions,
  namespaces: readonly string[],
): AsyncGenerator<CleanedUp> {
  for (const name of namespaces) {
    if (!options.dryRun) await cluster.delete(namespacePath(name))
    yield { object: `namespace/${name}`, namespace: undefined, removed: true }
  }
  for (const run of await leftRuns(cluster, options.namespace)) {
    const { object, namespace, job, runId, pods, services } = run
    if (namespaces.includes(namespace)) continue
    const removal = { namespace, job, runId, also: services, ended: false, pods, patienceMs }
    const removed = options.dryRun || (await removeRun(cluster, removal))
    yield { object, namespace, removed }
  }
}

type SizedJob = Job & { spec?: { parallelism?: number } }

/** What one run left. */
interface LeftRun {
  object: string
  namespace: string
  runId: string
  job: string
  /** How many pods its Job makes. */
  pods: number
  /** Paths of its temporary Services. */
  services: string[]
}

/** The labels of everything that this program makes. */
const ours = { labelSelector: `${oursSelector},${runLabel}` }

async function leftRuns(cluster: Cluster, only: string | undefined): Promise<LeftRun[]> {
  const query = ours
  const runs = new Map<string, LeftRun>()
  const runOf = (kind: string, { metadata }: KubernetesObject): LeftRun => {
    const runId = metadata.labels?.[runLabel] ?? ''
    const known = runs.get(runId)
    if (known !== undefined) return known
    const namespace = metadata.namespace ?? only ?? 'default'
    const job = kind === 'job.batch' ? metadata.name : jobName(runId)
    const run = { object: `${kind}/${metadata.name}`, namespace, runId, job, pods: 0, services: [] }
    runs.set(runId, run)
    return run
  }
  for await (const job of cluster.list<SizedJob>(jobsPath(only), { query }))
    runOf('job.batch', job).pods += job.spec?.parallelism ?? 1
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
