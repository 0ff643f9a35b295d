import { isRecord } from '../../../model/common/values.ts'
import type { FieldSet, JsonObject, Resource } from '../../objects/resource.ts'
import { itemKeys } from './patch.ts'

/** Sets of fields in the form of `metadata.managedFields`, and what server-side apply computes with them. */

const serverFields = new Set([
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'generateName',
  'selfLink',
])

/** What the server hands out belongs to nobody. */
const handedOut = new Set(['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'])

/** The fields of an object that somebody can own. */
export function fieldsOf(object: object): FieldSet {
  const { apiVersion: _, kind: __, metadata, ...rest } = object as Resource
  const own = Object.fromEntries(Object.entries(metadata ?? {}).filter(([name]) => !serverFields.has(name)))
  return tree({ ...rest, ...(Object.keys(own).length === 0 ? {} : { metadata: own }) })
}

function tree(value: JsonObject): FieldSet {
  const result: FieldSet = {}
  for (const [name, child] of Object.entries(value)) {
    if (handedOut.has(name)) continue
    if (isRecord(child) && Object.keys(child).length > 0)
      result[`f:${name}`] = { ...(isWhole(name) ? {} : tree(child)) }
    else if (Array.isArray(child)) result[`f:${name}`] = listTree(name, child)
    else result[`f:${name}`] = {}
  }
  return result
}

/** Selectors are one value: half of one means something else. */
const isWhole = (name: string): boolean => name === 'selector'

function listTree(name: string, list: unknown[]): FieldSet {
  const keys = itemKeys(name, list, true)
  if (keys === undefined) return {}
  const result: FieldSet = {}
  for (const item of list) {
    if (isRecord(item)) result[keyOf(item, keys)] = { '.': {}, ...tree(item) }
  }
  return result
}

function keyOf(item: JsonObject, keys: readonly string[]): string {
  const named = Object.fromEntries(
    keys.map((key) => [key, item[key] ?? (key === 'protocol' ? 'TCP' : undefined)]),
  )
  return `k:${JSON.stringify(named)}`
}

export type ManagedPath = readonly string[]

/** The paths of the leaves. */
export function leaves(set: FieldSet, prefix: ManagedPath = []): ManagedPath[] {
  return Object.entries(set).flatMap(([key, below]) => {
    const path = [...prefix, key]
    return Object.keys(below).length === 0 ? [path] : leaves(below, path)
  })
}

export function has(set: FieldSet, path: ManagedPath): boolean {
  let here: FieldSet | undefined = set
  for (const key of path) here = here?.[key]
  return here !== undefined
}

export function fromLeaves(paths: readonly ManagedPath[]): FieldSet {
  const result: FieldSet = {}
  for (const path of paths) {
    let here = result
    for (const key of path) here = here[key] ??= {}
  }
  return result
}

/** The value of a field, found by its path. */
export function valueAt(object: unknown, path: ManagedPath): unknown {
  let here: unknown = object
  for (const key of path) {
    if (key === '.') return here === undefined ? undefined : true
    if (key.startsWith('f:')) here = isRecord(here) ? here[key.slice(2)] : undefined
    else here = Array.isArray(here) ? here.find((item) => isItem(item, key)) : undefined
  }
  return here
}

function isItem(item: unknown, key: string): boolean {
  const wanted: JsonObject = JSON.parse(key.slice(2))
  return isRecord(item) && keyOf(item, Object.keys(wanted)) === key
}

/** The object without a field. */
export function without<T>(object: T, path: ManagedPath): T {
  const [key, ...rest] = path
  if (key === undefined) return object
  if (key.startsWith('f:') && isRecord(object)) {
    const name = key.slice(2)
    const { [name]: child, ...others } = object
    if (child === undefined || rest.length === 0) return others as T
    const left = without(child, rest)
    const isEmpty = left === undefined || (isRecord(left) && Object.keys(left).length === 0)
    return (isEmpty ? others : { ...others, [name]: left }) as T
  }
  if (key.startsWith('k:') && Array.isArray(object)) {
    const isWholeItem = rest[0] === '.'
    return object
      .filter((item) => !isWholeItem || !isItem(item, key))
      .map((item) => (isItem(item, key) ? without(item, rest) : item)) as T
  }
  return object
}

/** Lays what is applied over what there is: lists with keys item by item, all else replaced. */
export function overlay(target: unknown, applied: unknown, field = ''): unknown {
  if (Array.isArray(applied)) {
    const keys = itemKeys(field, applied, true)
    if (keys === undefined || !Array.isArray(target)) return applied
    const result: unknown[] = [...target]
    for (const item of applied) {
      if (!isRecord(item)) continue
      const index = result.findIndex((known) => isRecord(known) && keyOf(known, keys) === keyOf(item, keys))
      if (index < 0) result.push(item)
      else result[index] = overlay(result[index], item)
    }
    return result
  }
  if (!isRecord(applied) || !isRecord(target) || isWhole(field)) return applied
  const result: JsonObject = { ...target }
  for (const [name, value] of Object.entries(applied)) result[name] = overlay(result[name], value, name)
  return result
}

/** As the API server names a field in a conflict. */
export function pathText(path: ManagedPath): string {
  return path
    .filter((key) => key !== '.')
    .map((key) => {
      if (key.startsWith('f:')) return `.${key.slice(2)}`
      const entries = Object.entries(JSON.parse(key.slice(2)) as JsonObject)
      return `[${entries.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}]`
    })
    .join('')
}
