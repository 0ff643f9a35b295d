import {
  type Alias,
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
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import type { KubernetesObject } from '../../model/cluster/kubernetes.ts'
import { messageOf, UserError } from '../../model/common/user-error.ts'
import type { FieldTree, FieldValue } from '../../model/affinity/change.ts'
import { difference, isEqual, isTree, merge } from '../../model/affinity/fields.ts'
import { oddNode, unreadable } from '../../snapshot/files/text/document.ts'
import { aliasesOf, keyOf, pairsOf, type ResolveAlias } from '../../snapshot/files/text/merged.ts'
import { kubectlSchema } from '../../snapshot/files/text/tags.ts'
import {
  applySplices,
  insertPairs,
  isScalarValue,
  removePairs,
  replaceValue,
  setTail,
  type Splice,
} from './splice.ts'

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
    const place: Edited = { text, at, resolve: aliasesOf(document) }
    for (const { mapping, object } of objectsIn(document.contents, document.toJS(), place)) {
      const before = object as unknown as KubernetesObject
      const tree = edit(before)
      if (tree === undefined) continue
      const edits = editObject(place, mapping, object, tree)
      splices.push(...edits)
      edited.push({ before, changed: edits.length > 0 })
    }
  }
  const result = applySplices(text, splices)
  const objects = plainObjects(parse(result, file).documents)
  const wanted = plainObjects(documents).map((object) => expected(object, edit))
  const [is, ought] = [objects, wanted].map(apart)
  if (is?.length !== ought?.length || is?.every((one, index) => isEqual(one, ought?.[index])) !== true) {
    throw new UserError(`${file}: this cannot be set without changing something else in the file`, {
      hints: [sharedWords(documents, at)],
    })
  }
  return { text: result, edited, objects }
}

/** Each object by itself, those of Lists as well: in a list a mapping that holds nothing would count. */
function apart(objects: readonly unknown[]): unknown[] {
  return objects.flatMap((one) => {
    if (!isTree(one) || !isListKind(one['kind']) || !Array.isArray(one['items'])) return [one]
    return [{ ...one, items: null }, ...apart(one['items'])]
  })
}

/** Where parts are shared, which a change of one would change in the others as well. */
function sharedWords(documents: readonly Document.Parsed[], at: (offset: number) => string): string {
  const places: string[] = []
  for (const document of documents)
    visit(document, {
      Alias: (_key, { source, range }) => void places.push(`*${source} in ${at(range?.[0] ?? 0)}`),
    })
  return places.length === 0
    ? 'it is written in an unusual way: change it by hand'
    : `it shares parts with others by aliases (${places.slice(0, 3).join(', ')}): write there in full what they stand for, and try again`
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
  const documents: Document.Parsed[] = parseAllDocuments(text, {
    lineCounter,
    version: '1.1',
    schema: kubectlSchema,
  })
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
    throw new UserError(`${file}: ${messageOf(error)}`, {
      cause: error,
    })
  }
}

function plainObjects(documents: readonly Document.Parsed[]): unknown[] {
  return documents.map((document): unknown => document.toJS()).filter((object) => object !== null)
}

/** What the functions below need of a document. */
interface Edited {
  text: string
  at: (offset: number) => string
  resolve: ResolveAlias
}

/** The objects of a document, each with what it holds: itself, or those in the items of a List. */
function objectsIn(node: unknown, value: unknown, place: Edited): { mapping: Mapping; object: FieldTree }[] {
  if (!isMap(node) || !isTree(value)) return []
  const { items } = value
  const list = isListKind(value['kind']) ? place.resolve(node.get('items', true)) : undefined
  if (isSeq(list) && Array.isArray(items))
    return list.items.flatMap((item, index) => objectsIn(item, items[index], place))
  return isObject(value) ? [{ mapping: node, object: value }] : []
}

function editObject(place: Edited, mapping: Mapping, object: FieldTree, tree: FieldTree): Splice[] {
  const spec = mapping.get('spec', true)
  if ('spec' in tree && Object.keys(treeOr(object['spec'])).length === 0) {
    const where = place.at((isNode(spec) ? spec : mapping).range?.[0] ?? 0)
    throw new UserError(`${where}: this ${(object as unknown as KubernetesObject).kind} has no spec`)
  }
  assertSettable(mapping, tree, place.at, namesIn(tree))
  return setEntries(place, mapping, object, tree)
}

/** A map or list where a single value belongs was meant for another field: whoever wrote it has to say for which. */
function assertSettable(
  mapping: Mapping,
  tree: FieldTree,
  at: (offset: number) => string,
  names: ReadonlySet<string>,
): void {
  for (const [key, value] of Object.entries(tree)) {
    const node = ownPair(mapping, key)?.value
    if (isMap(node) && isTree(value)) assertSettable(node, value, at, names)
    else if ((isMap(node) || isSeq(node)) && value !== null && !isTree(value) && !Array.isArray(value)) {
      // All that is in it has its place in what is set.
      if (isMap(node) && [...namesIn(node.toJSON() as FieldTree)].every((name) => names.has(name))) continue
      throw new UserError(
        `${at(node.range?.[0] ?? 0)}: ${key} is a ${isMap(node) ? 'map' : 'list'} here and has to be ${JSON.stringify(value)}`,
        { hints: ['move what is in it to the field that it belongs to, and try again'] },
      )
    }
  }
}

function namesIn(tree: FieldTree): ReadonlySet<string> {
  return new Set(
    Object.entries(tree).flatMap(([name, value]) => [name, ...(isTree(value) ? namesIn(value) : [])]),
  )
}

/**
 * Sets entries of a mapping, and within mappings and lists that exist only what is missing or different. What comes into
 * the mapping by `<<` is overridden in it, as others may share the anchor.
 */
function setEntries(place: Edited, mapping: Mapping, now: FieldTree, tree: FieldTree): Splice[] {
  const merged = mergedKeys(mapping, place.resolve)
  const missing: (readonly [string, FieldValue])[] = []
  const removed = new Set<Pair>()
  const splices: Splice[] = []
  for (const [key, value] of Object.entries(tree)) {
    const pair = ownPair(mapping, key)
    const isGone = value === null || isEmptied(pair?.value, value)
    const counts = pair !== undefined && pairsOf(mapping, place.resolve).get(key) === pair
    const isReplaced = isMap(pair?.value) && !isTree(value)
    if (counts && !isGone && !isReplaced && isNode(pair.value)) {
      splices.push(...setValue(place, pair.value, now[key], value))
      continue
    }
    if (pair !== undefined && (isGone || isReplaced || !counts)) removed.add(pair)
    if (merged.has(key)) missing.push(...overrides(now, { [key]: value }))
    else {
      const written = isGone ? undefined : withoutNulls(value)
      if (written !== undefined) missing.push([key, written])
    }
  }
  splices.push(...removePairs(place.text, mapping, removed))
  if (missing.length === 0) return splices
  const after = mapping.items.findLast((pair) => !removed.has(pair)) ?? mapping.items[0]!
  return [...splices, insertPairs(place.text, mapping, after, missing)]
}

/** The keys that `<<` brings into a mapping, whether they count or not. */
function mergedKeys({ items }: Mapping, resolve: ResolveAlias): ReadonlySet<string> {
  const merges = items.filter((pair) => keyOf(pair) === '<<')
  return new Set(pairsOf({ items: merges } as Mapping, resolve).keys())
}

/** What has to stand beside a merged mapping, so that it is as a tree says: null takes away. */
function overrides(now: FieldTree, tree: FieldTree): [string, FieldValue][] {
  return Object.entries(tree).flatMap(([key, value]): [string, FieldValue][] => {
    const wanted = isTree(value) ? (withoutNulls(merge(treeOr(now[key]), value) as FieldTree) ?? null) : value
    return isEqual(now[key], wanted) ? [] : [[key, wanted]]
  })
}

function treeOr(value: FieldValue | undefined): FieldTree {
  return isTree(value) ? value : {}
}

/** `now` is what a node holds, with all that comes by aliases and merges. */
function setValue(place: Edited, node: Node, now: FieldValue | undefined, value: FieldValue): Splice[] {
  const { text } = place
  if (isTree(value) && isMap(node) && node.items.length > 0 && !isRewritten(node, value))
    return setEntries(place, node, treeOr(now), value)
  if (isTree(value) && isAlias(node)) return setAlias(text, node, treeOr(now), value)
  if (isTree(value)) {
    const written = withoutNulls(
      isMap(node) ? (merge(node.toJSON() as FieldTree, value) as FieldTree) : value,
    )
    return written === undefined ? [] : [replaceValue(text, node, written)]
  }
  if (isEqual(now, value)) return []
  if (Array.isArray(value) && Array.isArray(now) && isSeq(node) && node.items.length === value.length)
    return node.items.flatMap((item, index) =>
      isNode(item) ? setItem(place, item, now[index], value[index]) : [],
    )
  if (Array.isArray(value) && Array.isArray(now) && isSeq(node)) {
    const kept = Math.min(value.length, now.length)
    const isSame = kept > 0 && isEqual(now.slice(0, kept), value.slice(0, kept))
    const [all, added] = [node.items.filter(isNode), value.slice(kept).filter(isScalarValue)]
    if (
      isSame &&
      all.length === now.length &&
      added.length === value.length - kept &&
      now.every(isScalarValue)
    )
      return [setTail(text, node as YAMLSeq<Node>, kept, added)]
  }
  return [replaceValue(text, node, value)]
}

/** A mapping of its own takes the place of an alias, and has of the anchor what is not changed. */
function setAlias(text: string, node: Alias, now: FieldTree, value: FieldTree): Splice[] {
  const changed = overrides(now, value)
  if (changed.length === 0) return []
  const splice = replaceValue(text, node, Object.fromEntries(changed))
  const isWhole = Object.keys(now).every((key) => changed.some(([name]) => name === key))
  return [isWhole ? splice : { ...splice, text: splice.text.replace('{', `{<<: *${node.source}, `) }]
}

/** An item of a list becomes the new one by what is different in it. */
function setItem(place: Edited, node: Node, now: FieldValue | undefined, value: FieldValue = null): Splice[] {
  if (isEqual(now, value)) return []
  return setValue(place, node, now, isTree(now) && isTree(value) ? difference(now, value) : value)
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

function ownPair(mapping: Mapping, name: string): Pair | undefined {
  return mapping.items.find((pair) => isScalar(pair.key) && pair.key.value === name)
}
