import { isCollection, isMap, isNode, isScalar, isSeq, type Node } from 'yaml'
import type { FilePosition } from '../../model/findings/finding.ts'
import type { FileObject } from './document.ts'

/**
 * Where `spec.ports[0].name` stands: the value, or the deepest part of the path that is there. A key that has dots of its
 * own stands in quotes: `metadata.annotations["example.com/a"]`.
 */
export function locate({ node, at }: FileObject, path: string): FilePosition | undefined {
  let current: unknown = node
  let found: Node | undefined
  for (const part of partsOf(path)) {
    if (!isCollection(current)) break
    const key = isSeq(current) ? Number(part) : part
    const pair = isMap(current)
      ? current.items.find((item) => isScalar(item.key) && item.key.value === part)
      : undefined
    const next: unknown = current.get(key, true)
    if (!isNode(next)) break
    // For a map or list its key tells more than the place where the first entry begins.
    found = isScalar(next) || !isNode(pair?.key) ? next : pair.key
    current = next
  }
  return found === undefined ? undefined : at(found)
}

function partsOf(path: string): string[] {
  return [...path.matchAll(/"([^"]*)"|[^.[\]"]+/g)].map(([word, quoted]) => quoted ?? word)
}
