import type { LooseObject, ObjectType } from '../../../model/cluster/object.ts'
import { anyKind, refuseSubdomain, type TargetKind } from '../../../model/affinity/target.ts'

/** A custom resource of a namespace, whose objects its mechanism reads whatever their shape is. */
export function customType(group: string, resource: string, kind: string): ObjectType<LooseObject> {
  return {
    group,
    versions: ['v1'],
    resource,
    kind,
    scope: 'namespaced',
    isCustom: true,
  }
}

type Special = { shortNames?: readonly string[] } & Partial<
  Pick<TargetKind, 'name' | 'label' | 'notProbed' | 'unprobed'>
>

/**
 * How a user names the objects of a type, by the words that kubectl takes for it: singular, plural, short names, and both with
 * the group.
 */
export function targetKind(
  type: ObjectType<LooseObject>,
  describe: TargetKind<LooseObject>['describe'],
  { shortNames = [], ...special }: Special = {},
): TargetKind {
  const { group, kind, resource } = type
  const singular = kind.toLowerCase()
  const named = { name: singular, label: kind, ...special }
  const words = [resource, singular, ...shortNames, `${singular}.${group}`, `${resource}.${group}`]
  return anyKind({
    ...named,
    words: words.filter((word) => word !== named.name),
    type,
    refuseName: refuseSubdomain,
    describe,
  })
}
