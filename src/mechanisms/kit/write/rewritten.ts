import { isEqual } from '../../../model/affinity/fields.ts'
import type { FieldTree, FieldValue, Write } from '../../../model/affinity/change.ts'
import type { LooseObject, ObjectType } from '../../../model/cluster/object.ts'
import { at, list, type LooseFields, record } from '../objects/loose.ts'

type Each = (part: LooseFields, index: number) => LooseFields

/** A list of the spec, such as `routes`, with each of its parts made anew; no write where they are as they were. */
export function rewritten(type: ObjectType, object: LooseObject, name: string, each: Each): Write[] {
  return rewrittenLists(type, object, { [name]: each })
}

/** The same for several lists of one object. */
export function rewrittenLists(
  type: ObjectType,
  object: LooseObject,
  lists: Readonly<Record<string, Each>>,
): Write[] {
  const spec = Object.entries(lists).flatMap(([name, each]): [string, FieldValue][] => {
    const parts = list(at(object.spec, name)).map((part) => record(part))
    const changed = parts.map((part, index) => each(part, index) as FieldTree)
    return isEqual(changed, parts) ? [] : [[name, changed]]
  })
  return spec.length === 0 ? [] : [{ how: 'patch', type, object, fields: { spec: Object.fromEntries(spec) } }]
}
