import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Cluster, isNotFound } from '../cluster/index.ts'
import { deploymentsPath, jobsPath, namespacePath, namespacesPath, servicesPath } from '../cluster/paths.ts'
import type { Job } from '../model/cluster/kubernetes.ts'
import { UserError } from '../model/common/user-error.ts'
import { ours } from '../model/cluster/ours.ts'
import { runLabel } from '../probe/run/clients/pods/job.ts'
import { anchorJob, ownedBy } from '../probe/shadow/temporary/anchor.ts'
import { deployment, deploymentName, service } from './objects.ts'

const readyMs = 120_000
const pollMs = 200
/** The demo takes less than a minute. When it was killed, its pods end after so long, in seconds. */
const lifeSeconds = 600

/** A namespace of its own on a cluster, with the sample in it. */
export interface DemoNamespace {
  name: string
  /** Resolves when the sample's pods serve. Rejects with UserError when they do not within two minutes. */
  ready: (signal: AbortSignal) => Promise<void>
  remove: () => Promise<void>
}

/**
 * Rejects with ApiError when it may not be made; nothing is left then. No namespace ends by itself: when this program is
 * killed, the pods do, with the Job that owns them, and `cleanup` removes the namespace by its labels.
 */
export async function makeDemoNamespace(cluster: Cluster, image: string): Promise<DemoNamespace> {
  const runId = randomBytes(4).toString('hex')
  const name = `affinity-demo-${runId}`
  const query = { fieldManager: 'kubectl-affinity' }
  const labels = { ...ours, [runLabel]: runId }
  await cluster.create(
    namespacesPath,
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } },
    { query },
  )
  const remove = async (): Promise<void> => {
    try {
      await cluster.delete(namespacePath(name))
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
  }
  const deployments = deploymentsPath(name)
  try {
    const metadata = { name, namespace: name, labels }
    const anchor = await cluster.create<Job>(jobsPath(name), anchorJob(metadata, lifeSeconds), { query })
    await cluster.create(deployments, deployment(name, image, ownedBy(anchor)), { query })
    await cluster.create(servicesPath(name), service(name), { query })
  } catch (error) {
    await remove()
    throw error
  }
  return {
    name,
    remove,
    ready: (signal) => available(cluster, `${deployments}/${deploymentName}`, name, signal),
  }
}

async function available(
  cluster: Cluster,
  path: string,
  namespace: string,
  signal: AbortSignal,
): Promise<void> {
  const until = performance.now() + readyMs
  for (;;) {
    const { status } = await cluster.get<{ status?: { availableReplicas?: number } }>(path, { signal })
    if (status?.availableReplicas === 3) return
    if (performance.now() > until) {
      throw new UserError(`the sample's pods did not start within ${readyMs / 1000}s`, {
        hints: [`see why:  kubectl get pods -n ${namespace}`, { remedy: 'reachable-image' }],
      })
    }
    await sleep(pollMs, undefined, { signal })
  }
}
