import { changes } from '../../mechanisms/changes.ts'
import { services } from '../../mechanisms/service/objects.ts'
import type { KubernetesObject } from '../../model/cluster/kubernetes.ts'
import { keyOf, isOfType, type ObjectType, refOf, resourceName } from '../../model/cluster/object.ts'
import { refuseSubdomain, type TargetKind } from '../../model/affinity/target.ts'
import { UserError } from '../../model/common/user-error.ts'
import type { SourceFile } from '../../snapshot/files/read.ts'
import { editManifest } from './edit.ts'
import { refuseOtherNamespace } from './refuse.ts'
import { distinctBy } from '../../model/common/values.ts'

/** A target by its kind and name. */
export interface ManifestTarget {
  kind: TargetKind
  namespace: string
  name: string
}

/** The targets of files by their names, to be changed in the cluster. */
export function targetsIn(
  { files, namespace: asked }: { files: readonly SourceFile[]; namespace: string | undefined },
  namespace: string,
): ManifestTarget[] {
  const found = targetsAmong(objectsOf(files), undefined)
  if (found.length === 0) throw nothingIn(files)
  return found.map(({ object: { metadata }, type }) => {
    refuseOtherNamespace(metadata, asked)
    return { kind: kindOf(type), namespace: metadata.namespace ?? namespace, name: metadata.name }
  })
}

/** A kind of which no more is known than its type. */
export function kindOf(type: ObjectType): TargetKind {
  return {
    name: type.kind.toLowerCase(),
    label: type.kind,
    words: [],
    type,
    refuseName: refuseSubdomain,
    describe: () => [],
  }
}

/** What stands in front; Services, where a mechanism is named that writes on them and nothing else is there for it. */
export function targetsAmong(
  objects: readonly KubernetesObject[],
  named: string | undefined,
): { object: KubernetesObject; type: ObjectType }[] {
  const types = changes
    .filter(({ name }) => named === undefined || name === named)
    .flatMap((one) => one.targets)
  const all = distinctBy(types, resourceName)
  const among = (of: readonly ObjectType[]): { object: KubernetesObject; type: ObjectType }[] =>
    objects.flatMap((object) => {
      const type = of.find((one) => isOfType(object, one))
      return type === undefined ? [] : [{ object, type }]
    })
  const found = among(all.filter((type) => type !== services))
  return found.length > 0 || named === undefined ? found : among(all)
}

/** All objects of files, each once. */
export function objectsOf(files: readonly SourceFile[]): KubernetesObject[] {
  const objects: KubernetesObject[] = []
  for (const { name, text } of files)
    editManifest(
      text,
      (object) => {
        if (!objects.includes(object)) objects.push(object)
        return undefined
      },
      name,
    )
  return distinctBy(objects, (object) => keyOf(refOf(object)))
}

/** What to say about files that hold nothing of it. */
export function nothingIn(files: readonly SourceFile[]): UserError {
  const kinds = [...new Set(changes.flatMap((one) => one.targets).map(({ kind }) => kind))]
  return new UserError(
    `there is none of ${kinds.join(', ')} in ${files.map(({ name }) => JSON.stringify(name)).join(', ')}`,
  )
}
