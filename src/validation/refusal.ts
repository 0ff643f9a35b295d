import type { WordRule } from './words.ts'

/** What an API server would refuse an object for. */
export interface RefusedValue {
  /** The field, as `spec.ports[0].name`; the nearest one that is there for one that is missing. */
  path: string
  /** A required field is not there, or a field has a value that it may not have. */
  kind: 'missing' | 'value'
  /** The one that is missing. */
  field?: string
  /** For people: `nodePort 30080: not with type ClusterIP`. */
  message: string
  /** What to do, in words; empty where the message says it. */
  fix: string
}

/** Collects what is wrong with one object. */
export class Refusals {
  readonly list: RefusedValue[] = []

  missing(path: string, field: string, message = `${path}.${field} is missing`): void {
    this.list.push({ path, kind: 'missing', field, message, fix: `add ${field}:` })
  }

  value(path: string, message: string, fix: string): void {
    this.list.push({ path, kind: 'value', message, fix })
  }

  /** A text that a rule has something against. A text that is not there is none of its business. */
  text(path: string, value: unknown, rule: WordRule): void {
    if (typeof value !== 'string') return
    const problem = rule(value)
    if (problem !== undefined) this.value(path, `${lastOf(path)} "${shortened(value)}": ${problem}`, '')
  }
}

const shortened = (value: string): string => (value.length > 70 ? `${value.slice(0, 67)}…` : value)

/** A key of a map whose keys are free: one that holds dots stands in brackets and quotes. */
export const keyed = (path: string, key: string): string =>
  /^[\w-]+$/.test(key) ? `${path}.${key}` : `${path}["${key}"]`

/** `spec.ports[0].name` → `name`; an item of a list is called by its list. */
const lastOf = (path: string): string =>
  /\["([^"]*)"\]$/.exec(path)?.[1] ?? /([^.[\]]+)(\[\d+\])?$/.exec(path)?.[1] ?? path
