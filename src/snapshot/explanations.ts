import type { Explanation } from '../analysis/analyse.ts'
import type { Cluster } from '../cluster/index.ts'
import { serviceKind } from '../mechanisms/service/objects.ts'
import type { Service } from '../model/cluster/kubernetes.ts'
import type { Finding } from '../model/findings/finding.ts'
import type { Path } from '../model/affinity/leg.ts'
import { keyOf, refOf } from '../model/cluster/object.ts'
import type { Snapshot } from '../model/cluster/snapshot.ts'
import { type Hint, UserError } from '../model/common/user-error.ts'
import { Collector } from './collect.ts'
import type { NamedTarget, TargetQuery } from '../model/targets/parse.ts'
import { resolveServices } from './cluster/targets.ts'
import { toExplainOthers } from './wants.ts'
import type { SourceFile } from './files/read.ts'
import type { Fact } from '../model/cluster/store.ts'
import type { Groups } from './cluster/groups.ts'

/** What comes out of explaining, in order. */
export type ExplainStep =
  | { kind: 'explanation'; explanation: Explanation }
  /** About files, of no target. */
  | { kind: 'findings'; findings: readonly Finding[] }
  /** One target that could not be read; the others go on. */
  | { kind: 'failure'; error: Error }

/** Explains targets of a cluster: Services first, then what is of other kinds. Says which Role allows what was refused. */
export async function* explainCluster(
  cluster: Cluster,
  query: TargetQuery,
  signal?: AbortSignal,
  groups?: Promise<Fact<Groups>>,
): AsyncGenerator<ExplainStep, void, undefined> {
  const isEverywhere = query.kind === 'list' && query.allNamespaces
  const namespace = isEverywhere ? undefined : cluster.namespace
  try {
    for await (const step of explainTargets(cluster, query, signal, groups))
      yield step.kind === 'failure' ? { ...step, error: await withRole(step.error) } : step
  } catch (error) {
    throw error instanceof Error ? await withRole(error) : error
  }

  async function withRole(error: Error): Promise<Error> {
    const { withExplainRole } = await import('./refusal.ts')
    return await withExplainRole(error, { cluster, namespace, signal })
  }
}

async function* explainTargets(
  cluster: Cluster,
  query: TargetQuery,
  signal?: AbortSignal,
  groups?: Promise<Fact<Groups>>,
): AsyncGenerator<ExplainStep, void, undefined> {
  const isEverywhere = query.kind === 'list' && query.allNamespaces
  const collector = new Collector(cluster, { signal, isEverywhere, groups })
  if (query.kind === 'list') {
    if (query.of.name !== serviceKind.name) yield* explainOtherKinds(cluster, collector, query)
    else for await (const snapshot of collector.everything(query)) yield* explainSnapshot(snapshot)
    return
  }
  const [first] = query.targets
  if (first?.kind.name === serviceKind.name && query.targets.length === 1) {
    // One Service is read together with all the rest, which saves waiting for it.
    yield* explainSnapshot(collector.collect([{ namespace: cluster.namespace, name: first.name }]))
    return
  }
  const isService = ({ kind }: NamedTarget): boolean => kind.name === serviceKind.name
  const services = query.targets.filter(isService)
  if (services.length > 0) yield* explainServices(cluster, collector, services, signal)
  const others = query.targets.filter((target) => !isService(target))
  if (others.length > 0) yield* explainOtherKinds(cluster, collector, { kind: 'names', targets: others })
}

async function* explainServices(
  cluster: Cluster,
  collector: Collector,
  targets: readonly NamedTarget[],
  signal: AbortSignal | undefined,
): AsyncGenerator<ExplainStep, void, undefined> {
  collector.begin(targets.map(({ name }) => ({ namespace: cluster.namespace, name })))
  const services: Service[] = []
  const failures: ExplainStep[] = []
  for await (const item of resolveServices(cluster, { kind: 'names', targets }, signal)) {
    if ('service' in item) services.push(item.service)
    else failures.push({ kind: 'failure', error: item.error })
  }
  if (services.length > 0) yield* explainSnapshot(collector.collect(services))
  yield* failures
}

async function* explainOtherKinds(
  cluster: Cluster,
  collector: Collector,
  query: TargetQuery,
): AsyncGenerator<ExplainStep, void, undefined> {
  collector.begin([], { wants: toExplainOthers, namespaces: [cluster.namespace] })
  const { explainOthers, readTargets } = await import('./others.ts')
  const { targets, errors } = await readTargets(cluster, collector, query)
  const explanations = targets.length === 0 ? [] : await explainOthers(collector, targets)
  for (const explanation of explanations) yield { kind: 'explanation', explanation }
  for (const error of errors) yield { kind: 'failure', error }
}

export interface FileOptions {
  recursive: boolean
  /** Of objects that name none. */
  namespace: string
  stdin: AsyncIterable<Uint8Array | string>
}

/** Explains the Services of files, and what lies on no way to one of them. */
export async function* explainFiles(
  names: readonly string[],
  options: FileOptions,
): AsyncGenerator<ExplainStep, void, undefined> {
  const { readFiles, refusePatch } = await import('./files/read.ts')
  const files = await Array.fromAsync(readFiles(names, options.recursive, options.stdin))
  for (const { name, named } of files) if (named) await refusePatch(name)
  const isFolder = files.every(({ named }) => !named)
  const hints = options.recursive || !isFolder ? [] : [{ remedy: 'read-folders-below' } satisfies Hint]
  yield* explainTexts(files, names, options.namespace, hints)
}

/** Explains what a kustomization makes, as kubectl's `-k` applies it. */
export async function* explainKustomization(
  folder: string,
  namespace: string,
): AsyncGenerator<ExplainStep, void, undefined> {
  const { kustomized } = await import('./files/kustomize.ts')
  yield* explainTexts([await kustomized(folder)], [folder], namespace, [])
}

async function* explainTexts(
  files: readonly SourceFile[],
  names: readonly string[],
  namespace: string,
  hints: readonly Hint[],
): AsyncGenerator<ExplainStep, void, undefined> {
  const { snapshotOfFiles } = await import('./files/snapshot.ts')
  const { snapshot, services, earlier, findings, objects } = snapshotOfFiles(files, namespace)
  if (objects === 0 && findings.length === 0) {
    throw new UserError(`no objects in ${listOf(names)}`, { hints })
  }
  yield { kind: 'findings', findings: byPlace(findings) }
  const [{ besides }, { analyseObject, analyseService }, { sceneOf }, { targetKinds }] = await Promise.all([
    import('./others.ts'),
    import('../analysis/analyse.ts'),
    import('../analysis/store.ts'),
    import('../mechanisms/index.ts'),
  ])
  const paths: Path[] = []
  for (const { snapshot: its, service } of services) {
    const explanation = beside(findings, analyseService(its, service))
    yield { kind: 'explanation', explanation }
    paths.push(...explanation.paths)
  }
  const kinds = targetKinds.slice(1)
  const others = [
    ...besides(kinds, snapshot, paths).map((one) => ({ ...one, scene: sceneOf(snapshot) })),
    ...earlier.flatMap(({ snapshot: its, keys }) =>
      besides(kinds, its, [])
        .filter(({ object }) => keys.has(keyOf(refOf(object))))
        .map((one) => ({ ...one, scene: sceneOf(its) })),
    ),
  ]
  for (const { scene, kind, object } of others)
    yield { kind: 'explanation', explanation: analyseObject(scene, kind, object) }
  if (services.length + others.length > 0) return
  const error = new UserError(`nothing to explain in ${listOf(names)}`, {
    // What is wrong with the files is why.
    hints: findings.some(({ level }) => level === 'error')
      ? []
      : [`what can be explained:  ${[...new Set(targetKinds.map(({ label }) => label))].join(', ')}`],
  })
  yield { kind: 'failure', error }
}

/**
 * What is said about the files is not said again: a finding at the same place, and that a code passed which was found in an
 * object that the target is made of.
 */
function beside(findings: readonly Finding[], explanation: Explanation): Explanation {
  const placeOf = ({ position: at }: Finding): string => `${at?.file}:${at?.line}:${at?.column}`
  const errors = new Set(findings.filter(({ level }) => level === 'error').map(placeOf))
  const { namespace, name } = explanation.target
  const said = new Set(
    findings
      .filter(({ objects }) =>
        objects.some((object) => object.namespace === namespace && object.name === name),
      )
      .map(({ code }) => code),
  )
  return {
    ...explanation,
    findings: explanation.findings.filter(
      (finding) =>
        finding.level !== 'error' || finding.position === undefined || !errors.has(placeOf(finding)),
    ),
    passed: explanation.passed.filter((code) => !said.has(code)),
  }
}

function listOf(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ')
}

/** What explains is loaded while the server answers. */
async function* explainSnapshot(
  reading: Snapshot | Promise<Snapshot>,
): AsyncGenerator<ExplainStep, void, undefined> {
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
