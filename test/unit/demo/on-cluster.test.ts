import { expect, test } from 'vitest'
import type { Cluster } from '../../../src/cluster/index.ts'
import { makeDemoNamespace } from '../../../src/demo/on-cluster.ts'
import type { KubernetesObject } from '../../../src/model/cluster/kubernetes.ts'

test('the namespace can be found by its labels, and its pods go with a Job that ends by itself', async () => {
  const made: KubernetesObject[] = []
  const cluster = {
    create: async (_: string, object: KubernetesObject) => {
      await Promise.resolve()
      made.push(object)
      return { ...object, metadata: { ...object.metadata, uid: `uid-${object.kind}` } }
    },
  } as unknown as Cluster
  const { name } = await makeDemoNamespace(cluster, 'node:24')
  const [namespace, job, deployment] = made
  const labels = {
    'app.kubernetes.io/managed-by': 'kubectl-affinity',
    'affinity.kubectl.dev/run': name.replace('affinity-demo-', ''),
  }
  expect(namespace).toMatchObject({ kind: 'Namespace', metadata: { name, labels } })
  expect(job).toMatchObject({
    kind: 'Job',
    metadata: { labels },
    spec: { completions: 0, ttlSecondsAfterFinished: 600 },
  })
  expect(deployment).toMatchObject({
    kind: 'Deployment',
    metadata: { ownerReferences: [{ uid: 'uid-Job' }] },
  })
})
