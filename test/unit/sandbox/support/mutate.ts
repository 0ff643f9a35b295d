/** Numbers from 0 to 1 that a seed decides (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** What may stand where something else should. */
const oddities: readonly unknown[] = [
  null,
  '',
  'http',
  'ClientIP',
  '240.40.96.77',
  '127.0.0.1',
  '\0',
  'x'.repeat(300),
  '$(A)',
  '../..',
  0,
  -1,
  1.5,
  80,
  65_536,
  2 ** 31,
  1e300,
  true,
  [],
  [null],
  {},
  { a: null },
  [{}],
]

/** The object with one or several of its parts removed, replaced, doubled or swapped. */
export function mutated<T>(object: T, random: () => number): T {
  let result = structuredClone(object)
  const times = 1 + Math.floor(random() * 2)
  for (let time = 0; time < times; time += 1) result = mutatedOnce(result, random)
  return result
}

function mutatedOnce<T>(object: T, random: () => number): T {
  const places = placesIn(object)
  const place = pick(places, random)
  if (place === undefined) return object
  const { parent, key } = place
  const chance = random()
  if (chance < 0.3) {
    if (Array.isArray(parent)) parent.splice(Number(key), 1)
    else delete parent[key]
  } else if (chance < 0.8) parent[key] = structuredClone(pick(oddities, random))
  else if (chance < 0.9) parent[key] = structuredClone(pick(places, random)?.value)
  else if (Array.isArray(parent)) parent.push(structuredClone(parent[Number(key)]))
  else parent[`${key}x`] = structuredClone(parent[key])
  return object
}

interface Place {
  parent: Record<string, unknown>
  key: string
  value: unknown
}

function placesIn(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return []
  const parent = value as Record<string, unknown>
  return Object.keys(parent).flatMap((key) => [{ parent, key, value: parent[key] }, ...placesIn(parent[key])])
}

function pick<T>(list: readonly T[], random: () => number): T | undefined {
  return list[Math.floor(random() * list.length)]
}
