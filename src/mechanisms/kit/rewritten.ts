import { isEqual } from '../../model/affinity/fields.ts'
import type { FieldTree, Write } from '../../model/affinity/write.ts'
import type { LooseObject, ObjectType } from '../../model/cluster/object.ts'
import { at, list, record } from './loose.ts'

type Part = Readonly<Record<string, unknown>>

/** A list of the spec, such as `routes`, with each of its parts made anew; no write where they are as they were. */
export function rewritten(
  type: ObjectType,
  object: LooseObject,
  name: string,
  each: (part: Part, index: number) => Part,
): Write[] {
  const parts = list(at(object.spec, name)).map((part) => record(part))
  const changed = parts.map((part, index) => each(part, index) as FieldTree)
  if (isEqual(changed, parts)) return []
  return [{ how: 'patch', type, object, fields: { spec: { [name]: changed } } }]
}
