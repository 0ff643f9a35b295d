import { mechanisms } from '../../mechanisms/index.ts'
import { isEntry, type Leg } from '../../model/affinity/leg.ts'
import { type Store, unknown } from '../../model/cluster/store.ts'
import { isOfType, keyOf, type LooseObject, type NamespacedName, refOf } from '../../model/cluster/object.ts'
import type { ObjectRef } from '../../model/findings/finding.ts'
import { matchesHost, type PlaceInFront } from './ways/places.ts'
import { distinctBy } from '../../model/common/values.ts'

/** The Services that an object's own arrows lead to, for which nothing else has to be read. */
export function servicesBehind(object: LooseObject): NamespacedName[] {
  const all = ownLegs(object).flatMap(({ to }) =>
    typeof to === 'object' && to.object.kind === 'Service' && to.object.namespace !== undefined
      ? [{ namespace: to.object.namespace, name: to.object.name }]
      : [],
  )
  return distinctBy(all, ({ namespace, name }) => `${namespace}/${name}`)
}

/** Where weights do not add up to the whole: the rest goes where another object says. Pure. */
export function sharedPlaces(all: readonly { places: readonly PlaceInFront[] }[]): PlaceInFront[] {
  const groups = Map.groupBy(
    all.flatMap(({ places }) => places),
    ({ host, path }) => `${host} ${path}`,
  )
  return [...groups.values()].flatMap((own) =>
    own.reduce((sum, { share = 1 }) => sum + share, 0) < almostAll ? own.slice(0, 1) : [],
  )
}

/** Of others of its kind, those that open the same places, as a canary does, with the Services that they lead to. Pure. */
export function sharersOf(
  objects: readonly LooseObject[],
  own: LooseObject,
  places: readonly PlaceInFront[],
): { by: ObjectRef; service: NamespacedName }[] {
  const isThere = ({ from }: Leg): boolean =>
    isEntry(from) &&
    places.some(({ host, pattern }) => matchesHost(from.host, host) && (from.path ?? '') === pattern)
  return objects
    .filter((one) => keyOf(refOf(one)) !== keyOf(refOf(own)) && ownLegs(one).some((leg) => isThere(leg)))
    .flatMap((one) => servicesBehind(one).map((service) => ({ by: refOf(one), service })))
}

/** Shares are fractions, whose sum is rounded. */
const almostAll = 0.999

/** Where an arrow leads follows from its object alone. */
function ownLegs(object: LooseObject): readonly Leg[] {
  const mechanism = mechanisms.find(({ routes }) => routes.some((type) => isOfType(object, type)))
  return mechanism?.legs?.(object, nothingKnown) ?? []
}

const nothingKnown: Store = {
  list: ({ resource }) => unknown({ what: resource, reason: 'not-asked' }),
  get: () => undefined,
  fact: ({ what }) => unknown({ what, reason: 'not-asked' }),
}
