import { isTree } from '../../../model/affinity/fields.ts'
import type { FieldTree, FieldValue } from '../../../model/affinity/change.ts'

/** What of affinity stands in a Service where the API has no such field. */
export interface Misplaced {
  /** Takes it away. */
  removal: FieldTree
  /** Where each of it stands: `spec.ports[0].sessionAffinity`. */
  found: readonly { path: string; value: FieldValue }[]
}

const home = {
  spec: { sessionAffinity: {}, sessionAffinityConfig: { clientIP: { timeoutSeconds: {} } } },
}
type Home = Readonly<Record<string, object>>

const plain = (name: string): string => name.replaceAll(/[-_]/g, '').toLowerCase()
const names = new Set(['sessionAffinity', 'sessionAffinityConfig', 'clientIP', 'timeoutSeconds'].map(plain))

/** What else stands in an object holds anchors, and nothing of it is the Service's. */
const parts = new Set(['metadata', 'spec', 'status'])

/** Maps whose keys are the user's. */
const free = new Set(['metadata.annotations', 'metadata.labels', 'metadata.managedFields', 'spec.selector'])

/** Looks through a whole Service, as it is written: all else there is of no interest to affinity. */
export function misplacedIn(service: object): Misplaced {
  const found: { path: string; value: FieldValue }[] = []
  const removal = removalOf(service as FieldTree, home, '', found)
  return { removal, found }
}

/** `at` is what may stand here of affinity; undefined for a part that has nothing to do with it. */
function removalOf(
  tree: FieldTree,
  at: Home | undefined,
  path: string,
  found: { path: string; value: FieldValue }[],
): FieldTree {
  // Below sessionAffinityConfig the API knows one way down, and nothing else.
  const isNarrow = path.startsWith('spec.sessionAffinityConfig')
  return Object.fromEntries(
    Object.entries(tree).flatMap(([name, value]): [string, FieldValue][] => {
      const place = path === '' ? name : `${path}.${name}`
      const below = at !== undefined && Object.hasOwn(at, name) ? (at[name] as Home) : undefined
      if (below === undefined && (isNarrow || names.has(plain(name)))) {
        found.push(...leavesAt(value, place))
        return [[name, null]]
      }
      if (free.has(place) || (path === '' && !parts.has(name))) return []
      if (Array.isArray(value)) {
        const items = value.map((item: FieldValue, index) =>
          isTree(item) ? without(item, removalOf(item, undefined, `${place}[${index}]`, found)) : item,
        )
        return items.every((item, index) => item === value[index]) ? [] : [[name, items.filter(isFilled)]]
      }
      // `sessionAffinity: {clientIP: …}`: its word takes the place of the whole.
      if (isTree(value) && place === 'spec.sessionAffinity') {
        found.push(...leavesAt(value, place))
        return [[name, null]]
      }
      const inner = isTree(value) ? removalOf(value, below, place, found) : {}
      return Object.keys(inner).length === 0 ? [] : [[name, inner]]
    }),
  )
}

function leavesAt(value: FieldValue, path: string): { path: string; value: FieldValue }[] {
  if (!isTree(value) || Object.keys(value).length === 0) return [{ path, value }]
  return Object.entries(value).flatMap(([name, inner]) => leavesAt(inner, `${path}.${name}`))
}

function without(item: FieldTree, removal: FieldTree): FieldTree {
  if (Object.keys(removal).length === 0) return item
  return Object.fromEntries(Object.entries(item).filter(([name]) => removal[name] !== null))
}

const isFilled = (item: FieldValue): boolean => !isTree(item) || Object.keys(item).length > 0

/** The timeout that somebody meant, where they agree: a whole number of seconds in the wrong place. */
export function meantTimeout({ found }: Misplaced): number | undefined {
  const values = new Set(
    found.flatMap(({ path, value }) => (plain(path).endsWith('.timeoutseconds') ? [value] : [])),
  )
  const [value] = values
  return values.size === 1 && typeof value === 'number' && Number.isInteger(value) ? value : undefined
}
