import type { Cluster } from '../cluster/index.ts'
import type { Changing } from '../mechanisms/changing.ts'
import { services } from '../mechanisms/service/objects.ts'
import type { ChangeDone, ChangeOutcome, DryRun, RawObject } from '../model/change.ts'
import { objectName } from '../model/finding.ts'
import type { KubernetesObject } from '../model/kubernetes.ts'
import { keyOf, refOf } from '../model/object.ts'
import { mergeRules, type Rule } from '../model/role.ts'
import type { TargetKind, TargetRef } from '../model/target.ts'
import { UserError } from '../model/user-error.ts'
import type { ChangePlan, Write } from '../model/write.ts'
import { readGroups } from '../snapshot/groups.ts'
import { ObjectReader } from '../snapshot/objects.ts'
import { applyWrites } from './apply.ts'
import { mapOrdered } from './ordered.ts'
import { explainProblem, isStale } from './problems.ts'
import type { ChangeSignals } from './run.ts'
import type { Selection } from './targets.ts'
import { ableTo, type Asked, choose } from './choose.ts'
import { targetsIn, type Wanted } from './manifest/targets.ts'
import { storeOf } from '../model/store.ts'
import { readLists, withObjects } from './store.ts'
import { undoOf } from './undo.ts'
import { attempts } from './write.ts'

interface OtherOptions extends Asked {
  dryRun: DryRun
  forceConflicts: boolean
}

/** The targets of a selection. Throws UserError where they cannot be told by name. */
export function wantedOf(selection: Selection, namespace: string): Wanted[] {
  if (selection.kind === 'files') return targetsIn(selection, namespace)
  const { query } = selection
  if (query.kind === 'list')
    throw new UserError('what stands in front of Services is changed by name', { exitCode: 2 })
  return query.targets.map(({ kind, name }) => ({ kind, namespace, name }))
}

/** Several may write to one object; one after the other, each sees what the one before it left. */
const parallel = 1

/** Changes what stands in front of Services; the outcomes come one for each, in their order. A failure stops nothing. */
export function changeOthers(
  cluster: Cluster,
  wanted: readonly Wanted[],
  options: OtherOptions,
  signals: ChangeSignals,
): AsyncIterable<ChangeOutcome> {
  const { interrupted } = signals
  const reader = new ObjectReader(cluster, readGroups(cluster, interrupted), interrupted)
  return mapOrdered(wanted, parallel, async ({ kind, namespace, name }): Promise<ChangeOutcome> => {
    const target: TargetRef = { kind: kind.name, namespace, name }
    if (signals.interrupted.aborted) return { kind: 'skipped', target }
    const able = ableTo(kind.type, options.with)
    try {
      const object = await reader.get(kind.type, namespace, name)
      return await changeOne({ cluster, reader, able, target, kind }, object, options, signals)
    } catch (error) {
      if (signals.interrupted.aborted && error === signals.interrupted.reason)
        return { kind: 'skipped', target }
      return { kind: 'failed', target, error: explainProblem(error, namespace, rulesOf(kind, able)) }
    }
  })
}

interface Work {
  cluster: Cluster
  reader: ObjectReader
  able: readonly Changing[]
  target: TargetRef
  kind: TargetKind
}

async function changeOne(
  { cluster, reader, able, target, kind }: Work,
  read: KubernetesObject,
  options: OtherOptions,
  { abandoned }: ChangeSignals,
): Promise<ChangeDone> {
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
    if (plan.isDone) return unchanged(target, plan, object)
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
        warnings: [...notices, ...warnings],
      }
    } catch (error) {
      if (!isStale(error) || attempt >= attempts) throw error
      object = await reader.get(kind.type, target.namespace, target.name)
    }
  }
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

/** What is needed to read for, and to write, all that may be written. */
function rulesOf({ type }: TargetKind, able: readonly Changing[]): Rule[] {
  const rule = ({ group, resource }: { group: string; resource: string }, verbs: string[]): Rule => ({
    apiGroups: [group],
    resources: [resource],
    verbs,
  })
  return mergeRules([
    rule(type, ['get', 'patch']),
    ...able.flatMap((one) =>
      one.reads
        .filter(({ scope }) => scope === 'namespaced')
        .map((read) =>
          rule(
            read,
            one.name === 'istio'
              ? ['get', 'list', 'create', 'patch', 'delete']
              : ['get', 'list', ...(read === services ? ['patch'] : [])],
          ),
        ),
    ),
  ])
}
