import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  visit,
  type YAMLMap,
} from 'yaml'

/** The node that an alias stands for; anything else is itself. */
export type ResolveAlias = (node: unknown) => unknown

/** Reads the aliases of a document once, when the first one is asked for. */
export function aliasesOf(document: Document): ResolveAlias {
  let targets: ReadonlyMap<Alias, Node | undefined> | undefined
  return (node) => {
    if (!isAlias(node)) return node
    targets ??= readAliases(document)
    return targets.get(node)
  }
}

function readAliases(document: Document): ReadonlyMap<Alias, Node | undefined> {
  const anchors = new Map<string, Node>()
  const targets = new Map<Alias, Node | undefined>()
  visit(document, {
    Node: (_, node) => {
      if (isAlias(node)) targets.set(node, anchors.get(node.source))
      else if (node.anchor !== undefined) anchors.set(node.anchor, node)
    },
  })
  return targets
}

/** `no:` is a boolean that becomes the text `false`, as kubectl makes JSON of it; in YAML 1.1 `<<` is a symbol of its own. */
export function keyOf({ key }: Pair): string | undefined {
  if (!isScalar(key)) return undefined
  if (typeof key.value === 'symbol') return '<<'
  return ['string', 'number', 'boolean'].includes(typeof key.value) ? String(key.value) : undefined
}

/** The pairs of a map, each under its key. What `<<` merges replaces what stands before it, as kubectl reads it. */
export function pairsOf(map: YAMLMap, resolve: ResolveAlias): ReadonlyMap<string, Pair> {
  const pairs = new Map<string, Pair>()
  for (const pair of map.items) {
    const key = keyOf(pair)
    if (key === '<<') for (const [name, merged] of mergedPairs(pair, resolve)) pairs.set(name, merged)
    else if (key !== undefined) pairs.set(key, pair)
  }
  return pairs
}

/** Of several maps the first one that has a key counts. */
function mergedPairs({ value }: Pair, resolve: ResolveAlias): [string, Pair][] {
  const source = resolve(value)
  const maps = isSeq(source) ? source.items.map(resolve).toReversed() : [source]
  return maps.flatMap((one) => (isMap(one) ? [...pairsOf(one, resolve)] : []))
}
