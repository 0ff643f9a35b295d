import { type Changing, planFor } from '../../mechanisms/changing.ts'
import { type Fact, storeOf } from '../../model/cluster/store.ts'
import { inverse, isEqual } from '../../model/affinity/fields.ts'
import type { ChangePlan, ChangeRequest, Wish, Write } from '../../model/affinity/change.ts'
import type { KubernetesObject } from '../../model/cluster/kubernetes.ts'
import { keyOf, refOf, resourceName } from '../../model/cluster/object.ts'
import type { Policy } from '../../model/affinity/policy.ts'
import type { TargetRef } from '../../model/affinity/target.ts'
import { commandFor, type Options } from '../../model/targets/command.ts'
import { played } from './predict.ts'
import { shellWord } from '../../model/common/words/shell.ts'
import { withObjects } from '../around/store.ts'
import { defined } from '../../model/common/values.ts'

export interface PlannedChange {
  changing: Changing
  target: TargetRef
  object: KubernetesObject
  plan: ChangePlan
  lists: ReadonlyMap<string, Fact<readonly KubernetesObject[]>>
}

/**
 * The commands that take a change back, exactly: one of this tool where it is seen to lead to just what was there, else
 * kubectl's, made from the writes.
 */
export function undoOf(planned: PlannedChange): string[] {
  const { target, plan } = planned
  const request = backTo(plan.before)
  if (request !== undefined && leadsBack(planned, request))
    return [commandFor(request.verb, target, optionsOf(request), choiceOf(planned))]
  return plan.writes.toReversed().map(kubectl)
}

/** Who is to do it, where another one would without being named. */
function choiceOf({ changing, object }: PlannedChange): Options {
  return { with: changing.isOnAsking?.(object) === true ? changing.name : undefined }
}

function backTo(before: Policy): ChangeRequest | undefined {
  if (before.kind === 'none') return { verb: 'disable' }
  const by = wishFor(before)
  return by === undefined ? undefined : { verb: 'enable', by }
}

function wishFor(policy: Policy): Wish | undefined {
  if (policy.kind === 'header')
    return policy.name === undefined ? undefined : { kind: 'header', name: policy.name }
  if (policy.kind !== 'cookie' || policy.name === undefined) return undefined
  const { name, path, ttlSeconds, secure } = policy
  return defined({ kind: 'cookie', name, path, ttlSeconds, ...(secure === true ? { secure } : {}) })
}

function optionsOf(request: ChangeRequest): Options {
  if (request.verb === 'disable' || request.by === undefined) return {}
  const { by } = request
  if (by.kind === 'source-ip') return { sourceIp: true }
  if (by.kind === 'header') return { header: by.name }
  const { name: cookie, path, ttlSeconds, secure } = by
  return { cookie, path, ttl: ttlSeconds === undefined ? undefined : `${ttlSeconds}s`, secure }
}

/** Plays both changes, one after the other. */
function leadsBack({ changing, object, plan, lists }: PlannedChange, request: ChangeRequest): boolean {
  const changed = plan.writes.map(played)
  const target =
    changed.find(({ object: one }) => keyOf(refOf(one)) === keyOf(refOf(object)))?.object ?? object
  const now = withObjects(lists, changed)
  const back = planFor(changing, target, request, storeOf(now))
  if (back === undefined || 'refused' in back) return false
  const after = withObjects(now, back.writes.map(played))
  const touched = [...plan.writes, ...back.writes]
  const target2 = back.writes
    .map(played)
    .find(({ object: one }) => keyOf(refOf(one)) === keyOf(refOf(object)))
  const isBack = isEqual(bare(target2?.object ?? target), bare(object))
  return (
    isBack &&
    touched.every(({ type, object: { metadata } }) => {
      const find = (from: typeof lists): unknown => {
        const list = from.get(resourceName(type))
        const found = list?.known === true ? list.value : []
        return found.find(
          (one) => one.metadata.name === metadata.name && one.metadata.namespace === metadata.namespace,
        )
      }
      // The target itself need not be in a list.
      if (keyOf(refOf({ ...object })) === keyOf(refOf({ ...object, metadata, kind: type.kind }))) return true
      return isEqual(bare(find(lists)), bare(find(after)))
    })
  )
}

/** Without what every write changes; what lists leave out is left out. */
function bare(object: unknown): unknown {
  if (object === undefined) return undefined
  const { metadata, ...rest } = object as KubernetesObject & { status?: unknown }
  const { name, namespace, labels, annotations } = metadata
  return { ...rest, metadata: { name, namespace, labels, annotations } }
}

function kubectl(write: Write): string {
  const { type, object } = write
  const where = `-n ${object.metadata.namespace ?? 'default'}`
  const name = `${resourceName(type)}/${object.metadata.name}`
  if (write.how === 'create') return `kubectl delete ${name} ${where}`
  if (write.how === 'delete') {
    const { apiVersion, kind, metadata, spec } = object as KubernetesObject & { spec?: unknown }
    const { labels, annotations } = metadata
    const made = { apiVersion, kind, metadata: { name: metadata.name, labels, annotations }, spec }
    return `echo ${shellWord(JSON.stringify(made))} | kubectl create -f - ${where}`
  }
  return `kubectl patch ${name} ${where} --type merge -p ${shellWord(JSON.stringify(inverse(object, write.fields)))}`
}
