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
import { UserError } from '../../model/user-error.ts'
import type { Service } from '../../model/kubernetes.ts'
import { type ChangeRequest, planChange } from '../request.ts'
import { applySplices, insertPairs, type Plain, removePair, replaceValue, type Splice } from './splice.ts'
import { withoutAffinity } from './without-affinity.ts'

/** A manifest after a change, and what it holds. */
export interface EditedManifest {
  text: string
  services: ManifestService[]
  /** The documents that have content, as plain objects, after the change. */
  objects: unknown[]
}

interface ManifestService {
  /** As it stood in the file. */
  before: Service
  changed: boolean
}

type Mapping = YAMLMap

/**
 * Sets the affinity of every Service in a manifest (YAML or JSON, several documents, Lists) and leaves every other byte
 * as it is: comments, order, quotes, line ends. The text is not written anew from its parsed form, but cut and joined at
 * the positions that the parser tells; then both forms are parsed and must differ in nothing else.
 *
 * Throws UserError for text that is no YAML, and where a field cannot be set without touching others.
 */
export function editManifest(text: string, request: ChangeRequest, file: string): EditedManifest {
  const { documents, at } = parse(text, file)
  const services: ManifestService[] = []
  const splices: Splice[] = []
  for (const document of documents) {
    for (const mapping of serviceMappings(document.contents)) {
      const before = mapping.toJS(document) as Service
      const edits = editService(text, mapping, before, request, at)
      splices.push(...edits)
      services.push({ before, changed: edits.length > 0 })
    }
  }
  const edited = applySplices(text, splices)
  const after = parse(edited, file).documents
  const objects = plainObjects(after)
  const [was, is] = [plainObjects(documents), objects].map((all) => JSON.stringify(all.map(withoutAffinity)))
  if (was !== is || !servicesOf(after).every((service) => planChange(service, request).isDone)) {
    throw new UserError(
      `${file}: sessionAffinity cannot be set without changing something else in this file`,
      {
        hints: ['it shares parts by aliases, or is written in an unusual way: change it by hand'],
      },
    )
  }
  return { text: edited, services, objects }
}

function parse(text: string, file: string) {
  const lineCounter = new LineCounter()
  // `<<` is not in YAML 1.2, but kubectl's parser knows it.
  const documents: Document.Parsed[] = parseAllDocuments(text, { lineCounter, merge: true })
  const at = (offset: number): string => {
    const { line, col } = lineCounter.linePos(offset)
    return `${file}:${line}:${col}`
  }
  for (const document of documents) {
    const [error] = document.errors
    if (error !== undefined) {
      const [what = 'this is not YAML'] = error.message.split(/ at line |\n/)
      throw new UserError(`${at(error.pos[0])}: ${what}`, { cause: error })
    }
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

function servicesOf(documents: readonly Document.Parsed[]): Service[] {
  return documents.flatMap((document) =>
    serviceMappings(document.contents).map((mapping) => mapping.toJS(document) as Service),
  )
}

/** The Services of a document: itself, or those in the items of a List. */
function serviceMappings(node: unknown): Mapping[] {
  if (!isMap(node)) return []
  const kind = node.get('kind')
  if (kind === 'Service' && node.get('apiVersion') === 'v1') return [node]
  const items = kind === 'List' || kind === 'ServiceList' ? node.get('items', true) : undefined
  return isSeq(items) ? items.items.flatMap(serviceMappings) : []
}

function editService(
  text: string,
  mapping: Mapping,
  before: Service,
  request: ChangeRequest,
  at: (offset: number) => string,
): Splice[] {
  const spec = mapping.get('spec', true)
  if (!isMap(spec) || spec.items.length === 0) {
    const where = at((isNode(spec) ? spec : mapping).range?.[0] ?? 0)
    throw new UserError(
      isAlias(spec)
        ? `${where}: the spec of this Service is an alias, a change would be one of all that share it`
        : `${where}: this Service has no spec`,
    )
  }
  const plan = planChange(before, request)
  if (plan.isDone) return []
  const config = pairOf(spec, 'sessionAffinityConfig')
  const keepsConfig = request.verb === 'enable' && request.timeoutSeconds !== undefined
  const setting = setEntries(text, spec, Object.entries({ ...plan.spec }), config)
  // Beside None the API server refuses or drops it, and behind a None it would come into force now.
  return config === undefined || keepsConfig ? setting : [...setting, removePair(text, spec, config)]
}

/** Sets entries of a mapping, and within mappings that exist only what is missing or different. */
function setEntries(
  text: string,
  mapping: Mapping,
  entries: readonly (readonly [string, Plain])[],
  avoid?: Pair,
): Splice[] {
  const missing: (readonly [string, Plain])[] = []
  const splices = entries.flatMap(([key, value]) => {
    const pair = pairOf(mapping, key)
    if (pair === undefined) missing.push([key, value])
    if (pair === undefined || !isNode(pair.value)) return []
    return setValue(text, pair.value, value)
  })
  if (missing.length === 0) return splices
  const after = mapping.items.findLast((pair) => pair !== avoid) ?? mapping.items[0]!
  return [...splices, insertPairs(text, mapping, after, missing)]
}

function setValue(text: string, node: Node, value: Plain): Splice[] {
  if (typeof value === 'object' && isMap(node) && node.items.length > 0) {
    return setEntries(text, node, Object.entries(value))
  }
  if (isScalar(node) && node.value === value) return []
  return [replaceValue(text, node, value)]
}

function pairOf(mapping: Mapping, name: string): Pair | undefined {
  return mapping.items.find((pair) => isScalar(pair.key) && pair.key.value === name)
}
