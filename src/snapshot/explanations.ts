import type { Explanation } from '../analysis/analyse.ts'
import type { Cluster } from '../cluster/index.ts'
import type { Finding } from '../model/finding.ts'
import type { Snapshot } from '../model/snapshot.ts'
import { UserError } from '../model/user-error.ts'
import { collectSnapshot } from './collect.ts'
import type { TargetQuery } from '../targets/parse.ts'
import { type Resolved, resolveServices } from './targets.ts'

/** What comes out of explaining, in order. */
export type Step =
  | { kind: 'explanation'; explanation: Explanation }
  /** About files, of no Service. */
  | { kind: 'findings'; findings: readonly Finding[] }
  /** One Service that could not be read; the others go on. */
  | { kind: 'failure'; error: Error }

/** Explains Services of a cluster. */
export async function* explainCluster(
  cluster: Cluster,
  query: TargetQuery,
  signal?: AbortSignal,
): AsyncGenerator<Step, void, undefined> {
  if (query.kind === 'list') {
    const { collectMany } = await import('./every.ts')
    for await (const snapshot of collectMany(cluster, query, signal)) yield* explainSnapshot(snapshot)
    return
  }
  const [first] = query.targets
  if (query.targets.length === 1 && first !== undefined) {
    // One Service is read together with all the rest, which saves waiting for it.
    yield* explainSnapshot(
      collectSnapshot(cluster, [{ namespace: cluster.namespace, name: first.name }], { signal }),
    )
    return
  }
  const resolved: Resolved[] = await Array.fromAsync(resolveServices(cluster, query, signal))
  const services = resolved.flatMap((item) => ('service' in item ? [item.service] : []))
  yield* explainSnapshot(collectSnapshot(cluster, services, { signal }))
  for (const item of resolved) if ('error' in item) yield { kind: 'failure', error: item.error }
}

/** Explains the Services of files; `namespace` is that of objects that name none. */
export async function* explainFiles(
  names: readonly string[],
  options: { recursive: boolean; namespace: string; stdin: AsyncIterable<Uint8Array | string> },
): AsyncGenerator<Step, void, undefined> {
  const [{ readFiles }, { snapshotOfFiles }] = await Promise.all([
    import('./files/read.ts'),
    import('./files/snapshot.ts'),
  ])
  const files = await Array.fromAsync(readFiles(names, options.recursive, options.stdin))
  const { snapshot, findings, objects } = snapshotOfFiles(files, options.namespace)
  if (objects === 0 && findings.length === 0) {
    throw new UserError(`no objects in ${listOf(names)}`, {
      hints: options.recursive ? [] : ['folders in folders are read with -R'],
    })
  }
  yield { kind: 'findings', findings: byPlace(findings) }
  if (snapshot.services.length === 0) {
    const error = new UserError(`no Service in ${listOf(names)}: nothing to explain`, {
      hints: ['an Ingress or a route is explained with the Service that it leads to'],
    })
    yield { kind: 'failure', error }
    return
  }
  yield* explainSnapshot(snapshot)
}

function listOf(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ')
}

/** What explains is loaded while the server answers. */
async function* explainSnapshot(
  reading: Snapshot | Promise<Snapshot>,
): AsyncGenerator<Step, void, undefined> {
  const [snapshot, { analyseService }] = await Promise.all([reading, import('../analysis/analyse.ts')])
  for (const service of snapshot.services) {
    yield { kind: 'explanation', explanation: analyseService(snapshot, service) }
  }
}

/** As the files are read: by place, and not the worst first. */
function byPlace(findings: readonly Finding[]): Finding[] {
  const files = [...new Set(findings.map(({ position }) => position?.file))]
  const rank = ({ position }: Finding): number[] => [
    files.indexOf(position?.file),
    position?.line ?? 0,
    position?.column ?? 0,
  ]
  return findings.toSorted((a, b) => {
    const [x, y] = [rank(a), rank(b)]
    return x[0]! - y[0]! || x[1]! - y[1]! || x[2]! - y[2]!
  })
}
