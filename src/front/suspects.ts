import { codes as ofServices } from '../mechanisms/service/codes.ts'
import { keyOf } from '../model/cluster/object.ts'
import type { Finding, ObjectRef } from '../model/findings/finding.ts'
import type { Suspect } from '../model/probe/breaks.ts'

/**
 * What is wrong with the object that was named; where none was, with what stands in front. That the affinity of the Service
 * plays no part there moves no user of a cookie.
 */
export function suspectsOf(findings: readonly Finding[], ref: ObjectRef | undefined): Suspect[] {
  return findings
    .filter(
      ({ code, level, objects }) =>
        level !== 'info' &&
        !(code in ofServices) &&
        objects.some((object) =>
          ref === undefined ? object.kind !== 'Service' : keyOf(object) === keyOf(ref),
        ),
    )
    .map(({ code, message }) => ({ code, message }))
}
