import { stringify } from 'yaml'
import { changes } from '../../mechanisms/changes.ts'
import { definitions } from '../../mechanisms/kit/objects/definitions.ts'
import { ingressClassObjects } from '../../mechanisms/ingress/objects.ts'
import { type Fact, known, storeOf } from '../../model/cluster/store.ts'
import type { KubernetesObject } from '../../model/cluster/kubernetes.ts'
import { objectName } from '../../model/findings/finding.ts'
import { isOfType, keyOf, type ObjectType, refOf, resourceName } from '../../model/cluster/object.ts'
import { UserError } from '../../model/common/user-error.ts'
import type { FieldTree, Write } from '../../model/affinity/change.ts'
import type { SourceFile } from '../../snapshot/files/read.ts'
import { ableTo, type AskedChange, choose, type From, ownSource, type To } from '../carry/choose.ts'
import { carryTo, isAt, joined } from '../carry/counterparts.ts'
import { snapshotOfFiles } from '../../snapshot/files/snapshot.ts'
import { type Carried, carryFrom } from '../carry/migrate.ts'
import { editManifest } from './edit.ts'
import { kindOf, nothingIn, objectsOf, targetsAmong } from './targets.ts'
import { type EditedFiles, togetherOf } from './files.ts'

/** Whoever runs the cluster writes them: files that hold none say nothing about them. */
const ofCluster = [ingressClassObjects, definitions]

/**
 * Turns affinity on or off in what files hold in front of Services. Throws UserError where nothing of theirs can be
 * changed, and where it is refused.
 */
export function editOthers(
  files: readonly SourceFile[],
  { from, to, ...plain }: Omit<AskedChange, 'carried'> & { from?: From | undefined; to?: To | undefined },
): EditedFiles {
  const source = from === undefined ? undefined : sourceIn(files, from)
  const objects = objectsOf(files)
  const types = new Map(
    changes.flatMap(({ targets, reads }) => [...targets, ...reads]).map((type) => [resourceName(type), type]),
  )
  const lists = [...types].flatMap(([name, type]): [string, Fact<readonly KubernetesObject[]>][] => {
    const found = objects.filter((one) => isOfType(one, type))
    const isUnsaid = found.length === 0 && ofCluster.some((one) => resourceName(one) === name)
    return isUnsaid ? [] : [[name, known(found)]]
  })
  const store = storeOf(new Map(lists))
  const found = to === undefined ? targetsAmong(objects, plain.with) : []
  const others = found.filter(({ object }) => keyOf(refOf(object)) !== source?.key)
  if (from !== undefined && found.length > 0 && others.length === 0) throw ownSource(from)
  const jobs =
    to === undefined
      ? others.map((one): Job => ({ ...one, asked: { ...plain, carried: source?.carried } }))
      : jobsAt(files, objects, to).map(({ asked, ...one }): Job => ({
          ...one,
          asked: { ...plain, ...asked },
        }))
  if (jobs.length === 0) throw nothingIn(files)
  const plans = jobs.map(({ object, type, asked }) => ({
    about: objectName(refOf(object)),
    ...choose(ableTo(type, asked.with), object, asked, store).plan,
  }))
  const writes = plans.flatMap((plan) => plan.writes)
  const trees = new Map(writes.flatMap((write): [string, FieldTree][] => treeOf(write)))
  const edited = files.map(({ name, text }) =>
    editManifest(text, (object) => trees.get(keyOf(refOf(object))), name),
  )
  const made = writes.filter(({ how }) => how === 'create').map(({ object }) => object)
  const notices = plans.flatMap(({ about, notices }) => notices.map((notice) => ({ about, notice })))
  const all = togetherOf([
    ...edited,
    ...made.map((object) => ({ text: stringify(object), objects: [object] })),
  ])
  return { ...all, notices }
}

interface Job {
  object: KubernetesObject
  type: ObjectType
  asked: AskedChange
}

/** What stands for each of the objects that keep clients at the other end. */
function jobsAt(
  files: readonly SourceFile[],
  objects: readonly KubernetesObject[],
  { destination, instead }: To,
): (Omit<Job, 'asked'> & { asked: Omit<AskedChange, 'request'> })[] {
  const { snapshot } = snapshotOfFiles(files, 'default')
  const sources = targetsAmong(objects, undefined).flatMap(({ object, type }) => {
    const source = { kind: kindOf(type), object: placed(object) }
    return isAt(source, destination, snapshot) ? [] : [source]
  })
  const all = sources.flatMap((source) => carryTo(source, snapshot, destination, instead))
  return joined(all).map(
    ({
      first: {
        counterpart: { kind, object, changing },
      },
      carried,
    }) => ({
      // As it stands in the file, where it may name no namespace.
      object: objects.find((one) => keyOf(refOf(placed(one))) === keyOf(refOf(object))) ?? object,
      type: kind.type,
      asked: { with: changing.name, carried: carried() },
    }),
  )
}

/** Where a file says nothing else. */
function placed<T extends KubernetesObject>(object: T): T {
  return { ...object, metadata: { namespace: 'default', ...object.metadata } }
}

/** The target whose affinity is taken over, which stands in the files as well. */
function sourceIn(
  files: readonly SourceFile[],
  { target, instead }: From,
): { key: string; carried: Carried } {
  const { kind, name } = target
  const object = objectsOf(files).find((one) => isOfType(one, kind.type) && one.metadata.name === name)
  if (object === undefined)
    throw new UserError(
      `there is no ${kind.label} "${name}" in the files, whose affinity is to be taken over`,
    )
  const { snapshot } = snapshotOfFiles(files, 'default')
  return {
    key: keyOf(refOf(object)),
    carried: carryFrom({ kind, object: placed(object) }, snapshot, instead),
  }
}

function treeOf(write: Write): [string, FieldTree][] {
  const key = keyOf(refOf(write.object))
  if (write.how === 'create') return []
  if (write.how === 'delete')
    throw new UserError(`${objectName(refOf(write.object))} is nothing but affinity: remove it from the file`)
  return [[key, write.manifest ?? write.fields]]
}
