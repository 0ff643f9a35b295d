import type { Changing } from '../../mechanisms/changing.ts'
import { type ObjectType, resourceName } from '../../model/cluster/object.ts'
import { mergeRules, type RoleRule } from '../../model/cluster/role.ts'

/**
 * What somebody needs to be allowed to change a target of a type: to read what decides, and to write what may be written. Of
 * types that the cluster does not serve nothing is said.
 */
export function rulesFor(
  target: ObjectType,
  able: readonly Changing[],
  isServed: (type: ObjectType) => boolean = () => true,
): RoleRule[] {
  const types = new Map(
    [target, ...able.flatMap(({ reads }) => reads)].map((type) => [resourceName(type), type]),
  )
  const isIn = (list: readonly ObjectType[] | undefined, name: string): boolean =>
    list?.some((type) => resourceName(type) === name) === true
  const rules = [...types]
    // A Role is about one namespace; without what is of the cluster it is judged by the names of classes.
    .filter(([, { scope, isOfCluster }]) => scope === 'namespaced' && isOfCluster !== true)
    .filter(([, type]) => isServed(type))
    .map(([name, { group, resource }]) => ({
      apiGroups: [group],
      resources: [resource],
      verbs: [
        'get',
        ...(able.some(({ reads }) => isIn(reads, name)) ? ['list'] : []),
        ...(able.some(({ writes }) => isIn(writes, name)) ? ['patch'] : []),
        ...(able.some(({ makes }) => isIn(makes, name)) ? ['create', 'delete'] : []),
      ],
    }))
  return mergeRules(rules)
}
