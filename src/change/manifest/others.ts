import { stringify } from 'yaml'
import { changes } from '../../mechanisms/changes.ts'
import { definitions } from '../../mechanisms/changing.ts'
import { ingressClassObjects } from '../../mechanisms/ingress/objects.ts'
import { known } from '../../model/fact.ts'
import { isOfType, keyOf, refOf, resourceName } from '../../model/object.ts'
import { UserError } from '../../model/user-error.ts'
import type { FieldTree, Write } from '../../model/write.ts'
import type { SourceFile } from '../../snapshot/files/read.ts'
import { ableTo, type Asked, choose } from '../choose.ts'
import { storeOf } from '../../model/store.ts'
import { editManifest } from './edit.ts'
import { nothingIn, objectsOf, targetsAmong } from './targets.ts'
import { type EditedFiles, togetherOf } from './files.ts'

/** Whoever runs the cluster writes them: files that hold none say nothing about them. */
const ofCluster = [ingressClassObjects, definitions]

/**
 * Turns affinity on or off in what files hold in front of Services. Throws UserError where nothing of theirs can be
 * changed, and where it is refused.
 */
export function editOthers(files: readonly SourceFile[], asked: Asked): EditedFiles {
  const objects = objectsOf(files)
  const types = new Map(
    changes.flatMap(({ targets, reads }) => [...targets, ...reads]).map((type) => [resourceName(type), type]),
  )
  const listed = [...types].filter(
    ([, type]) => !ofCluster.some((one) => resourceName(one) === resourceName(type)),
  )
  const store = storeOf(
    new Map(listed.map(([name, type]) => [name, known(objects.filter((one) => isOfType(one, type)))])),
  )
  const targets = targetsAmong(objects, asked.with)
  if (targets.length === 0) throw nothingIn(files)
  const writes = targets.flatMap(
    ({ object, type }) => choose(ableTo(type, asked.with), object, asked, store).plan.writes,
  )
  const trees = new Map(writes.flatMap((write): [string, FieldTree][] => treeOf(write)))
  const edited = files.map(({ name, text }) =>
    editManifest(text, (object) => trees.get(keyOf(refOf(object))), name),
  )
  const made = writes.filter(({ how }) => how === 'create').map(({ object }) => object)
  return togetherOf([...edited, ...made.map((object) => ({ text: stringify(object), objects: [object] }))])
}

function treeOf(write: Write): [string, FieldTree][] {
  const key = keyOf(refOf(write.object))
  if (write.how === 'create') return []
  if (write.how === 'delete')
    throw new UserError(`${write.object.metadata.name} is nothing but affinity: remove it from the file`)
  return [[key, write.manifest ?? write.fields]]
}
