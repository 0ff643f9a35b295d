import { keyOf } from '../../../model/cluster/object.ts'
import { objectName, type ObjectRef } from '../../../model/findings/finding.ts'
import type { PlaceInFront } from './places.ts'

/**
 * Of the places of something that opens none itself, such as a Service: those behind the gateway of the first, as the
 * address of one is asked. The notes tell what else leads there, and which places are left out. Pure.
 */
export function atOneGateway<P extends PlaceInFront>(
  word: string,
  places: readonly P[],
  openers: readonly ObjectRef[],
): { places: P[]; notes: string[] } {
  const [{ by, of } = {}] = places
  const others = openers.filter((one) => of !== undefined && keyOf(one) !== keyOf(of)).map(objectName)
  const left = places.filter((place) => place.by !== by)
  return {
    places: places.filter((place) => place.by === by),
    notes: [
      ...(of === undefined || others.length === 0
        ? []
        : [`${word} is asked through ${objectName(of)}; it is reached through ${others.join(', ')}, too`]),
      ...left.map(
        (place) => `${place.host}${place.path} is left out: it is behind ${place.by}, and ${by} is asked`,
      ),
    ],
  }
}
