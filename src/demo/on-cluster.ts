import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Cluster, isNotFound } from '../cluster/index.ts'
import { UserError } from '../model/user-error.ts'
import { deployment, deploymentName, service } from './objects.ts'

const readyMs = 120_000
const pollMs = 200

/** A namespace of its own on a cluster, with the sample in it. */
export interface DemoNamespace {
  name: string
  /** Resolves when the sample's pods serve. Rejects with UserError when they do not within two minutes. */
  ready: (signal: AbortSignal) => Promise<void>
  remove: () => Promise<void>
}

/** Rejects with ApiError when it may not be made; nothing is left then. */
export async function makeDemoNamespace(cluster: Cluster, image: string): Promise<DemoNamespace> {
  const name = `affinity-demo-${randomBytes(3).toString('hex')}`
  const query = { fieldManager: 'kubectl-affinity' }
  const labels = { 'app.kubernetes.io/managed-by': 'kubectl-affinity' }
  await cluster.create(
    '/api/v1/namespaces',
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } },
    { query },
  )
  const remove = async (): Promise<void> => {
    try {
      await cluster.delete(`/api/v1/namespaces/${name}`)
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
  }
  const deployments = `/apis/apps/v1/namespaces/${name}/deployments`
  try {
    await cluster.create(deployments, deployment(name, image), { query })
    await cluster.create(`/api/v1/namespaces/${name}/services`, service(name), { query })
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
