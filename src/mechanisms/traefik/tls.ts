import { type LooseObject, refOf } from '../../model/cluster/object.ts'
import type { Store } from '../../model/cluster/store.ts'
import { objectName } from '../../model/findings/finding.ts'
import { at, strings } from '../kit/loose.ts'
import type { PlainHost } from '../mechanism.ts'
import { programsOfTraefik } from './controller.ts'

/**
 * Whether an IngressRoute is met by http alone: without `tls`, and on entry points none of which ends TLS by itself or sends
 * to another one (`--entrypoints.NAME.http.tls`, `.redirections`). Without entry points it is on all of them.
 */
export function plainRoute(route: LooseObject, _host: string, store: Store): PlainHost | undefined {
  const doors = strings(at(route.spec, 'entryPoints'))
  const words = programsOfTraefik(store).flatMap((one) => one.words)
  const isPlain = (door: string): boolean => {
    const before = `--entrypoints.${door}.`.toLowerCase()
    const own = words.map((word) => word.toLowerCase()).filter((word) => word.startsWith(before))
    // What is not configured by arguments cannot be seen.
    return (
      own.length > 0 && !own.some((word) => /^(http\.)?(tls|redirections)\b/.test(word.slice(before.length)))
    )
  }
  if (at(route.spec, 'tls') !== undefined || doors.length === 0 || !doors.every(isPlain)) return undefined
  return {
    who: `entry point ${doors.join(', ')} of ${objectName(refOf(route))}`,
    mend: 'add tls: {} to the IngressRoute, with an entry point for https',
    at: { object: refOf(route), field: 'spec.entryPoints' },
  }
}
