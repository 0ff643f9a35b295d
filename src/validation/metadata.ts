import type { Refusals } from './refusal.ts'
import { listAt, textAt, type Tree, treeAt, treesAt } from './value.ts'
import { dnsLabel, labelValue, pathSegment, qualifiedName, type Rule } from './words.ts'

/**
 * ValidateObjectMeta (k8s.io/apimachinery v0.36, pkg/api/validation/objectmeta.go).
 *
 * @param nameRule what the kind allows as a name
 */
export function checkMetadata(object: Tree, nameRule: Rule, out: Refusals): void {
  const metadata = treeAt(object, 'metadata') ?? {}
  const [name, generateName] = [textAt(metadata, 'name'), textAt(metadata, 'generateName')]
  if (name === undefined && generateName === undefined)
    out.missing('metadata', 'name', 'metadata.name is missing')
  out.text('metadata.name', name, nameRule)
  // What is put behind it makes a name of one that ends in "-".
  if (name === undefined) out.text('metadata.generateName', generateName?.replace(/-$/, 'a'), nameRule)
  out.text('metadata.namespace', textAt(metadata, 'namespace'), dnsLabel)
  checkLabels('metadata.labels', treeAt(metadata, 'labels'), out)
  checkAnnotations(treeAt(metadata, 'annotations'), out)
  for (const [index, finalizer] of listAt(metadata, 'finalizers').entries())
    out.text(`metadata.finalizers[${index}]`, finalizer, qualifiedName)
  for (const [index, owner] of treesAt(metadata, 'ownerReferences').entries())
    for (const key of ['apiVersion', 'kind', 'name', 'uid'])
      if (textAt(owner, key) === undefined) out.missing(`metadata.ownerReferences[${index}]`, key)
}

/** Keys are qualified names, values label values. */
export function checkLabels(path: string, labels: Tree | undefined, out: Refusals): void {
  for (const [key, value] of Object.entries(labels ?? {})) {
    checkKey(`${path}.${key}`, key, key, out)
    out.text(`${path}.${key}`, value, labelValue)
  }
}

/** Annotations may hold any text, and their keys any case: 256 kB of both at most. */
function checkAnnotations(annotations: Tree | undefined, out: Refusals): void {
  let size = 0
  for (const [key, value] of Object.entries(annotations ?? {})) {
    checkKey(`metadata.annotations.${key}`, key, key.toLowerCase(), out)
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
  { group, name }: { group: Rule; name: Rule },
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
