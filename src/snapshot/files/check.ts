import { isMap, isScalar, isSeq, type Node, type Pair, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml'
import type { Finding, ObjectRef } from '../../model/findings/finding.ts'
import { didYouMean } from '../../model/common/words/spelling.ts'
import type { FileObject } from './text/document.ts'
import { fileFinding } from './finding.ts'
import { isEqual } from '../../model/affinity/fields.ts'
import { keyOf, pairsOf } from './text/merged.ts'
import type { Schema } from '../../validation/schema.ts'

interface Context {
  object: FileObject
  ref: ObjectRef
  findings: Finding[]
}

/**
 * Compares an object of a file with its schema: unknown, doubled and missing fields, wrong types and values. Each
 * finding stands where the mistake is, and says what was probably meant.
 */
export function checkShape(object: FileObject, schema: Schema, ref: ObjectRef): Finding[] {
  const context: Context = { object, ref, findings: [] }
  checkNode(object.node, schema, '', context)
  return context.findings
}

function checkNode(written: unknown, schema: Schema, path: string, context: Context): void {
  const node = context.object.resolve(written)
  // Null is the same as leaving a field out.
  if (schema.type === 'any' || isNull(node)) return
  if (schema.type === 'object' || schema.type === 'map') {
    if (!isMap(node)) wrongType(node, 'a map', path, context)
    else if (schema.type === 'map') checkMap(node, schema.values, path, context)
    else checkObject(node, schema, path, context)
  } else if (schema.type === 'array') {
    if (!isSeq(node)) return wrongType(node, 'a list', path, context)
    for (const [index, item] of node.items.entries()) {
      const place = `${path}[${index}]`
      // An item that is null stands for an empty object or text.
      if (isNull(item) && schema.items.type === 'string' && schema.items.values !== undefined)
        badValue(node, place, '', schema.items.values, context)
      else if (isNull(item) && schema.items.type === 'object')
        checkRequired(node, new Map(), schema.items, place, context)
      else checkNode(item, schema.items, place, context)
    }
  } else if (isScalar(node)) {
    checkScalar(node, node.value, schema, path, context)
  } else {
    wrongType(node, describe(schema), path, context)
  }
}

function checkObject(
  node: YAMLMap,
  schema: Extract<Schema, { type: 'object' }>,
  path: string,
  context: Context,
): void {
  const { fields } = schema
  checkDoubled(node, path, context)
  const pairs = pairsOf(node, context.object.resolve)
  for (const [key, pair] of pairs) {
    const child = Object.hasOwn(fields, key) ? fields[key] : undefined
    if (child === undefined && schema.open === true) continue
    if (child === undefined) unknownField(pair, key, fields, pairs, path, context)
    else checkNode(pair.value, child, path === '' ? key : `${path}.${key}`, context)
  }
  checkRequired(node, pairs, schema, path, context)
}

/** `node` is the object, or the list that has null in its place. */
function checkRequired(
  node: YAMLMap | YAMLSeq,
  seen: ReadonlyMap<string, Pair>,
  { fields, required = [] }: Extract<Schema, { type: 'object' }>,
  path: string,
  context: Context,
): void {
  for (const name of required) {
    if (!isNull(context.object.resolve(seen.get(name)?.value))) continue
    // A misspelt field that means this one says it already.
    const unknownKeys = [...seen.keys()].filter((key) => !Object.hasOwn(fields, key))
    if (unknownKeys.some((key) => didYouMean(key, [name]) !== undefined)) continue
    add(context, 'AFF-FILE-MISSING-FIELD', node, `${path === '' ? name : `${path}.${name}`} is missing`, {
      why: 'The API server refuses an object without it.',
      mend: [`add ${name}:`],
    })
  }
}

function checkMap(node: YAMLMap, values: Schema, path: string, context: Context): void {
  checkDoubled(node, path, context)
  for (const [key, pair] of pairsOf(node, context.object.resolve))
    checkNode(pair.value, values, key.includes('.') ? `${path}["${key}"]` : `${path}.${key}`, context)
}

/** A key that stands twice is reported at its second place. */
function checkDoubled(node: YAMLMap, path: string, context: Context): void {
  const seen = new Set<string>()
  for (const pair of node.items) {
    const key = keyOf(pair)
    if (key === undefined) continue
    if (seen.has(key)) {
      add(
        context,
        'AFF-FILE-DUPLICATE-FIELD',
        pair.key,
        `"${key}" is already set in ${path === '' ? 'the object' : path}`,
        {
          why: 'Which of the two counts depends on who reads the file; kubectl refuses it when it validates strictly.',
          mend: ['remove one of them'],
        },
      )
    }
    seen.add(key)
  }
}

function unknownField(
  pair: Pair,
  key: string,
  fields: Extract<Schema, { type: 'object' }>['fields'],
  seen: ReadonlyMap<string, Pair>,
  path: string,
  context: Context,
): void {
  const meant = didYouMean(
    key,
    Object.keys(fields).filter((name) => !seen.has(name)),
  )
  const place = path === '' ? '' : ` in ${path}`
  const now = path.endsWith('ackend') ? formerly[key] : undefined
  if (now !== undefined) {
    add(
      context,
      'AFF-FILE-UNKNOWN-FIELD',
      pair.key,
      `"${key}": no such field${place} since networking.k8s.io/v1`,
      {
        why: 'It is of an API that clusters do not have any more, and dropped from an object of today.',
        mend: [`write ${now}`],
      },
    )
    return
  }
  const home = homeOf(key, fields)
  if (meant === undefined && home !== undefined) {
    add(
      context,
      'AFF-FILE-UNKNOWN-FIELD',
      pair.key,
      `"${key}": no such field${place}; it belongs in ${home}`,
      {
        why: 'The API server drops fields that it does not know: the object works as if this one were not there.',
        mend: [`move it into ${home}:`],
      },
    )
    return
  }
  const message =
    meant === undefined ? `"${key}": no such field${place}` : `"${key}": did you mean "${meant}"?`
  add(context, 'AFF-FILE-UNKNOWN-FIELD', pair.key, message, {
    why: 'The API server drops fields that it does not know: the object works as if this one were not there.',
    mend: meant === undefined ? ['remove it, or move it to where it belongs'] : [`write "${meant}"`],
  })
}

/** What backends of Ingresses had before networking.k8s.io/v1. */
const formerly: Readonly<Record<string, string>> = {
  serviceName: 'service: {name: NAME, port: {number: PORT}}',
  servicePort: 'port: {number: PORT}, or {name: PORT}, below service:',
}

/** The map beside a stray field, or below one, that has a field of this name. */
function homeOf(key: string, fields: Extract<Schema, { type: 'object' }>['fields']): string | undefined {
  for (const [name, child] of Object.entries(fields)) {
    if (child.type !== 'object') continue
    if (Object.hasOwn(child.fields, key)) return name
    const below = homeOf(key, child.fields)
    if (below !== undefined) return `${name}.${below}`
  }
  return undefined
}

function checkScalar(node: Node, value: unknown, schema: Schema, path: string, context: Context): void {
  const name = nameOf(path)
  switch (schema.type) {
    case 'string':
      // YAML reads an unquoted date as a date; as JSON it is a text again.
      if (typeof value !== 'string' && !(value instanceof Date))
        return wrongType(node, 'a text (in quotes)', path, context)
      if (value === '' && schema.orEmpty === true) return
      if (schema.values !== undefined && !schema.values.includes(String(value))) {
        badValue(node, name, String(value), schema.values, context)
      }
      return
    case 'integer': {
      if (typeof value !== 'number' || !Number.isInteger(value))
        return wrongType(node, 'a whole number', path, context)
      // int32 is what Go reads into.
      const { min = -(2 ** 31), max = 2 ** 31 - 1 } = schema
      if (value >= min && value <= max) return
      add(context, 'AFF-SVC-BAD-VALUE', node, `${name} ${value}: must be from ${min} to ${max}`, {
        why: 'The API server refuses the object.',
        mend: [`use a number from ${min} to ${max}`],
      })
      return
    }
    case 'boolean':
      if (typeof value !== 'boolean') wrongType(node, 'true or false', path, context)
      return
    case 'int-or-string':
      if (typeof value !== 'string' && !Number.isInteger(value))
        wrongType(node, 'a number or a name', path, context)
      return
    case 'object':
    case 'map':
    case 'array':
      return wrongType(node, describe(schema), path, context)
    case 'any':
  }
}

function badValue(
  node: Node,
  name: string,
  value: string,
  values: readonly string[],
  context: Context,
): void {
  const meant = didYouMean(value, values) ?? nearest(name, value)
  const allowed = values.map((word) => `"${word}"`)
  const choice = allowed.length === 1 ? allowed[0] : `${allowed.slice(0, -1).join(', ')} or ${allowed.at(-1)}`
  const suggestion = meant === undefined ? '' : `; did you mean "${meant}"?`
  add(context, 'AFF-SVC-BAD-VALUE', node, `${name} "${value}": must be ${choice}${suggestion}`, {
    why: 'The API server refuses the object.',
    mend: [meant === undefined ? `use ${choice}` : `write "${meant}"`],
  })
}

/** Words that people write for a value, too far away for spelling: `ClusterIP` looks like `ClientIP`, `cookie` does not. */
function nearest(name: string, value: string): string | undefined {
  if (name !== 'sessionAffinity') return undefined
  return /ip$/i.test(value) ? 'ClientIP' : undefined
}

function wrongType(node: unknown, expected: string, path: string, context: Context): void {
  const name = nameOf(path)
  // As it is written: `1.20` is not 1.2 to who wrote it.
  const what = isScalar(node) ? written(node) : kindOf(node)
  add(context, 'AFF-FILE-WRONG-TYPE', node, `${name}: must be ${expected}, not ${what}`, {
    why: 'The API server cannot read the object.',
    mend: [`give ${expected}`],
  })
}

function written({ type, source, value }: Scalar): string {
  return type === 'PLAIN' && source !== undefined ? source : JSON.stringify(value)
}

/** `spec.ports` → `ports`; a key that holds dots stands in brackets and quotes. */
function nameOf(path: string): string {
  return /\["([^"]*)"\]$/.exec(path)?.[1] ?? path.split('.').at(-1) ?? path
}

function add(
  { object, ref, findings }: Context,
  code: Parameters<typeof fileFinding>[0],
  node: unknown,
  message: string,
  { why, mend }: { why: string; mend: string[] },
): void {
  const position = object.at(node as Node | undefined)
  // What an anchor holds may come into an object at several places.
  const isSaid = findings.some((one) => one.message === message && isEqual(one.position, position))
  if (!isSaid) findings.push(fileFinding(code, position, message, why, mend, [ref]))
}

function isNull(node: unknown): boolean {
  return node === null || node === undefined || (isScalar(node) && node.value === null)
}

function kindOf(node: unknown): string {
  if (isMap(node)) return 'a map'
  return isSeq(node) ? 'a list' : 'nothing'
}

function describe({ type }: Schema): string {
  const words: Readonly<Record<Schema['type'], string>> = {
    object: 'a map',
    map: 'a map',
    array: 'a list',
    string: 'a text',
    integer: 'a whole number',
    boolean: 'true or false',
    'int-or-string': 'a number or a name',
    any: 'anything',
  }
  return words[type]
}
