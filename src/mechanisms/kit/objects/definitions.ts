import type { LooseObject, ObjectType, WaySigns } from '../../../model/cluster/object.ts'
import { groupOf, resourceName } from '../../../model/cluster/object.ts'
import type { Store } from '../../../model/cluster/store.ts'
import { at, list, namesAny, record, text } from './loose.ts'

/** CustomResourceDefinitions, as far as they are read. */
export const definitions: ObjectType<LooseObject> = {
  group: 'apiextensions.k8s.io',
  versions: ['v1'],
  resource: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  scope: 'cluster',
}

/** The definition of a type: which fields its objects have in this cluster. It is long, and read where one of them names the field. */
export function definitionOf(type: ObjectType, field = ''): ObjectType<LooseObject> {
  const besideIf = (object: LooseObject): boolean => JSON.stringify(object).includes(field)
  const onWays: WaySigns = {
    of: [type],
    tells: (object, services) => namesAny(object, services) && besideIf(object),
  }
  return { ...definitions, isOfCluster: true, only: resourceName(type), beside: [type], besideIf, onWays }
}

/** A part of a schema. */
export type DefinitionSchema = Readonly<Record<string, unknown>>

/** The installed definition of an object's type; undefined where it cannot be seen. */
export function definitionFor(type: ObjectType, store: Store): LooseObject | undefined {
  return store.get(definitionOf(type), { namespace: '', name: resourceName(type) })
}

/** The schema of a field (`spec.rules.sessionPersistence`), in the version of an object; undefined where there is no such field. */
export function schemaIn(
  definition: LooseObject,
  { apiVersion }: Pick<LooseObject, 'apiVersion'>,
  field: string,
): DefinitionSchema | undefined {
  const versions = list(at(definition.spec, 'versions')).map((one) => record(one))
  const name = groupOf(apiVersion) === '' ? apiVersion : apiVersion.slice(groupOf(apiVersion).length + 1)
  const version =
    versions.find((one) => one['name'] === name) ??
    versions.find((one) => one['storage'] === true) ??
    versions[0]
  let schema: unknown = at(version, 'schema.openAPIV3Schema')
  for (const key of field.split('.')) {
    const own = record(schema)
    const inside = own['items'] === undefined ? own : record(own['items'])
    schema = record(inside['properties'])[key]
  }
  return schema === undefined ? undefined : record(schema)
}

/** The fields of a value that a schema has not, each where it begins: `cookieConfig`, `cookie.path`. */
export function droppedFrom(value: unknown, schema: DefinitionSchema): string[] {
  if (schema['x-kubernetes-preserve-unknown-fields'] === true || schema['properties'] === undefined) return []
  const properties = record(schema['properties'])
  return Object.entries(record(value)).flatMap(([key, one]) => {
    const inside = properties[key]
    return inside === undefined ? [key] : droppedFrom(one, record(inside)).map((name) => `${key}.${name}`)
  })
}

/** A value without what a schema has not. */
export function keptBy(value: unknown, schema: DefinitionSchema): unknown {
  const properties = record(schema['properties'])
  if (typeof value !== 'object' || value === null || schema['properties'] === undefined) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, one]) =>
      properties[key] === undefined ? [] : [[key, keptBy(one, record(properties[key]))]],
    ),
  )
}

/** The fields of a schema, with those inside: `type`, `cookie.name`. */
export function fieldsOf(schema: DefinitionSchema): string[] {
  return Object.entries(record(schema['properties'])).flatMap(([key, one]) => {
    const inside = fieldsOf(record(one))
    return inside.length === 0 ? [key] : inside.map((name) => `${key}.${name}`)
  })
}

/** A label or annotation of a definition. */
export function noteOn({ metadata }: LooseObject, key: string): string | undefined {
  return text(record(metadata.annotations)[key])
}
