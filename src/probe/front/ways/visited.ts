import type { NamespacedName } from '../../../model/cluster/object.ts'
import type { FoundPlaces, PlaceInFront, AskedPlaces } from './places.ts'

/** The places that lead to one Service. */
export interface ServiceWays extends FoundPlaces {
  service: NamespacedName
}

export interface Visited extends PlaceInFront {
  /** The name of the Service behind it. */
  service: string
  /** Further Services that requests there are shared out to. */
  beside?: string[]
}

/** More are not asked unless they are named: each takes its share of the run. */
const mostPlaces = 4

/**
 * The places to visit, each of the Service whose path is the most exact there: those of one namespace. Pure.
 *
 * @param all at least one
 */
export function visitedOf<W extends ServiceWays>(
  all: readonly W[],
  { hosts, paths }: AskedPlaces,
): { first: W; places: Visited[]; others: string[]; notes: string[] } {
  const first = all.find(({ places }) => places.length > 0) ?? all[0]!
  const { namespace } = first.service
  const found = new Map<string, Visited>()
  const notes: string[] = []
  for (const { service, places } of all) {
    if (places.length > 0 && service.namespace !== namespace) {
      notes.push(`service/${service.name} in namespace ${service.namespace} is left out`)
      continue
    }
    for (const place of places) {
      const key = `${place.host} ${place.path}`
      const known = found.get(key)
      if (known === undefined || known.pattern.length < place.pattern.length)
        found.set(key, { ...place, service: service.name })
      else if (known.pattern.length === place.pattern.length)
        Object.assign(known, {
          beside: [...(known.beside ?? []), service.name],
          further: [...(known.further ?? []), place.policy, ...(place.further ?? [])],
        })
    }
  }
  const most = Math.max(mostPlaces, hosts?.length ?? 0, paths?.length ?? 0)
  const left = found.size - most
  if (left > 0) notes.push(`${left} of ${found.size} hosts and paths are not asked: ${most} are at most`)
  const places = [...found.values()].slice(0, most).map((place) => withDistinct(place))
  const own = all.find(
    ({ service }) => service.name === places[0]?.service && service.namespace === namespace,
  )
  const others = new Set(places.flatMap(({ service, beside = [] }) => [service, ...beside]))
  others.delete((own ?? first).service.name)
  return { first: own ?? first, places, others: [...others], notes }
}

/** Each thing that is configured once, and none that is its policy. */
function withDistinct({ further = [], ...place }: Visited): Visited {
  const said = new Map(further.map((one) => [JSON.stringify(one), one]))
  said.delete(JSON.stringify(place.policy))
  return said.size === 0 ? place : { ...place, further: [...said.values()] }
}
