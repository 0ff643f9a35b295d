import { stringify } from 'yaml'
import { changes } from '../../mechanisms/changes.ts'
import { definitions } from '../../mechanisms/changing.ts'
import { ingressClassObjects } from '../../mechanisms/ingress/objects.ts'
import { type Fact, known } from '../../model/cluster/fact.ts'
import type { KubernetesObject } from '../../model/cluster/kubernetes.ts'
import { objectName } from '../../model/findings/finding.ts'
import { isOfType, keyOf, refOf, resourceName } from '../../model/cluster/object.ts'
import { UserError } from '../../model/common/user-error.ts'
import type { FieldTree, Write } from '../../model/affinity/write.ts'
import type { SourceFile } from '../../snapshot/files/read.ts'
import { ableTo, type Asked, choose, type From } from '../choose.ts'
import { storeOf } from '../../model/cluster/store.ts'
import { snapshotOfFiles } from '../../snapshot/files/snapshot.ts'
import { type Carried, carryFrom } from '../migrate.ts'
import { editManifest } from './edit.ts'
import { nothingIn, objectsOf, targetsAmong } from './targets.ts'
import { type EditedFiles, togetherOf } from './files.ts'

/** Whoever runs the cluster writes them: files that hold none say nothing about them. */
const ofCluster = [ingressClassObjects, definitions]

/**
 * Turns affinity on or off in what files hold in front of Services. Throws UserError where nothing of theirs can be
 * changed, and where it is refused.
 */
export function editOthers(
  files: readonly SourceFile[],
  { from, ...plain }: Omit<Asked, 'carried'> & { from?: From | undefined },
): EditedFiles {
  const source = from === undefined ? undefined : sourceIn(files, from)
  const asked = { ...plain, carried: source?.carried }
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
  const targets = targetsAmong(objects, asked.with).filter(
    ({ object }) => keyOf(refOf(object)) !== source?.key,
  )
  if (targets.length === 0) throw nothingIn(files)
  const plans = targets.map(({ object, type }) => ({
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
  const placed = { ...object, metadata: { namespace: 'default', ...object.metadata } }
  const { snapshot } = snapshotOfFiles(files, 'default')
  return { key: keyOf(refOf(object)), carried: carryFrom({ kind, object: placed }, snapshot, instead) }
}

function treeOf(write: Write): [string, FieldTree][] {
  const key = keyOf(refOf(write.object))
  if (write.how === 'create') return []
  if (write.how === 'delete')
    throw new UserError(`${write.object.metadata.name} is nothing but affinity: remove it from the file`)
  return [[key, write.manifest ?? write.fields]]
}
