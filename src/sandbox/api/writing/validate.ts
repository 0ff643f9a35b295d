import { refusalsOf } from '../../../validation/index.ts'
import type { Schema } from '../../../validation/schema.ts'
import { dnsLabel } from '../../../validation/words.ts'
import { badRequest, type StatusCause, invalid } from '../../failure.ts'
import { isRecord } from '../../../model/common/values.ts'
import { apiVersionOf, type Resource, type ResourceType, types } from '../../objects/resource.ts'
import { shapeOf } from './shapes.ts'

/** `shop`, `web-1.shop`: what most names are (RFC 1123). */
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
/** Roles and their bindings may be called anything that a path can hold (ValidatePathSegmentName). */
const pathSegment = /^(?!\.{1,2}$)[^/%]+$/

/**
 * Fields without a value are the same as fields that are not there: Go's decoder drops them. In a list it makes an empty
 * value of one, whose missing fields are then said.
 */
export function withoutNulls<T>(value: T): T {
  if (Array.isArray(value)) return value.map((item) => withoutNulls(item ?? {})) as T
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, child]) => child !== null)
      .map(([name, child]) => [name, withoutNulls(child)]),
  ) as T
}

/**
 * Refuses an object that is not of its type's shape, in the API server's words: what cannot be decoded (400), then all
 * that is missing or wrong at once (422). `decoded` is called between the two.
 */
export function checkShape(type: ResourceType, object: Resource, decoded: () => void): void {
  const causes: StatusCause[] = []
  check(object, shapeOf(type), '', { type, causes })
  decoded()
  const { name } = object.metadata
  if (causes.length === 0) causes.push(...nameCauses(type, name))
  // A Service has its defaults first, and here endpoints may be on loopback.
  if (causes.length === 0 && type !== types.services)
    causes.push(...refusalCauses(object).filter(({ message }) => !message.includes('is a loopback address')))
  if (causes.length > 0) throw invalid(type.kind, type.group, name, causes)
}

/**
 * Fields that no object of the type has, as `spec.portocol`: the server drops them, warns of them or refuses them. Only
 * kinds whose fields are all known have any.
 */
export function unknownFields(type: ResourceType, object: Resource): string[] {
  return unknownIn(object, shapeOf(type), '')
}

function unknownIn(value: unknown, schema: Schema, path: string): string[] {
  if (schema.type === 'array' && Array.isArray(value))
    return value.flatMap((item, index) => unknownIn(item, schema.items, `${path}[${index}]`))
  if (schema.type !== 'object' || !isRecord(value)) return []
  return Object.entries(value).flatMap(([name, child]) => {
    const here = joined(path, name)
    const known = fieldOf(schema, name)
    if (known !== undefined) return unknownIn(child, known, here)
    return schema.open === true ? [] : [here]
  })
}

/** The object as it is stored: without the fields that it cannot have. */
export function withoutUnknownFields(type: ResourceType, object: Resource): Resource {
  return known(object, shapeOf(type)) as Resource
}

function known(value: unknown, schema: Schema): unknown {
  if (schema.type === 'array' && Array.isArray(value)) return value.map((item) => known(item, schema.items))
  if (schema.type !== 'object' || !isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, child]) => {
      const field = fieldOf(schema, name)
      if (field !== undefined) return [[name, known(child, field)]]
      return schema.open === true ? [[name, child]] : []
    }),
  )
}

const fieldOf = ({ fields }: Extract<Schema, { type: 'object' }>, name: string): Schema | undefined =>
  Object.hasOwn(fields, name) ? fields[name] : undefined

interface Context {
  type: ResourceType
  causes: StatusCause[]
}

function check(value: unknown, schema: Schema, path: string, context: Context): void {
  if (value === undefined || schema.type === 'any') return
  if (schema.type === 'object') {
    if (!isRecord(value)) throw cannotDecode(value, 'an object', path, context)
    for (const name of schema.required ?? [])
      if (isMissing(value[name])) context.causes.push(missing(joined(path, name)))
    for (const [name, child] of Object.entries(schema.fields))
      check(Object.hasOwn(value, name) ? value[name] : undefined, child, joined(path, name), context)
  } else if (schema.type === 'map') {
    if (!isRecord(value)) throw cannotDecode(value, 'a map', path, context)
    for (const [name, child] of Object.entries(value))
      check(child, schema.values, joined(path, name), context)
  } else if (schema.type === 'array') {
    if (!Array.isArray(value)) throw cannotDecode(value, 'a list', path, context)
    if (value.length < (schema.minItems ?? 0)) context.causes.push(missing(path))
    for (const [index, item] of value.entries()) check(item, schema.items, `${path}[${index}]`, context)
  } else checkScalar(value, schema, path, context)
}

function checkScalar(
  value: unknown,
  schema: Exclude<Schema, { type: 'object' | 'map' | 'array' | 'any' }>,
  path: string,
  context: Context,
): void {
  const { causes } = context
  if (schema.type === 'string') {
    if (typeof value !== 'string') throw cannotDecode(value, 'string', path, context)
    if (
      schema.values !== undefined &&
      !(value === '' && schema.orEmpty === true) &&
      !schema.values.includes(value)
    )
      causes.push(unsupported(path, value, schema.values))
  } else if (schema.type === 'boolean') {
    if (typeof value !== 'boolean') throw cannotDecode(value, 'bool', path, context)
  } else if (schema.type === 'int-or-string') {
    if (typeof value !== 'string' && !Number.isInteger(value))
      throw cannotDecode(value, 'int or string', path, context)
  } else {
    if (!Number.isSafeInteger(value)) throw cannotDecode(value, 'int32', path, context)
    const { min = -Infinity, max = Infinity } = schema
    const number = value as number
    if (number < min || number > max) causes.push(bad(path, number, rangeWords(min, max)))
  }
}

function rangeWords(min: number, max: number): string {
  if (max === Infinity || max >= 2 ** 31 - 1) return `must be greater than or equal to ${min}`
  return `must be between ${min} and ${max}, inclusive`
}

const joined = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)

/** An empty text is what Go has where nothing was given. */
const isMissing = (value: unknown): boolean => value === undefined || value === ''

function cannotDecode(value: unknown, wanted: string, path: string, { type }: Context): Error {
  const is = Array.isArray(value) ? 'array' : typeof value
  return badRequest(
    `${type.kind} in version "${apiVersionOf(type).split('/').at(-1) ?? ''}" cannot be handled as a ${type.kind}: json: cannot unmarshal ${is} into Go struct field ${type.kind}.${path} of type ${wanted}`,
  )
}

function nameCauses({ kind, group }: ResourceType, name: string): StatusCause[] {
  const path = 'metadata.name'
  if (group.startsWith('rbac.'))
    return pathSegment.test(name) ? [] : [bad(path, name, "may not contain '/' or '%'")]
  if (kind === 'Service' || kind === 'Namespace') {
    if (dnsLabel(name) === undefined) return []
    return [
      bad(path, name, "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-'"),
    ]
  }
  if (subdomain.test(name) && name.length <= 253) return []
  return [
    bad(
      path,
      name,
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
    ),
  ]
}

/** What `explain -f` says that an API server refuses, as causes. */
export function refusalCauses(object: Resource): StatusCause[] {
  return refusalsOf(object).map(({ path, kind, message }) =>
    kind === 'missing'
      ? { reason: 'FieldValueRequired', message: `Required value: ${message}`, field: path }
      : { reason: 'FieldValueInvalid', message: `Invalid value: ${message}`, field: path },
  )
}

const missing = (field: string): StatusCause => ({
  reason: 'FieldValueRequired',
  message: 'Required value',
  field,
})

export const bad = (field: string, value: unknown, words: string): StatusCause => ({
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${JSON.stringify(value) ?? 'null'}: ${words}`,
  field,
})

const unsupported = (field: string, value: unknown, allowed: readonly string[]): StatusCause => ({
  reason: 'FieldValueNotSupported',
  message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${allowed.map((word) => `"${word}"`).join(', ')}`,
  field,
})
