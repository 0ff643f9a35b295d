import { keyOf } from '../../../model/cluster/object.ts'
import type { Path } from '../../../model/affinity/leg.ts'
import type { Finding, ObjectRef } from '../../../model/findings/finding.ts'
import { passes } from './places.ts'
import type { Suspect } from '../../../model/probe/breaks.ts'

/** What is found about a Service, its endpoints and proxies, and about what passes by its affinity. */
const ofServices = /^AFF-(SVC|EPS|EXT|PROXY|ING|ROUTE|MESH)-/

/**
 * What is wrong with the object that was named and with what configures its ways; where none was, with what stands in front. That the affinity of the Service
 * plays no part there moves no user of a cookie.
 */
export function suspectsOf(
  { findings, paths }: { findings: readonly Finding[]; paths: readonly Path[] },
  ref: ObjectRef | undefined,
): Suspect[] {
  const own = paths.filter((path) => ref !== undefined && passes(path, ref))
  const meant = new Set(
    own.flatMap(({ hops }) => hops.flatMap(({ configuredBy }) => configuredBy.map((one) => keyOf(one)))),
  )
  if (ref !== undefined) meant.add(keyOf(ref))
  return findings
    .filter(
      ({ code, level, objects }) =>
        level !== 'info' &&
        !ofServices.test(code) &&
        objects.some((object) => (ref === undefined ? object.kind !== 'Service' : meant.has(keyOf(object)))),
    )
    .map(({ code, message }) => ({ code, message }))
}
