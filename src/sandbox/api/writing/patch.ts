import { applyPatch, type Operation } from 'rfc6902'
import { badRequest, Refused } from '../../failure.ts'
import { isRecord } from '../../../model/common/values.ts'
import type { JsonObject } from '../../objects/resource.ts'

/** RFC 7386. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch
  const result: JsonObject = isRecord(target) ? { ...target } : {}
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name]
    else result[name] = mergePatch(result[name], value)
  }
  return result
}

/** The fields that tell the items of a list apart, as the types of the API declare them. */
const mergeKeys: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  env: ['name'],
  volumes: ['name'],
  conditions: ['type'],
  ownerReferences: ['uid'],
  volumeMounts: ['mountPath'],
}

/** The same for server-side apply, where a port is told by its protocol too. */
const applyKeys: Readonly<Record<string, readonly string[]>> = {
  ...mergeKeys,
  ports: ['port', 'protocol'],
}

/** The keys of a list's items; undefined for a list that is replaced as a whole. */
export function itemKeys(
  field: string,
  items: readonly unknown[],
  apply: boolean,
): readonly string[] | undefined {
  const [first] = items
  if (field === 'ports' && isRecord(first)) {
    if ('containerPort' in first) return apply ? ['containerPort', 'protocol'] : ['containerPort']
    if (!apply) return ['port']
  }
  return isRecord(first) ? (apply ? applyKeys : mergeKeys)[field] : undefined
}

/** kubectl's own patch: like a merge patch, but lists of objects with a key are merged item by item. */
export function strategicPatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch
  if (patch['$patch'] === 'replace') {
    const { $patch: _, ...rest } = patch
    return rest
  }
  const result: JsonObject = isRecord(target) ? { ...target } : {}
  for (const [name, value] of Object.entries(patch)) {
    if (name.startsWith('$')) continue
    if (value === null) delete result[name]
    else if (Array.isArray(value)) result[name] = strategicList(name, result[name], value)
    else result[name] = strategicPatch(result[name], value)
  }
  return result
}

function strategicList(name: string, target: unknown, patch: unknown[]): unknown[] {
  const key = itemKeys(name, patch, false)?.[0]
  if (key === undefined || !Array.isArray(target))
    return patch.filter((item) => !isRecord(item) || !('$patch' in item))
  const result: unknown[] = [...target]
  for (const item of patch) {
    if (!isRecord(item)) continue
    const index = result.findIndex((known) => isRecord(known) && known[key] === item[key])
    if (item['$patch'] === 'delete') {
      if (index >= 0) result.splice(index, 1)
    } else if (index < 0) result.push(strategicPatch({}, item))
    else result[index] = strategicPatch(result[index], item)
  }
  return result
}

/** RFC 6902; what cannot be done is told in the words of the API server's library (evanphx/json-patch). */
export function jsonPatch(target: unknown, operations: unknown): unknown {
  if (!Array.isArray(operations) || !operations.every(isRecord))
    throw badRequest('error decoding patch: json: cannot unmarshal object into Go value')
  // The library changes what it is given, and replaces the whole by changing its parent.
  const whole = { '': structuredClone(target) }
  for (const operation of operations as unknown as Operation[]) {
    const [problem] = applyPatch(whole, [below(operation)])
    if (problem == null) continue
    const { op, path } = operation
    if (problem.name === 'TestError') throw impossible(`testing path ${path}: test failed`)
    throw impossible(`${op} operation does not apply: doc is missing path: "${path}": missing value`)
  }
  return whole['']
}

/** An operation on the only member of an object. */
function below(operation: Operation): Operation {
  const from = 'from' in operation ? { from: `/${operation.from}` } : {}
  return { ...operation, ...from, path: `/${operation.path}` }
}

const impossible = (message: string): Refused =>
  new Refused(
    422,
    'Invalid',
    `the server rejected our request due to an error in our request: ${message}`,
    {},
  )
