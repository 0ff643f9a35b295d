/**
 * `explain` against `kubectl describe`, in turn, on the lab: a Service without affinity, and one with it, about which
 * more is read.
 *
 *     node test/bench/explain.ts [PAIRS]
 *
 * Prints medians and the median ratio of the pairs; the aim is 1 at most.
 */
import { join } from 'node:path'
import { kubectl, labKubeconfig, programs } from '../lab/index.ts'
import { compare } from './measure.ts'

const pairs = Number(process.argv[2] ?? 25)
const dist = process.env['KUBECTL_AFFINITY_DIST'] ?? join(import.meta.dirname, '..', '..', 'dist')
const kubectlPath = join(await programs('kubernetes'), 'kubectl')
const namespace = `exp-bench-${process.pid}`
const env = { KUBECONFIG: labKubeconfig() }

const service = (name: string, spec: object): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace },
  spec: { selector: { app: 'none' }, ports: [{ port: 80 }], ...spec },
})
const items = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
  service('plain', {}),
  service('sticky', { sessionAffinity: 'ClientIP' }),
]

try {
  await kubectl(['create', '-f', '-'], { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) })
  for (const name of ['plain', 'sticky']) {
    await compare(
      `explain svc/${name}`,
      pairs,
      { argv: [join(dist, 'kubectl-affinity'), 'explain', `svc/${name}`, '-n', namespace], env },
      { argv: [kubectlPath, 'describe', 'service', name, '-n', namespace], env, name: 'kubectl describe' },
    )
  }
} finally {
  await kubectl(['delete', 'namespace', namespace, '--wait=false'])
}
