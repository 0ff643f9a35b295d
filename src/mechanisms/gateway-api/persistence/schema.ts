import { isOfType, type LooseObject, type ObjectType } from '../../../model/cluster/object.ts'
import type { Store } from '../../../model/cluster/store.ts'
import {
  definitionFor,
  definitionOf,
  fieldsOf,
  keptBy,
  noteOn,
  type DefinitionSchema,
  schemaIn,
} from '../../kit/objects/definitions.ts'
import { grpcRoutes, group, httpRoutes, xBackendTrafficPolicies } from '../objects.ts'
import { defined } from '../../../model/common/values.ts'

/** Types whose definitions say whether there is session persistence, and in which form. */
const places: readonly { type: ObjectType<LooseObject>; field: string }[] = [
  { type: httpRoutes, field: 'spec.rules.sessionPersistence' },
  { type: grpcRoutes, field: 'spec.rules.sessionPersistence' },
  { type: xBackendTrafficPolicies, field: 'spec.sessionPersistence' },
]

export const installedDefinitions = places.map(({ type }) => definitionOf(type, 'sessionPersistence'))

/** What the installed definition of an object has for session persistence. */
export interface InstalledSchema {
  /** Absent where it has no such field. */
  schema?: DefinitionSchema
  /** `standard channel of Gateway API v1.4.0`. */
  words: string
}

/** Undefined where the definition cannot be seen. */
export function installedFor(object: LooseObject, store: Store): InstalledSchema | undefined {
  const place = places.find(({ type }) => isOfType(object, type))
  const definition = place === undefined ? undefined : definitionFor(place.type, store)
  if (place === undefined || definition === undefined) return undefined
  const schema = schemaIn(definition, object, place.field)
  return defined({ schema, words: wordsOf(definition) })
}

/** Both are written into each definition by the Gateway API itself (config/crd). */
function wordsOf(definition: LooseObject): string {
  const channel = noteOn(definition, `${group}/channel`)
  const version = noteOn(definition, `${group}/bundle-version`)
  const of = `Gateway API${version === undefined ? '' : ` ${version}`}`
  return channel === undefined ? of : `the ${channel} channel of ${of}`
}

/** `sessionPersistence` as the API server keeps it; as it is written where nobody can tell. */
export function persistedOf(value: unknown, installed: InstalledSchema | undefined): unknown {
  if (installed === undefined) return value
  return installed.schema === undefined ? undefined : keptBy(value, installed.schema)
}

/** What the fields are there, in words. */
export function shapeOf(schema: DefinitionSchema): string {
  return fieldsOf(schema).join(', ')
}

const successors: Readonly<Record<string, readonly string[]>> = {
  sessionName: ['cookie.name', 'header.name'],
  cookieConfig: ['cookie.lifetimeType'],
  'cookieConfig.lifetimeType': ['cookie.lifetimeType'],
  cookie: ['sessionName', 'cookieConfig.lifetimeType'],
  'cookie.name': ['sessionName'],
  'cookie.lifetimeType': ['cookieConfig.lifetimeType'],
  header: ['sessionName'],
  'header.name': ['sessionName'],
  idleTimeout: ['absoluteTimeout'],
}

/** What a field is called in other versions, as far as these definitions have it. */
export function insteadOf(field: string, schema: DefinitionSchema): string[] {
  const there = new Set(fieldsOf(schema))
  return (successors[field] ?? []).filter((name) => there.has(name))
}
