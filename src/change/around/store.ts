import { ApiError, type Cluster, isForbidden, isNotFound } from '../../cluster/index.ts'
import { itemPath } from '../../cluster/paths.ts'
import type { Changing } from '../../mechanisms/changing.ts'
import { definitions } from '../../mechanisms/kit/objects/definitions.ts'
import { type Fact, known, unknown } from '../../model/cluster/store.ts'
import type { KubernetesObject } from '../../model/cluster/kubernetes.ts'
import {
  isOfType,
  keyOf,
  listName,
  type ObjectType,
  refOf,
  resourceName,
} from '../../model/cluster/object.ts'
import { UserError } from '../../model/common/user-error.ts'
import type { ObjectReader } from '../../snapshot/cluster/objects.ts'

type List = Fact<readonly KubernetesObject[]>

/** What some mechanisms have to know for a target of a namespace. What may not be read is unknown. */
export async function readLists(
  cluster: Cluster,
  reader: ObjectReader,
  mechanisms: readonly Changing[],
  namespace: string,
): Promise<Map<string, List>> {
  const types = new Map(mechanisms.flatMap(({ reads }) => reads).map((type) => [listName(type), type]))
  const names = [...new Set(mechanisms.flatMap((one) => one.definitions ?? []))]
  const lists = await Promise.all(
    [...types].map(async ([name, type]) => [name, await readList(reader, type, namespace)] as const),
  )
  const found = await Promise.all(names.map((name) => readDefinition(cluster, name)))
  return new Map([...lists, [listName(definitions), known(found.flat())]])
}

async function readList(reader: ObjectReader, type: ObjectType, namespace: string): Promise<List> {
  const isWide = type.scope === 'cluster' || type.within === 'everywhere'
  try {
    return known(await reader.select(type, isWide ? undefined : namespace, undefined))
  } catch (error) {
    // The group is not served: there are no objects of it.
    if (error instanceof UserError) return known([])
    if (isForbidden(error) && isWide && type.scope !== 'cluster')
      return await readList(reader, { ...type, within: undefined } as unknown as ObjectType, namespace)
    if (error instanceof ApiError)
      return unknown({
        what: resourceName(type),
        reason: isForbidden(error) ? 'forbidden' : 'failed',
        cause: error,
      })
    throw error
  }
}

async function readDefinition(cluster: Cluster, name: string): Promise<KubernetesObject[]> {
  const list = `/apis/${definitions.group}/${definitions.versions[0]}/${definitions.resource}`
  try {
    return [await cluster.get<KubernetesObject>(itemPath(list, name))]
  } catch (error) {
    if (isForbidden(error) || isNotFound(error)) return []
    throw error
  }
}

/** The same lists with some objects as they are now, made or gone. */
export function withObjects(
  lists: ReadonlyMap<string, List>,
  objects: readonly { type: ObjectType; object: KubernetesObject; isGone?: boolean }[],
): Map<string, List> {
  const changed = new Map(lists)
  for (const { type, object, isGone } of objects) {
    const name = resourceName(type)
    const list = changed.get(name)
    const others = list?.known === true ? list.value : []
    const key = keyOf(refOf(object))
    const isOther = (one: KubernetesObject): boolean => !isOfType(one, type) || keyOf(refOf(one)) !== key
    const place = others.findIndex((one) => !isOther(one))
    const kept = others.filter(isOther)
    changed.set(
      name,
      known(isGone === true ? kept : kept.toSpliced(place < 0 ? kept.length : place, 0, object)),
    )
  }
  return changed
}
