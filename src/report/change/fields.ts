import type { ChangedObject } from '../../model/affinity/change.ts'

/** A field that a change set, and what it was before. */
export interface FieldRow {
  name: string
  from: string
  to: string
  note: string
}

/** The fields of an object that are different after a change, or one line for an object that came or went. */
export function objectRows({ name, before, after }: ChangedObject, isTarget: boolean): FieldRow[] {
  if (before === undefined) return [{ name, from: '–', to: 'created', note: '' }]
  if (after === undefined) return [{ name, from: 'there', to: 'deleted', note: '' }]
  const where = isTarget ? '' : `${name} `
  return differences(before, after, []).map(([path, from, to]) => ({
    name: `${where}${path}`,
    from,
    to,
    note: '',
  }))
}

/** What every write changes. */
const technical = new Set(['managedFields', 'resourceVersion', 'generation'])

type Difference = readonly [path: string, from: string, to: string]

function differences(before: unknown, after: unknown, path: readonly string[]): Difference[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return []
  const [old, now] = [entriesOf(before), entriesOf(after)]
  const isMapping = (old !== undefined || before === undefined) && (now !== undefined || after === undefined)
  if (!isMapping) return [[label(path), word(before), word(after)]]
  const names = [...new Set([...Object.keys(old ?? {}), ...Object.keys(now ?? {})])]
  // A change and the one that takes it back have their rows in one order, whatever was there before.
  const isList = Array.isArray(before) || Array.isArray(after)
  return (isList ? names : names.toSorted())
    .filter((name) => !(path[0] === 'metadata' && technical.has(name)))
    .flatMap((name) => differences(old?.[name], now?.[name], [...path, name]))
}

/** A mapping, or a list by its numbers. */
function entriesOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  return Array.isArray(value) ? Object.fromEntries(value.entries()) : (value as Record<string, unknown>)
}

/** The last names, which tell a field from its neighbours: an annotation by itself, others without `spec`. */
function label([first = '', ...others]: readonly string[]): string {
  if (first === 'metadata' && others.length > 1) return others.slice(1).join('.')
  return (first === 'spec' ? others : [first, ...others]).join('.').replaceAll(/\.(\d+)(?=\.|$)/g, '[$1]')
}

function word(value: unknown): string {
  if (value === undefined || value === null) return '–'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
