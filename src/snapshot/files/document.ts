import {
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  visit,
  type YAMLMap,
} from 'yaml'
import type { FilePosition, Finding } from '../../model/findings/finding.ts'
import { fileFinding } from './finding.ts'
import { kubectlTags } from './tags.ts'
import { holdsActions, templateFinding } from './template.ts'

/** One object of a file, with the nodes that know where everything stands. */
export interface FileObject {
  node: YAMLMap
  /** `at(node)`: where a node begins. */
  at: (node: Node | undefined | null) => FilePosition
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
  const lineCounter = new LineCounter()
  const objects: FileObject[] = []
  const findings: Finding[] = []
  const positionAt = (offset: number): FilePosition => {
    const { line, col } = lineCounter.linePos(Math.min(offset, text.length))
    return { file, line: Math.max(1, line), column: Math.max(1, col) }
  }
  const at = (node: Node | undefined | null): FilePosition => positionAt(node?.range?.[0] ?? 0)
  const documents = parseAllDocuments(text, {
    lineCounter,
    version: '1.1',
    customTags: kubectlTags,
    uniqueKeys: false,
    logLevel: 'silent',
  })
  if (!Array.isArray(documents)) return { objects, findings }
  for (const document of documents) {
    const [error] = document.errors
    if (error !== undefined) {
      const position = positionAt(error.pos[0])
      const words = error.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? ''
      findings.push(unreadable(text, position, words, 'Nothing after this place can be read.'))
      continue
    }
    const key = mapAsKey(document.contents)
    if (key !== undefined) {
      findings.push(
        unreadable(text, at(key), 'a map or list cannot be a key', 'The document cannot be read.'),
      )
      continue
    }
    if (!named && !isMap(document.contents)) continue
    takeApart(document.contents, document.toJS.bind(document), at, objects, findings)
  }
  return { objects, findings }
}

/** What is wrong with a text at a place that cannot be read; a template is called one. */
export function unreadable(text: string, position: FilePosition, message: string, why: string): Finding {
  return holdsActions(text, position.line)
    ? templateFinding(position, 'helm')
    : fileFinding('AFF-FILE-SYNTAX', position, message, why, [])
}

/** YAML allows it, JSON does not: kubectl refuses the document (and `{{ .Values.x }}` reads as such a map). */
export function mapAsKey(contents: unknown): Node | undefined {
  let found: Node | undefined
  if (!isNode(contents)) return undefined
  visit(contents, {
    Pair: (_, { key }) => {
      if (!isMap(key) && !isSeq(key)) return undefined
      found = key
      return visit.BREAK
    },
  })
  return found
}

type Convert = (options?: { maxAliasCount?: number }) => unknown

function takeApart(
  node: unknown,
  convert: Convert,
  at: FileObject['at'],
  objects: FileObject[],
  findings: Finding[],
): void {
  if (!isNode(node) || (isScalar(node) && node.value === null)) return
  if (!isMap(node)) {
    findings.push(
      fileFinding(
        'AFF-FILE-SYNTAX',
        at(node),
        'this is no Kubernetes object',
        'An object is a map with apiVersion and kind.',
        [],
      ),
    )
    return
  }
  let value: unknown
  try {
    value = convert()
  } catch (error) {
    // Aliases that would explode.
    const message = error instanceof Error ? error.message : String(error)
    findings.push(fileFinding('AFF-FILE-SYNTAX', at(node), message, 'The document cannot be read.', []))
    return
  }
  collect(node, value, at, objects)
}

/** A List holds objects; anything else is one. */
function collect(node: YAMLMap, value: unknown, at: FileObject['at'], objects: FileObject[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return
  const object = value as Record<string, unknown>
  const items = node.get('items', true)
  const kind = object['kind']
  if (typeof kind === 'string' && kind.endsWith('List') && isSeq(items) && Array.isArray(object['items'])) {
    for (const [index, item] of items.items.entries()) {
      if (isMap(item)) collect(item, withKind(object['items'][index], object), at, objects)
    }
    return
  }
  objects.push({ node, at, value: object })
}

/** The items of a ServiceList need not say what they are. */
function withKind(item: unknown, { kind, apiVersion }: Record<string, unknown>): unknown {
  if (kind === 'List' || typeof item !== 'object' || item === null || 'kind' in item) return item
  return { apiVersion, kind: String(kind).slice(0, -'List'.length), ...item }
}
