import { isMap, isNode, isScalar, isSeq, type Node } from 'yaml'
import type { FilePosition } from '../../model/findings/finding.ts'
import type { FileObject } from './text/document.ts'
import { pairsOf } from './text/merged.ts'

/**
 * Where `spec.ports[0].name` stands: the value, or the deepest part of the path that is there. What comes by an alias or by
 * `<<` stands at its anchor. A key that has dots of its own stands in quotes: `metadata.annotations["example.com/a"]`.
 */
export function locate({ node, at, resolve }: FileObject, path: string): FilePosition | undefined {
  let current: unknown = node
  let found: Node | undefined
  for (const part of partsOf(path)) {
    const pair = isMap(current) ? pairsOf(current, resolve).get(part) : undefined
    const next = resolve(isSeq(current) ? current.items[Number(part)] : pair?.value)
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
