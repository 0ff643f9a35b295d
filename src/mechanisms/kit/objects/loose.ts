import type { LooseObject } from '../../../model/cluster/object.ts'
import { asRecord } from '../../../model/common/values.ts'
import { onceFor } from './once.ts'

/** An object whose fields are read one by one. */
export type LooseFields = Readonly<Record<string, unknown>>

/**
 * Reading of objects whose schema is not ours: whatever is not of the expected shape reads as absent. Nothing here
 * throws, so that an odd object of somebody else's cannot stop an explanation.
 */
export function record(value: unknown): LooseFields {
  return asRecord(value)
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : []
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

export function strings(value: unknown): string[] {
  return list(value).filter((item): item is string => typeof item === 'string')
}

/** What a text says as JSON; undefined where it is none, or there is no text. */
export function parsedJson(json: string | undefined): unknown {
  try {
    return json === undefined ? undefined : (JSON.parse(json) as unknown)
  } catch {
    return undefined
  }
}

/** The value at `a.b.c`, going through records only. */
export function at(value: unknown, path: string): unknown {
  let inner = value
  for (const key of keysOf(path)) inner = record(inner)[key]
  return inner
}

/** Whether something that an object says is one of these names. Each type that may matter beside it asks. */
export function namesAny(object: LooseObject, names: ReadonlySet<string>): boolean {
  const said = textOf(object)
  return names.values().some((name) => said.includes(`"${name}"`))
}

/** The same of the first part of a host: `shop` of `shop.web.svc.cluster.local`. */
export function namesAnyHost(object: LooseObject, names: ReadonlySet<string>): boolean {
  const said = textOf(object)
  return namesAny(object, names) || names.values().some((name) => said.includes(`"${name}.`))
}

const textOf = onceFor(({ spec }: LooseObject) => JSON.stringify(spec ?? null))

/** There are a few hundred paths in the sources, and each is asked for in thousands of objects. */
const known = new Map<string, readonly string[]>()

function keysOf(path: string): readonly string[] {
  const before = known.get(path)
  if (before !== undefined) return before
  const keys = path.split('.')
  known.set(path, keys)
  return keys
}
