import { keyed, type Refusals } from './refusal.ts'
import { listAt, textAt, type Tree, treeAt, treesAt } from './value.ts'
import { dnsLabel, labelValue, pathSegment, qualifiedName, type WordRule, time } from './words.ts'

/**
 * ValidateObjectMeta (k8s.io/apimachinery v0.36, pkg/api/validation/objectmeta.go).
 *
 * @param nameRule what the kind allows as a name
 */
export function checkMetadata(object: Tree, nameRule: WordRule, out: Refusals): void {
  const metadata = treeAt(object, 'metadata') ?? {}
  const [name, generateName] = [textAt(metadata, 'name'), textAt(metadata, 'generateName')]
  if (name === undefined && generateName === undefined)
    out.missing('metadata', 'name', 'metadata.name is missing')
  out.text('metadata.name', name, nameRule)
  // What is put behind it makes a name of one that ends in "-".
  out.text('metadata.generateName', generateName?.replace(/-$/, 'a'), nameRule)
  out.text('metadata.namespace', textAt(metadata, 'namespace'), dnsLabel)
  // Of newer kinds the server counts it itself, whatever is given.
  if (object['apiVersion'] === 'v1' && Number(metadata['generation']) < 0)
    out.value('metadata.generation', 'generation: must not be below 0', 'remove it')
  for (const field of ['creationTimestamp', 'deletionTimestamp'])
    out.text(`metadata.${field}`, metadata[field], time)
  checkLabels('metadata.labels', treeAt(metadata, 'labels'), out)
  checkAnnotations(treeAt(metadata, 'annotations'), out)
  for (const [index, finalizer] of listAt(metadata, 'finalizers').entries())
    out.text(`metadata.finalizers[${index}]`, finalizer, finalizerName)
  checkOwners(treesAt(metadata, 'ownerReferences'), out)
  for (const [index, entry] of treesAt(metadata, 'managedFields').entries())
    out.text(`metadata.managedFields[${index}].time`, entry['time'], time)
}

const standardFinalizers = new Set(['kubernetes', 'orphan', 'foregroundDeletion'])

const finalizerName: WordRule = (text) =>
  qualifiedName(text) ??
  (text.includes('/') || standardFinalizers.has(text) ? undefined : 'must be a domain, "/" and a name')

const groupVersion: WordRule = (text) =>
  /^[^/]*\/?[^/]+$/.test(text) ? undefined : 'must be a version, or a group, "/" and a version'

function checkOwners(owners: readonly Tree[], out: Refusals): void {
  for (const [index, owner] of owners.entries()) {
    const path = `metadata.ownerReferences[${index}]`
    for (const key of ['apiVersion', 'kind', 'name', 'uid'])
      if (textAt(owner, key) === undefined) out.missing(path, key)
    out.text(`${path}.apiVersion`, textAt(owner, 'apiVersion'), groupVersion)
  }
  // A server drops what stands twice in all its parts.
  const controllers = owners.filter(({ controller }) => controller === true).map((one) => JSON.stringify(one))
  if (new Set(controllers).size > 1)
    out.value('metadata.ownerReferences', 'ownerReferences: one controller at most', 'leave one')
}

/** Keys are qualified names, values label values. */
export function checkLabels(path: string, labels: Tree | undefined, out: Refusals): void {
  for (const [key, value] of Object.entries(labels ?? {})) {
    checkKey(keyed(path, key), key, key, out)
    out.text(keyed(path, key), value, labelValue)
  }
}

/** Annotations may hold any text, and their keys any case: 256 kB of both at most. */
function checkAnnotations(annotations: Tree | undefined, out: Refusals): void {
  let size = 0
  for (const [key, value] of Object.entries(annotations ?? {})) {
    checkKey(keyed('metadata.annotations', key), key, key.toLowerCase(), out)
    size += key.length + (typeof value === 'string' ? value.length : 0)
  }
  if (size > 262_144) out.value('metadata.annotations', 'annotations: more than 256 kB', 'shorten them')
}

function checkKey(path: string, key: string, text: string, out: Refusals): void {
  const problem = qualifiedName(text)
  if (problem !== undefined) out.value(path, `the key "${key}" ${problem}`, 'write a key that is allowed')
}

/** A reference to an object of the same namespace: which group, kind and name it may have. */
export function checkReference(
  path: string,
  reference: Tree,
  { group, name }: { group: WordRule; name: WordRule },
  out: Refusals,
): void {
  out.text(`${path}.apiGroup`, reference['apiGroup'], group)
  for (const [key, rule] of [
    ['kind', pathSegment],
    ['name', name],
  ] as const) {
    if (textAt(reference, key) === undefined) out.missing(path, key)
    else out.text(`${path}.${key}`, reference[key], rule)
  }
}
