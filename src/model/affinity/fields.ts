import type { FieldsWrite, FieldTree, FieldValue, RawObject } from './change.ts'
import { isRecord } from '../common/values.ts'

/** The way to a field by the names of its parents. */
export type FieldPath = readonly string[]

/** A field that a tree names, with its value. */
export interface Leaf {
  path: FieldPath
  value: FieldValue | undefined
}

export function isTree(value: unknown): value is FieldTree {
  return isRecord(value)
}

/** The fields that a tree names, each with its value; a list is one field. */
export function leavesOf(tree: FieldTree, parents: FieldPath = []): Leaf[] {
  return Object.entries(tree).flatMap(([name, value]) => {
    const path = [...parents, name]
    return isTree(value) && Object.keys(value).length > 0 ? leavesOf(value, path) : [{ path, value }]
  })
}

/** The value of a field of an object; undefined where it is not there. */
export function valueAt(object: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>((inner, name) => (isTree(inner) ? inner[name] : undefined), object)
}

/** An object after a merge patch (RFC 7396). The names of a changed mapping are in order, as the API server has them. */
export function merge(object: RawObject, tree: FieldTree): RawObject {
  const merged = new Map(Object.entries(object))
  for (const [name, value] of Object.entries(tree)) {
    const old = merged.get(name)
    if (value === null) merged.delete(name)
    else if (!isTree(value)) merged.set(name, value)
    else merged.set(name, merge(isTree(old) ? old : {}, value))
  }
  return Object.fromEntries([...merged].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** The patch that takes one back: what was there comes again, what was not goes away. */
export function inverse(object: unknown, tree: FieldTree): FieldTree {
  return Object.fromEntries(
    Object.entries(tree).map(([name, value]): [string, FieldValue] => {
      const old = isTree(object) ? object[name] : undefined
      if (old === undefined) return [name, null]
      return [name, isTree(value) && isTree(old) ? inverse(old, value) : old]
    }),
  )
}

/** The patch that makes one value of another. */
export function difference(before: FieldTree, after: FieldTree): FieldTree {
  const gone = Object.keys(before).filter((name) => !(name in after))
  const changed = Object.entries(after).flatMap(([name, value]): [string, FieldValue][] => {
    const old = before[name]
    if (isEqual(old, value)) return []
    return [[name, isTree(old) && isTree(value) ? difference(old, value) : value]]
  })
  return Object.fromEntries([...gone.map((name) => [name, null] as const), ...changed])
}

/** The fields that a write really changes. */
export function changedLeaves({ object, fields }: FieldsWrite): Leaf[] {
  return leavesOf(fields).filter(({ path, value }) => {
    const now = valueAt(object, path) ?? undefined
    // `cookie: {}` may say something: it goes where that is asked for.
    return value === null ? now !== undefined : !isEqual(now, value)
  })
}

/**
 * Equal values. Mappings that hold nothing are as good as absent, which is how the API server keeps them, but for what stands
 * in lists: those are kept as they are written.
 */
export function isEqual(a: unknown, b: unknown): boolean {
  return JSON.stringify(ordered(a)) === JSON.stringify(ordered(b))
}

function ordered(value: unknown, isInList = false): unknown {
  if (Array.isArray(value)) return value.map((one) => ordered(one, true))
  if (!isTree(value)) return value ?? undefined
  const entries = Object.entries(value)
    .map(([name, inner]) => [name, ordered(inner, isInList)] as const)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return entries.length === 0 && !isInList ? undefined : Object.fromEntries(entries)
}
