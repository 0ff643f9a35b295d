import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  type Scalar,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import type { FilePosition, Finding } from '../../../model/findings/finding.ts'
import { fileFinding } from '../finding.ts'
import { aliasesOf, type ResolveAlias } from './merged.ts'
import { type TextFault, faultOf, partsOf } from './parts.ts'
import { asRecord } from '../../../model/common/values.ts'
import { kubectlSchema } from './tags.ts'
import { type Engine, engineBreaking, engineOfFile, patchEngine, templateFinding } from './template.ts'
import { messageOf } from '../../../model/common/user-error.ts'

/** One object of a file, with the nodes that know where everything stands. */
export interface FileObject {
  node: YAMLMap
  /** `at(node)`: where a node begins. */
  at: (node: Node | undefined | null) => FilePosition
  resolve: ResolveAlias
  /** Several objects of one List share its document. */
  value: Readonly<Record<string, unknown>>
}

/**
 * The objects of a text of YAML or JSON, documents and Lists taken apart, and what is wrong with its syntax. Read as
 * YAML 1.1, as kubectl does: `yes` and `on` are booleans. A file that was not `named` itself may be anything, and what
 * is no object in it is passed over. Nothing here throws, whatever the text.
 */
export function parseFile(
  file: string,
  text: string,
  named: boolean,
): { objects: FileObject[]; findings: Finding[] } {
  // A line ends with CR alone, too.
  const source = text.replaceAll(/\r(?!\n)/g, '\n')
  const lines = new LineCounter()
  for (const { index } of source.matchAll(/(?<![^\n])/g)) lines.addNewLine(index)
  const objects: FileObject[] = []
  const findings: Finding[] = []
  const positionAt = (offset: number): FilePosition => {
    const { line, col } = lines.linePos(Math.min(offset, source.length))
    return { file, line: Math.max(1, line), column: Math.max(1, col) }
  }
  const unread = (offset: number, message: string, why: string): void =>
    void findings.push(unreadable(source, positionAt(offset), message, why))
  const { parts, fault } = partsOf(source)
  for (const part of parts) {
    const { offset } = part
    // What follows `...` is nothing to kubectl.
    const [document, ignored] = parseAllDocuments(part.text, {
      version: '1.1',
      schema: kubectlSchema,
      uniqueKeys: false,
      logLevel: 'silent',
    }) as Document.Parsed[]
    const [error] = document?.errors ?? []
    if (error !== undefined) {
      const words = error.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? ''
      unread(offset + error.pos[0], words, 'Nothing after this place can be read.')
      continue
    }
    const odd = faultOf(part) ?? oddNode(document?.contents)
    if (odd !== undefined) {
      unread(offset + odd.offset, odd.message, 'The document cannot be read.')
      continue
    }
    if (document === undefined) continue
    if (ignored !== undefined && ignored.contents !== null)
      unread(
        offset + ignored.range[0],
        'kubectl does not read what follows "..."',
        'Another object begins after a line that is "---".',
      )
    if (!named && !isObject(document.contents)) continue
    const at = (node: Node | undefined | null): FilePosition => positionAt(offset + (node?.range?.[0] ?? 0))
    const root = document.contents
    const engine = named ? engineOfRoot(root, file) : undefined
    if (engine === undefined) takeApart(document, at, objects, findings)
    else findings.push(templateFinding(at(root), engine))
  }
  if (fault !== undefined) unread(fault.offset, fault.message, 'Nothing after this place can be read.')
  return { objects, findings }
}

/** What is wrong with a text at a place that cannot be read; a template is called one. */
export function unreadable(text: string, position: FilePosition, message: string, why: string): Finding {
  const engine = engineBreaking(text, position.line)
  return engine === undefined
    ? fileFinding('AFF-FILE-SYNTAX', position, message, why, [])
    : templateFinding(position, engine)
}

/** What YAML allows and JSON does not, and where: kubectl refuses the document (and `{{ .Values.x }}` reads as a map that is a key). */
export function oddNode(contents: unknown): TextFault | undefined {
  let found: TextFault | undefined
  const anchors = new Map<string, Node>()
  const at = ({ range }: Node): number => range?.[0] ?? 0
  if (!isNode(contents)) return undefined
  const remember = (node: Scalar | YAMLMap | YAMLSeq): void => {
    if (node.anchor !== undefined) anchors.set(node.anchor, node)
  }
  visit(contents, {
    Collection: (_, node) => remember(node),
    Alias: (_, node, path) => {
      const target = anchors.get(node.source)
      if (target === undefined || !path.includes(target)) return undefined
      found = { offset: at(node), message: `the value of anchor ${node.source} contains itself` }
      return visit.BREAK
    },
    Pair: (_, { key }) => {
      if (isMap(key) || isSeq(key)) found = { offset: at(key), message: 'a map or list cannot be a key' }
      else if (isScalar(key) && key.value === null) found = { offset: at(key), message: 'a key is missing' }
      return found === undefined ? undefined : visit.BREAK
    },
    Scalar: (place, node) => {
      remember(node)
      if (place === 'key' || typeof node.value !== 'number' || Number.isFinite(node.value)) return undefined
      found = { offset: at(node), message: `${node.source} is no number that an object can hold` }
      return visit.BREAK
    },
  })
  return found
}

/** What a document without an object is for, by the name of its file, or as the steps of a patch. */
function engineOfRoot(root: unknown, file: string): Engine | undefined {
  if (isMap(root)) return root.has('kind') ? undefined : engineOfFile(file)
  const [step] = isSeq(root) ? root.items : []
  return isMap(step) && step.has('op') && step.has('path') ? patchEngine : undefined
}

function takeApart(
  document: Document.Parsed,
  at: FileObject['at'],
  objects: FileObject[],
  findings: Finding[],
): void {
  const node = document.contents
  const unread = (place: Node, message: string, why: string): void =>
    void findings.push(fileFinding('AFF-FILE-SYNTAX', at(place), message, why, []))
  if (!isNode(node) || (isScalar(node) && node.value === null)) return
  if (!isObject(node))
    return unread(node, 'this is no Kubernetes object', 'An object is a map with apiVersion and kind.')
  let value: unknown
  try {
    value = document.toJS()
  } catch (error) {
    // Aliases that would explode.
    const message = messageOf(error)
    return unread(node, message, 'The document cannot be read.')
  }
  const object = value as Record<string, unknown>
  const resolve = aliasesOf(document)
  const items = resolve(node.get('items', true))
  if (!isList(object) || !isSeq(items)) return void objects.push({ node, at, resolve, value: object })
  for (const [index, item] of items.items.entries()) {
    const read = withKind((object['items'] as unknown[])[index], object)
    const place = resolve(item)
    if (!isMap(place))
      unread(isNode(item) ? item : items, `items[${index}] is no object`, 'kubectl refuses the list.')
    else if (isList(read)) unread(place, 'a List cannot hold another', 'kubectl refuses the list.')
    else objects.push({ node: place, at, resolve, value: read })
  }
}

/** A map that has a part of what all objects have: values of a chart, say, have none. */
function isObject(node: unknown): node is YAMLMap {
  return isMap(node) && ['kind', 'apiVersion', 'metadata'].some((key) => node.has(key))
}

/** A List holds objects; anything else is one. */
function isList({ kind, items }: Readonly<Record<string, unknown>>): boolean {
  return typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items)
}

/** The items of a ServiceList need not say what they are. */
function withKind(item: unknown, { kind, apiVersion }: Record<string, unknown>): Record<string, unknown> {
  const object = asRecord(item)
  return kind === 'List' || 'kind' in object
    ? object
    : { apiVersion, kind: String(kind).slice(0, -'List'.length), ...object }
}
