import type { LooseObject, ObjectType } from '../../model/cluster/object.ts'

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
