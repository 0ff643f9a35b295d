import { type Cluster, isNotFound } from '../cluster/index.ts'
import type { Changing } from '../mechanisms/changing.ts'
import type {
  ChangeDone,
  ChangeOutcome,
  ChangePlan,
  DryRun,
  RawObject,
  Write,
} from '../model/affinity/change.ts'
import { objectName } from '../model/findings/finding.ts'
import type { KubernetesObject } from '../model/cluster/kubernetes.ts'
import { keyOf, refOf, resourceName } from '../model/cluster/object.ts'
import type { TargetKind, TargetRef } from '../model/affinity/target.ts'
import { UserError } from '../model/common/user-error.ts'
import { Collector } from '../snapshot/collect.ts'
import type { ObjectReader } from '../snapshot/cluster/objects.ts'
import { applyWrites } from './write/apply.ts'
import { mapOrdered } from './ordered.ts'
import { explainProblem, isStale } from './write/problems.ts'
import type { ChangeSignals } from './run.ts'
import type { Selection } from './targets.ts'
import { ableTo, type AskedChange, choose, type From, ownSource, type To } from './carry/choose.ts'
import { type Brought, carryTo, isAt, joined } from './carry/counterparts.ts'
import { targetsIn, type ManifestTarget } from './manifest/targets.ts'
import { handled } from '../model/common/stream.ts'
import { storeOf } from '../model/cluster/store.ts'
import { type Carried, carryFrom } from './carry/migrate.ts'
import { rulesFor } from './write/permissions.ts'
import { remarksOn } from './around/remarks.ts'
import { snapshotAround } from './around/scene.ts'
import { readLists, withObjects } from './around/store.ts'
import { undoOf } from './write/undo.ts'
import { attempts } from './write/write.ts'

interface OtherOptions extends Omit<AskedChange, 'carried'> {
  dryRun: DryRun
  /** Change what the findings call pointless. */
  force: boolean
  forceConflicts: boolean
  from?: From | undefined
  to?: To | undefined
}

/** The targets of a selection. Rejects as kubectl does where they cannot be listed. */
async function wantedOf(
  selection: Selection,
  reader: ObjectReader,
  namespace: string,
): Promise<ManifestTarget[]> {
  if (selection.kind === 'files') return targetsIn(selection, namespace)
  const { query } = selection
  if (query.kind === 'list') {
    const { of: kind, allNamespaces, selector } = query
    const found = await reader.select(kind.type, allNamespaces ? undefined : namespace, selector)
    return found.map(({ metadata }) => ({
      kind,
      namespace: metadata.namespace ?? namespace,
      name: metadata.name,
    }))
  }
  return query.targets.map(({ kind, name }) => ({ kind, namespace, name }))
}

/** Several may write to one object; one after the other, each sees what the one before it left. */
const parallel = 1

/**
 * Changes what stands in front of Services; the outcomes come one for each, in their order. A failure stops nothing. Rejects
 * where the targets cannot be listed.
 */
export async function changeOthers(
  cluster: Cluster,
  selection: Selection,
  options: OtherOptions,
  signals: ChangeSignals,
): Promise<{ count: number; outcomes: AsyncIterable<ChangeOutcome> }> {
  const { interrupted } = signals
  const collector = new Collector(cluster, { signal: interrupted })
  const { objects: reader } = collector
  const { from, to } = options
  const all = await wantedOf(selection, reader, cluster.namespace)
  const isSource = ({ kind, namespace, name }: ManifestTarget): boolean =>
    kind === from?.target.kind && name === from.target.name && namespace === cluster.namespace
  const wanted = all.filter((one) => !isSource(one))
  if (from !== undefined && all.length > 0 && wanted.length === 0) throw ownSource(from)
  // Each target awaits it.
  const carrying = from === undefined ? undefined : handled(readSource(collector, cluster.namespace, from))
  const jobs =
    to === undefined
      ? wanted.map((one): Job => ({ ...one, with: options.with, carrying }))
      : await jobsAt(collector, wanted, { to, isOfFiles: selection.kind === 'files' })
  const outcomes = mapOrdered(jobs, parallel, async (job): Promise<ChangeOutcome> => {
    const { kind, namespace, name, with: named } = job
    const target: TargetRef = { kind: kind.name, namespace, name }
    if (signals.interrupted.aborted) return { kind: 'skipped', target }
    const able = ableTo(kind.type, named)
    try {
      const object = await reader.get(kind.type, namespace, name)
      const asked = { ...options, with: named, carried: await job.carrying }
      return await changeOne({ cluster, collector, able, target, kind }, object, asked, signals)
    } catch (error) {
      if (signals.interrupted.aborted && error === signals.interrupted.reason)
        return { kind: 'skipped', target }
      const served = await reader.served(able.flatMap(({ reads }) => reads))
      const rules = rulesFor(kind.type, able, (type) => type === kind.type || served.has(type))
      return { kind: 'failed', target, error: explainProblem(error, namespace, rules) }
    }
  })
  return { count: jobs.length, outcomes }
}

/** A target, the mechanism that is to change it, and what it is to take over. */
interface Job extends ManifestTarget {
  with: string | undefined
  carrying: Promise<Carried> | undefined
}

/** What stands for each target on another mechanism; a target for which nothing does fails under its own name. */
async function jobsAt(
  collector: Collector,
  wanted: readonly ManifestTarget[],
  options: { to: To; isOfFiles: boolean },
): Promise<Job[]> {
  const found = await Promise.all(
    wanted.map(async (one): Promise<ReturnType<typeof carryTo> | Job> => {
      try {
        return await carriedAt(collector, one, options)
      } catch (error) {
        return { ...one, with: undefined, carrying: handled(Promise.reject<Carried>(error)) }
      }
    }),
  )
  const all = joined(found.flatMap((one) => (Array.isArray(one) ? one : [])))
  // Each where the first of its sources is.
  const jobs = new Map(all.map((one) => [one.first, jobFor(one)]))
  return found.flatMap((one) => (Array.isArray(one) ? one.flatMap((each) => jobs.get(each) ?? []) : [one]))
}

function jobFor({ first: { counterpart }, carried }: Brought): Job {
  const { kind, object, changing } = counterpart
  const { namespace = '', name } = object.metadata
  const carrying = handled(new Promise<Carried>((resolve) => resolve(carried())))
  return { kind, namespace, name, with: changing.name, carrying }
}

async function carriedAt(
  collector: Collector,
  { kind, namespace, name }: ManifestTarget,
  { to: { destination, instead }, isOfFiles }: { to: To; isOfFiles: boolean },
): Promise<ReturnType<typeof carryTo>> {
  const source = { kind, object: await collector.objects.get(kind.type, namespace, name) }
  const snapshot = await snapshotAround(collector, source)
  // Files may hold both ends.
  return isOfFiles && isAt(source, destination, snapshot)
    ? []
    : carryTo(source, snapshot, destination, instead)
}

/** What another target keeps clients by. */
async function readSource(
  collector: Collector,
  namespace: string,
  { target: { kind, name }, instead }: From,
): Promise<Carried> {
  const object = await collector.objects.get(kind.type, namespace, name)
  const source = { kind, object }
  return carryFrom(source, await snapshotAround(collector, source), instead)
}

interface Work {
  cluster: Cluster
  collector: Collector
  able: readonly Changing[]
  target: TargetRef
  kind: TargetKind
}

async function changeOne(
  { cluster, collector, able, target, kind }: Work,
  read: KubernetesObject,
  options: OtherOptions & AskedChange,
  { abandoned }: ChangeSignals,
): Promise<ChangeDone> {
  const { objects: reader } = collector
  let lists = await readLists(cluster, reader, able, target.namespace)
  let object = read
  for (let attempt = 1; ; attempt++) {
    const first = choose(able, object, options, storeOf(lists))
    const now = await Promise.all(
      first.plan.writes
        .filter(({ how }) => how !== 'create')
        .map(async ({ type, object: { metadata } }) => ({
          type,
          object: await reader.get(type, metadata.namespace ?? '', metadata.name),
        })),
    )
    lists = withObjects(lists, now)
    object = now.find((one) => keyOf(refOf(one.object)) === keyOf(refOf(object)))?.object ?? object
    // Lists leave out who manages what, and may be older: what is written over is planned from what is there.
    const { changing, plan } = choose(able, object, options, storeOf(lists))
    const fresh = new Set(now.map((one) => keyOf(refOf(one.object))))
    const isFresh = ({ how, object: one }: Write): boolean => how === 'create' || fresh.has(keyOf(refOf(one)))
    if (!plan.writes.every(isFresh)) continue
    const said = options.carried === undefined ? {} : { from: options.carried.from }
    if (plan.isDone) return { ...unchanged(target, plan, object), ...said }
    const { notices: remarks, proofs } =
      options.request.verb === 'disable'
        ? { notices: [], proofs: [] }
        : await remarksOn(collector, { kind, object }, { plan, ...options })
    try {
      const { objects, warnings } = await applyWrites(cluster, plan.writes, { ...options, signal: abandoned })
      const undo = undoOf({ changing, target, object, plan, lists })
      const { before, after, timeoutIsDefault, notices } = plan
      return {
        kind: 'patched',
        target,
        before,
        after,
        timeoutIsDefault,
        objects,
        undo,
        ...said,
        ...(proofs.length === 0 ? {} : { proofs }),
        warnings: [...notices, ...warnings, ...remarks],
      }
    } catch (error) {
      if (!isStale(error) || attempt >= attempts) throw withoutType(error, changing, plan)
      object = await reader.get(kind.type, target.namespace, target.name)
    }
  }
}

/** A type that is to be made an object of, and that the cluster does not have. */
function withoutType(error: unknown, { label }: Changing, { writes }: ChangePlan): unknown {
  const made = writes.find(({ how, type }) => how === 'create' && type.isCustom === true)
  if (made === undefined || !isNotFound(error)) return error
  return new UserError(`the server doesn't have a resource type "${resourceName(made.type)}"`, {
    hints: [`${label} is not installed in this cluster`],
    cause: error,
  })
}

function unchanged(target: TargetRef, plan: ChangePlan, object: KubernetesObject): ChangeDone {
  const same = object as unknown as RawObject
  return {
    kind: 'unchanged',
    target,
    before: plan.before,
    after: plan.before,
    timeoutIsDefault: false,
    objects: [{ name: objectName(refOf(object)), before: same, after: same }],
    warnings: [],
  }
}
