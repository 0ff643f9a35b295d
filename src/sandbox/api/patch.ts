import { badRequest, Failure } from '../failure.ts'
import { isObject, type JsonObject } from '../resource.ts'

/** RFC 7386. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const result: JsonObject = isObject(target) ? { ...target } : {}
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
  if (field === 'ports' && isObject(first)) {
    if ('containerPort' in first) return apply ? ['containerPort', 'protocol'] : ['containerPort']
    if (!apply) return ['port']
  }
  return isObject(first) ? (apply ? applyKeys : mergeKeys)[field] : undefined
}

/** kubectl's own patch: like a merge patch, but lists of objects with a key are merged item by item. */
export function strategicPatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  if (patch['$patch'] === 'replace') {
    const { $patch: _, ...rest } = patch
    return rest
  }
  const result: JsonObject = isObject(target) ? { ...target } : {}
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
    return patch.filter((item) => !isObject(item) || !('$patch' in item))
  const result: unknown[] = [...target]
  for (const item of patch) {
    if (!isObject(item)) continue
    const index = result.findIndex((known) => isObject(known) && known[key] === item[key])
    if (item['$patch'] === 'delete') {
      if (index >= 0) result.splice(index, 1)
    } else if (index < 0) result.push(strategicPatch({}, item))
    else result[index] = strategicPatch(result[index], item)
  }
  return result
}

interface Operation {
  op: string
  path: string
  from?: string
  value?: unknown
}

/** RFC 6902. */
export function jsonPatch(target: unknown, operations: unknown): unknown {
  if (!Array.isArray(operations))
    throw badRequest('error decoding patch: json: cannot unmarshal object into Go value')
  let result = structuredClone(target)
  for (const operation of operations as Operation[]) result = operate(result, operation)
  return result
}

function operate(target: unknown, { op, path, from, value }: Operation): unknown {
  const steps = stepsOf(path)
  if (op === 'test') {
    if (JSON.stringify(read(target, steps)) !== JSON.stringify(value))
      throw impossible(`testing path ${path}: test failed`)
    return target
  }
  if (op === 'remove') return write(target, steps, undefined, 'remove', path)
  if (op === 'add' || op === 'replace') return write(target, steps, value, op, path)
  const source = stepsOf(from ?? '')
  const moved = read(target, source)
  const rest = op === 'move' ? write(target, source, undefined, 'remove', path) : target
  return write(rest, steps, moved, 'add', path)
}

function read(target: unknown, steps: readonly string[]): unknown {
  let here: unknown = target
  for (const step of steps) here = (here as JsonObject | undefined)?.[step]
  return here
}

function write(target: unknown, steps: string[], value: unknown, op: string, path: string): unknown {
  const last = steps.at(-1)
  if (last === undefined) return value
  const parent = read(target, steps.slice(0, -1))
  if (Array.isArray(parent)) {
    const index = last === '-' ? parent.length : Number(last)
    if (op === 'add') parent.splice(index, 0, value)
    else if (op === 'remove') parent.splice(index, 1)
    else parent[index] = value
  } else if (isObject(parent)) {
    if (op !== 'add' && !(last in parent))
      throw impossible(`${op} operation does not apply: doc is missing key: ${path}: missing value`)
    if (op === 'remove') delete parent[last]
    else parent[last] = value
  } else throw impossible(`${op} operation does not apply: doc is missing path: "${path}": missing value`)
  return target
}

const stepsOf = (path: string): string[] =>
  path
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))

const impossible = (message: string): Failure =>
  new Failure(
    422,
    'Invalid',
    `the server rejected our request due to an error in our request: ${message}`,
    {},
  )
