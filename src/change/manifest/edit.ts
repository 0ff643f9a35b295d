import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  type YAMLMap,
} from 'yaml'
import type { KubernetesObject } from '../../model/cluster/kubernetes.ts'
import { UserError } from '../../model/common/user-error.ts'
import type { FieldTree, FieldValue } from '../../model/affinity/write.ts'
import { difference, isEqual, isTree, merge } from '../../model/affinity/fields.ts'
import { oddNode, unreadable } from '../../snapshot/files/document.ts'
import { applySplices, insertPairs, removePairs, replaceValue, type Splice } from './splice.ts'

/** A manifest after a change, and what it holds. */
export interface EditedManifest {
  text: string
  /** The objects that the change is about. */
  edited: ManifestObject[]
  /** The documents that have content, as plain objects, after the change. */
  objects: unknown[]
}

interface ManifestObject {
  /** As it stood in the file. */
  before: KubernetesObject
  changed: boolean
}

/** What an object of a file is to become; undefined for one that the change is not about. */
export type Edit = (object: KubernetesObject) => FieldTree | undefined

type Mapping = YAMLMap

/**
 * Sets fields of objects in a manifest (YAML or JSON, several documents, Lists) and leaves every other byte as it is:
 * comments, order, quotes, line ends. The text is not written anew from its parsed form, but cut and joined at the
 * positions that the parser tells; then the text is parsed again and must hold exactly what was to come of it.
 *
 * Throws UserError for text that is no YAML, and where a field cannot be set without touching others.
 */
export function editManifest(text: string, edit: Edit, file: string): EditedManifest {
  const { documents, at } = parse(text, file)
  const edited: ManifestObject[] = []
  const splices: Splice[] = []
  for (const document of documents) {
    for (const mapping of objectMappings(document.contents)) {
      const before = mapping.toJS(document) as KubernetesObject
      const tree = edit(before)
      if (tree === undefined) continue
      const edits = editObject(text, mapping, tree, at)
      splices.push(...edits)
      edited.push({ before, changed: edits.length > 0 })
    }
  }
  const result = applySplices(text, splices)
  const objects = plainObjects(parse(result, file).documents)
  const wanted = plainObjects(documents).map((object) => expected(object, edit))
  if (!isEqual(objects, wanted)) {
    throw new UserError(`${file}: this cannot be set without changing something else in the file`, {
      hints: ['it shares parts by aliases, or is written in an unusual way: change it by hand'],
    })
  }
  return { text: result, edited, objects }
}

/** A document after the change, worked out without its text. */
function expected(object: unknown, edit: Edit): unknown {
  if (!isTree(object)) return object
  const { items } = object
  if (isListKind(object['kind']) && Array.isArray(items))
    return { ...object, items: items.map((item) => expected(item, edit)) }
  const tree = isObject(object) ? edit(object as unknown as KubernetesObject) : undefined
  return tree === undefined ? object : merge(object, tree)
}

function isListKind(kind: unknown): boolean {
  return typeof kind === 'string' && kind.endsWith('List')
}

function isObject(object: FieldTree): boolean {
  return (
    typeof object['kind'] === 'string' &&
    typeof object['apiVersion'] === 'string' &&
    isTree(object['metadata']) &&
    typeof object['metadata']['name'] === 'string'
  )
}

function parse(text: string, file: string) {
  const lineCounter = new LineCounter()
  // `<<` is not in YAML 1.2, but kubectl's parser knows it.
  const documents: Document.Parsed[] = parseAllDocuments(text, { lineCounter, merge: true })
  const at = (offset: number): string => {
    const { line, col } = lineCounter.linePos(offset)
    return `${file}:${line}:${col}`
  }
  const unread = (offset: number, what: string, cause?: unknown): UserError => {
    const { line, col: column } = lineCounter.linePos(offset)
    const { message, mend } = unreadable(text, { file, line, column }, what, '')
    return new UserError(`${at(offset)}: ${message}`, {
      hints: mend,
      cause,
    })
  }
  for (const document of documents) {
    const [error] = document.errors
    if (error !== undefined) {
      const [first = 'this is not YAML'] = error.message.split(/ at line |\n/)
      const key = /^[^\s:,}\]]+/.exec(text.slice(error.pos[0]))?.[0]
      const what =
        error.code === 'DUPLICATE_KEY' && key !== undefined ? `${key} is already set in the same map` : first
      throw unread(error.pos[0], what, error)
    }
    const odd = oddNode(document.contents)
    if (odd !== undefined) throw unread(odd.offset, odd.message)
    assertPlain(document, file)
  }
  return { documents, at }
}

/** Aliases of nothing, merges of something else than mappings, and bombs show only when the text becomes objects. */
function assertPlain(document: Document.Parsed, file: string): void {
  try {
    document.toJS()
  } catch (error) {
    throw new UserError(`${file}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

function plainObjects(documents: readonly Document.Parsed[]): unknown[] {
  return documents.map((document): unknown => document.toJS()).filter((object) => object !== null)
}

/** The objects of a document: itself, or those in the items of a List. */
function objectMappings(node: unknown): Mapping[] {
  if (!isMap(node)) return []
  const items = isListKind(node.get('kind')) ? node.get('items', true) : undefined
  if (isSeq(items)) return items.items.flatMap(objectMappings)
  const isNamed = isMap(node.get('metadata', true)) && typeof node.getIn(['metadata', 'name']) === 'string'
  return typeof node.get('kind') === 'string' && isNamed ? [node] : []
}

function editObject(
  text: string,
  mapping: Mapping,
  tree: FieldTree,
  at: (offset: number) => string,
): Splice[] {
  const kind = String(mapping.get('kind'))
  const spec = mapping.get('spec', true)
  const where = (): string => at((isNode(spec) ? spec : mapping).range?.[0] ?? 0)
  for (const part of Object.keys(tree))
    if (isAlias(mapping.get(part, true)))
      throw new UserError(
        `${where()}: the ${part} of this ${kind} is an alias, a change would be one of all that share it`,
      )
  if ('spec' in tree && (!isMap(spec) || spec.items.length === 0))
    throw new UserError(`${where()}: this ${kind} has no spec`)
  assertSettable(mapping, tree, at)
  return setEntries(text, mapping, tree)
}

/** A map or list where a single value belongs was meant for another field: whoever wrote it has to say for which. */
function assertSettable(mapping: Mapping, tree: FieldTree, at: (offset: number) => string): void {
  for (const [key, value] of Object.entries(tree)) {
    const node = pairOf(mapping, key)?.value
    if (isMap(node) && isTree(value)) assertSettable(node, value, at)
    else if ((isMap(node) || isSeq(node)) && value !== null && !isTree(value) && !Array.isArray(value)) {
      throw new UserError(
        `${at(node.range?.[0] ?? 0)}: ${key} is a ${isMap(node) ? 'map' : 'list'} here and has to be ${JSON.stringify(value)}`,
        { hints: ['move what is in it to the field that it belongs to, and try again'] },
      )
    }
  }
}

/** Sets entries of a mapping, and within mappings and lists that exist only what is missing or different. */
function setEntries(text: string, mapping: Mapping, tree: FieldTree): Splice[] {
  const missing: (readonly [string, FieldValue])[] = []
  const removed = new Set<Pair>()
  const splices: Splice[] = []
  for (const [key, value] of Object.entries(tree)) {
    const pair = pairOf(mapping, key)
    if (pair !== undefined && (value === null || isEmptied(pair.value, value))) removed.add(pair)
    else if (pair !== undefined && value !== null && isNode(pair.value))
      splices.push(...setValue(text, pair.value, value))
    else if (value !== null) {
      const written = withoutNulls(value)
      if (written !== undefined) missing.push([key, written])
    }
  }
  splices.push(...removePairs(text, mapping, removed))
  if (missing.length === 0) return splices
  const after = mapping.items.findLast((pair) => !removed.has(pair)) ?? mapping.items[0]!
  return [...splices, insertPairs(text, mapping, after, missing)]
}

function setValue(text: string, node: Node, value: FieldValue): Splice[] {
  if (isTree(value) && isMap(node) && node.items.length > 0 && !isRewritten(node, value))
    return setEntries(text, node, value)
  if (isTree(value)) {
    const written = withoutNulls(
      isMap(node) ? (merge(node.toJSON() as FieldTree, value) as FieldTree) : value,
    )
    return written === undefined ? [] : [replaceValue(text, node, written)]
  }
  const old: unknown = isAlias(node) ? undefined : node.toJSON()
  if (isEqual(old, value)) return []
  if (Array.isArray(value) && isSeq(node) && node.items.length === value.length)
    return node.items.flatMap((item, index) => (isNode(item) ? setItem(text, item, value[index]) : []))
  return [replaceValue(text, node, value)]
}

/** An item of a list becomes the new one by what is different in it. */
function setItem(text: string, node: Node, value: FieldValue): Splice[] {
  const old: unknown = node.toJSON()
  if (isEqual(old, value)) return []
  if (isMap(node) && isTree(old) && isTree(value)) return setValue(text, node, difference(old, value))
  return setValue(text, node, value)
}

/** All that is in it goes away, and nothing comes. */
function isEmptied(node: unknown, value: FieldValue): boolean {
  if (!isTree(value) || !isMap(node) || node.items.length === 0) return false
  if (withoutNulls(value) !== undefined) return false
  return node.items.every(({ key, value: inner }) => {
    const wanted = isScalar(key) ? value[String(key.value)] : undefined
    return wanted === null || (wanted !== undefined && isEmptied(inner, wanted))
  })
}

/** A flow mapping all of whose entries are replaced has no place to put the new ones behind. */
function isRewritten(node: Mapping, tree: FieldTree): boolean {
  return (
    node.flow === true && node.items.every(({ key }) => isScalar(key) && tree[String(key.value)] === null)
  )
}

/** What is left to write where nothing is yet; undefined for nothing. */
function withoutNulls(value: FieldValue): FieldValue | undefined {
  if (value === null) return undefined
  if (!isTree(value)) return value
  const entries = Object.entries(value).flatMap(([name, inner]) => {
    const kept = withoutNulls(inner)
    return kept === undefined ? [] : [[name, kept] as const]
  })
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}

function pairOf(mapping: Mapping, name: string): Pair | undefined {
  return mapping.items.find((pair) => isScalar(pair.key) && pair.key.value === name)
}
