import { jsonText } from '../text/json.ts'
import type { ChangeDone, RawObject } from '../../model/affinity/change.ts'
import { sortedKeys } from '../../model/common/values.ts'

export interface ObjectOptions {
  showManagedFields: boolean
}

/** The objects that a change came to, as `kubectl get -o json` has them: one by itself, several in a List. */
export function toPrinted(outcomes: readonly ChangeDone[], options: ObjectOptions): unknown {
  return listOrOne(
    outcomes.flatMap(({ objects }) => objects.flatMap(({ after }) => (after === undefined ? [] : [after]))),
    options,
  )
}

/** Objects as kubectl prints them: one by itself, several in a List. */
export function listOrOne(list: readonly RawObject[], options: ObjectOptions): unknown {
  const objects = list.map((object) => printable(object, options))
  if (objects.length === 1) return objects[0]
  return { apiVersion: 'v1', items: objects, kind: 'List', metadata: { resourceVersion: '' } }
}

export function toJson(printed: unknown): string {
  return `${jsonText(printed, 4)}\n`
}

/** As kubectl prints it: lists are not indented. */
export async function toYaml(printed: unknown): Promise<string> {
  const { yamlText } = await import('../text/yaml.ts')
  return yamlText(printed, { indentSeq: false })
}

/** For a comparison: without what every write changes. */
function comparable(object: RawObject): unknown {
  const { metadata, ...rest } = object
  const { managedFields: _, resourceVersion: __, generation: ___, ...kept } = metadata as RawObject
  return sortedKeys({ ...rest, metadata: kept })
}

/** kubectl prints the keys of objects in the order of the alphabet. */
function printable(object: RawObject, { showManagedFields }: ObjectOptions): unknown {
  if (showManagedFields) return sortedKeys(object)
  const { managedFields: _, ...metadata } = object['metadata'] as RawObject
  return sortedKeys({ ...object, metadata })
}

/** What `kubectl diff` calls an object: `v1.Service.shop.web`. */
export function fileName(object: RawObject): string {
  const { name = '', namespace = '' } = object['metadata'] as { name?: string; namespace?: string }
  const [group, version] = String(object['apiVersion']).includes('/')
    ? String(object['apiVersion']).split('/')
    : ['', String(object['apiVersion'])]
  return [group, version, String(object['kind']), namespace, name].filter((part) => part !== '').join('.')
}

/** An object as the side of a comparison; nothing for one that is not there. */
export async function comparableText(object: RawObject | undefined): Promise<string> {
  return object === undefined ? '' : await toYaml(comparable(object))
}
