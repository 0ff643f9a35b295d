import type { Front, ProbeOptions } from '../plan/options.ts'

type Places = Front['places']

/**
 * The places that users visit one after the other with one jar, and then those again at which a cookie of a later one may
 * have come between: whether the cookie of one path holds on another, and whether both get along. Pure.
 */
function journeyThrough(places: Places): Places {
  const returns = places.flatMap((place, index) => {
    const isDisturbed = places
      .slice(index + 1)
      .some(({ hostName }) => mayShareCookies(hostName, place.hostName))
    return isDisturbed ? [{ ...place, again: index }] : []
  })
  return [...places, ...returns]
}

/** One host, or two below one domain, which a cookie may be for. */
export function mayShareCookies(one: string, other: string): boolean {
  const labels = [one, other].map((host) => host.replace(/:\d+$/, '').toLowerCase().split('.').toReversed())
  const [first = [], second = []] = labels
  if (first.join('.') === second.join('.')) return true
  const shared = first.findIndex((label, index) => label !== second[index])
  return shared >= 2 || (shared === -1 && first.length >= 2)
}

/** The first place alone, for runs that go on at one. */
export function firstPlaceOf(front: Front): Front {
  return { ...front, places: front.places.slice(0, 1), isJourney: false }
}

/** What a short run beside the first one asks: the first place alone, at the Service that it leads to. Pure. */
export function atFirstPlace({ front, service }: ProbeOptions): Pick<ProbeOptions, 'front' | 'service'> {
  if (front === undefined) return { service }
  const { others: _others, places, ...rest } = firstPlaceOf(front)
  const [{ beside = [] } = {}] = places
  const asked = places.map(({ service: own, ...place }) =>
    beside.length === 0 ? place : { ...place, service: own ?? service },
  )
  return {
    front: {
      ...rest,
      places: asked,
      ...(beside.length === 0 ? {} : { others: beside.map(({ name }) => name) }),
    },
    service: places[0]?.service ?? service,
  }
}

/** Users who visit all places with one jar, where there are several. */
export function journeyOf(front: Front): Front {
  return front.places.length < 2 ? front : { ...front, places: journeyThrough(front.places), isJourney: true }
}
