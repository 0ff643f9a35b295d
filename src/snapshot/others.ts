import { analyseObject, type Explanation } from '../analysis/analyse.ts'
import { sceneOf } from '../analysis/store.ts'
import { ApiError, type Cluster } from '../cluster/index.ts'
import { services } from '../mechanisms/service/objects.ts'
import { known, notAsked } from '../model/cluster/store.ts'
import type { KubernetesObject } from '../model/cluster/kubernetes.ts'
import type { Path } from '../model/affinity/leg.ts'
import { isOfType, keyOf, type NamespacedName, refOf, resourceName } from '../model/cluster/object.ts'
import type { ObjectTable, Snapshot } from '../model/cluster/snapshot.ts'
import type { TargetKind } from '../model/affinity/target.ts'
import { UserError } from '../model/common/user-error.ts'
import { pathsAbout } from '../analysis/path/walk.ts'
import type { TargetQuery } from '../model/targets/parse.ts'
import type { Collector } from './collect.ts'
import { toExplainOthers } from './wants.ts'
import { distinctBy } from '../model/common/values.ts'

/** A target that is no Service, as it was read. */
export interface OtherTarget {
  kind: TargetKind
  object: KubernetesObject
}

/** The targets that a query means, and an error for each that cannot be had. Rejects where a list itself fails. */
export async function readTargets(
  cluster: Cluster,
  { objects }: Collector,
  query: TargetQuery,
): Promise<{ targets: OtherTarget[]; errors: Error[] }> {
  if (query.kind === 'list') {
    const { of: kind, allNamespaces, selector } = query
    const list = await objects.select(kind.type, allNamespaces ? undefined : cluster.namespace, selector)
    return { targets: list.map((object) => ({ kind, object })), errors: [] }
  }
  const answers = await Promise.allSettled(
    query.targets.map((target) => objects.getTarget(target, cluster.namespace)),
  )
  const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as Error] : []))
  const lost = refused.find((error) => !(error instanceof UserError || error instanceof ApiError))
  // Nobody answers: the others will not do better.
  if (lost !== undefined) throw lost
  return {
    targets: answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : [])),
    errors: refused,
  }
}

/** Explains targets that are no Services, with the Services that their ways lead to. */
export async function explainOthers(
  collector: Collector,
  targets: readonly OtherTarget[],
): Promise<Explanation[]> {
  const scene = sceneOf(await snapshotOfOthers(collector, targets))
  return targets.map(({ kind, object }) => analyseObject(scene, kind, object))
}

/** What matters for such targets. */
export async function snapshotOfOthers(
  collector: Collector,
  targets: readonly OtherTarget[],
): Promise<Snapshot> {
  const namespaces = [...new Set(targets.flatMap(({ object }) => object.metadata.namespace ?? []))]
  const front = withTargets(await collector.inFront(namespaces), targets)
  const { services, gaps } = await collector.find(servicesBehind(front, targets))
  const snapshot = await collector.collect(services, { wants: toExplainOthers, namespaces })
  const objects = withTargets(snapshot.objects, targets)
  return { ...snapshot, objects: { ...objects, gaps: [...objects.gaps, ...gaps] } }
}

/** The Services behind one target; for one whose own arrows end at other objects, as those of a Gateway do. */
export async function servicesThrough(collector: Collector, target: OtherTarget): Promise<NamespacedName[]> {
  const front = await collector.inFront([target.object.metadata.namespace ?? 'default'])
  return servicesBehind(withTargets(front, [target]), [target])
}

/** Targets are there whatever their lists say: one may be read by its name where lists are forbidden. */
function withTargets({ lists, gaps }: ObjectTable, targets: readonly OtherTarget[]): ObjectTable {
  const more = new Map(lists)
  for (const { kind, object } of targets) {
    const name = resourceName(kind.type)
    const list = more.get(name)
    const others = list?.known === true ? list.value : []
    const key = keyOf(refOf(object))
    more.set(name, known([object, ...others.filter((other) => keyOf(refOf(other)) !== key)]))
  }
  return { lists: more, gaps }
}

/** The Services to which the ways through targets lead. */
function servicesBehind(objects: ObjectTable, targets: readonly OtherTarget[]): NamespacedName[] {
  const bare: Snapshot = {
    source: 'cluster',
    services: [],
    objects,
    proxy: notAsked('the Service proxy'),
    windowsNodes: notAsked('nodes'),
    cloud: notAsked('nodes'),
    version: notAsked('the version'),
  }
  const { network } = sceneOf(bare)
  const paths = targets.flatMap(({ object }) => pathsAbout(refOf(object), network))
  const refs = paths.flatMap(({ hops }) => hops.flatMap(({ next }) => next ?? []))
  const ofServices = refs.filter(({ kind, group = '' }) => kind === services.kind && group === services.group)
  return distinctBy(ofServices, keyOf).map(({ namespace = '', name }) => ({ namespace, name }))
}

/** Objects of other kinds than Services that lie on none of these ways. */
export function besides(
  kinds: readonly TargetKind[],
  snapshot: Snapshot,
  paths: readonly Path[],
): OtherTarget[] {
  const seen = new Set(
    paths.flatMap(({ entry, hops }) => [
      keyOf(entry.of),
      ...hops.flatMap(({ configuredBy, next }) =>
        [...configuredBy, ...(next === undefined ? [] : [next])].map(keyOf),
      ),
    ]),
  )
  return kinds.flatMap((kind) => {
    const list = snapshot.objects.lists.get(resourceName(kind.type))
    const objects = list?.known === true ? list.value : []
    return objects
      .filter((object) => isOfType(object, kind.type) && !seen.has(keyOf(refOf(object))))
      .map((object) => ({ kind, object }))
  })
}
