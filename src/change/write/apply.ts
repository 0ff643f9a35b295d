import type { Cluster } from '../../cluster/index.ts'
import { itemPath, listPath } from '../../cluster/paths.ts'
import type {
  ChangedObject,
  ChangeNotice,
  DryRun,
  FieldsWrite,
  RawObject,
  Write,
} from '../../model/affinity/change.ts'
import { objectName } from '../../model/findings/finding.ts'
import { type ObjectType, refOf } from '../../model/cluster/object.ts'
import { messageOf, UserError } from '../../model/common/user-error.ts'
import { inverse } from '../../model/affinity/fields.ts'
import { judgeOwners } from '../owners/judge.ts'
import { fieldManager } from '../owners/managers.ts'
import { predict } from './predict.ts'
import { isStale, ownedByOthers } from './problems.ts'
import { defined } from '../../model/common/values.ts'

export interface ApplyOptions {
  dryRun: DryRun
  forceConflicts: boolean
  /** Ends requests that are under way. */
  signal: AbortSignal
}

export interface Applied {
  objects: ChangedObject[]
  warnings: ChangeNotice[]
}

/**
 * Makes the writes of one plan, for the versions that were read. Several are first tried by a dry run of the server, so that
 * one that is refused leaves nothing half changed; when a later one fails nevertheless, the earlier ones are taken back.
 * Throws UserError where fields belong to others.
 */
export async function applyWrites(
  cluster: Cluster,
  writes: readonly Write[],
  options: ApplyOptions,
): Promise<Applied> {
  const judged = writes.map((write) => ({ write, ...judge(write, options.forceConflicts) }))
  const warnings = judged.flatMap((one) => one.warnings)
  if (options.dryRun === 'client')
    return { objects: writes.map((write) => outcome(write, predict(write))), warnings }
  const isLast = writes.length === 1
  if (options.dryRun === 'none' && !isLast)
    for (const one of judged) await send(cluster, one, { ...options, dryRun: 'server' })
  const objects: ChangedObject[] = []
  for (const one of judged) {
    try {
      objects.push(outcome(one.write, await send(cluster, one, options)))
    } catch (error) {
      if (options.dryRun !== 'none' || objects.length === 0) throw error
      throw await takenBack(cluster, writes.slice(0, objects.length), objects, error, options)
    }
  }
  return { objects, warnings }
}

interface Judged {
  write: Write
  takesOver: boolean
}

function judge(
  write: Write,
  forceConflicts: boolean,
): { takesOver: boolean; warnings: readonly ChangeNotice[] } {
  if (write.how === 'create' || write.how === 'delete') return { takesOver: false, warnings: [] }
  const { conflicts, keeper, takesOver, warnings } = judgeOwners(write)
  if (conflicts.length > 0 && !forceConflicts) throw ownedByOthers(refOf(write.object), conflicts, keeper)
  return { takesOver, warnings }
}

async function send(
  cluster: Cluster,
  { write, takesOver }: Judged,
  { dryRun, signal }: ApplyOptions,
): Promise<RawObject | undefined> {
  const { type, object } = write
  const { namespace, name, uid, resourceVersion } = object.metadata
  const { apiVersion, kind } = object
  const path = pathOf(type, object)
  // The uid keeps apply from creating the object anew when it was deleted meanwhile.
  const metadata = defined({ name, namespace, uid, resourceVersion })
  const query = dryRun === 'server' ? { dryRun: 'All' } : {}
  // A field that the installed schema does not have would be dropped without a word.
  const strict = { ...query, fieldValidation: 'Strict' }
  if (write.how === 'apply') {
    const body = { apiVersion, kind, metadata, ...write.fields }
    return await cluster.patch(
      path,
      { type: 'apply', body, fieldManager, force: takesOver },
      { signal, query },
    )
  }
  if (write.how === 'patch') {
    const { metadata: own = {}, ...fields } = write.fields
    const body = { ...fields, metadata: { ...(own as object), uid, resourceVersion } }
    return await cluster.patch(path, { type: 'merge', body, fieldManager }, { signal, query: strict })
  }
  if (write.how === 'create')
    return await cluster.create(listOf(type, object), object, { signal, query: { ...strict, fieldManager } })
  const preconditions = defined({ uid, resourceVersion })
  await cluster.delete(path, { signal, preconditions, dryRun: dryRun === 'server' })
  return undefined
}

/** What was made before the write that failed goes back to what it was. */
async function takenBack(
  cluster: Cluster,
  made: readonly Write[],
  objects: readonly ChangedObject[],
  error: unknown,
  options: ApplyOptions,
): Promise<Error> {
  const left: string[] = []
  for (const [index, write] of made.entries()) {
    const { after, name } = objects[index]!
    try {
      for (const back of backwards(write, after))
        await send(cluster, { write: back, takesOver: true }, options)
    } catch {
      left.push(name)
    }
  }
  // Nothing is left of the attempt: it may be made again.
  if (left.length === 0 && isStale(error)) return error
  const names = made.map(({ object }) => objectName(refOf(object))).join(', ')
  const message = messageOf(error)
  return new UserError(message, {
    hints: [
      left.length === 0
        ? `what was changed before that was taken back: ${names}`
        : `what was changed before that could not be taken back: ${left.join(', ')}`,
    ],
    cause: error,
  })
}

function backwards(write: Write, after: RawObject | undefined): Write[] {
  const { type, object } = write
  if (write.how === 'delete') {
    const { uid: _, resourceVersion: __, ...metadata } = object.metadata
    return [{ how: 'create', type, object: { ...object, metadata } }]
  }
  if (after === undefined) return []
  const now = after as unknown as FieldsWrite['object']
  if (write.how === 'create') return [{ how: 'delete', type, object: now }]
  return [{ how: 'patch', type, object: now, fields: inverse(object, write.fields) }]
}

function outcome(write: Write, after: RawObject | undefined): ChangedObject {
  return {
    name: objectName(refOf(write.object)),
    ...(write.how === 'create' ? {} : { before: write.object as unknown as RawObject }),
    ...defined({ after }),
  }
}

/** Where an object is, in the version that it was read in. */
function pathOf(type: ObjectType, object: Write['object']): string {
  return itemPath(listOf(type, object), object.metadata.name)
}

function listOf({ resource, scope }: ObjectType, { apiVersion, metadata }: Write['object']): string {
  const api = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  return listPath(api, resource, scope === 'cluster' ? undefined : metadata.namespace)
}
