import { type LooseObject, refOf } from '../../../model/cluster/object.ts'
import type { Store } from '../../../model/cluster/store.ts'
import { defined } from '../../../model/common/values.ts'
import { objectName } from '../../../model/findings/finding.ts'
import { at, strings } from '../../kit/objects/loose.ts'
import type { PlainHost } from '../../mechanism.ts'
import { doorsOf, isSet, soundsOfTls } from './entry-points.ts'

/**
 * Whether an IngressRoute is met by http alone: without `tls`, and on entry points none of which ends TLS by itself or sends
 * to another one (`--entrypoints.NAME.http.tls`, `.redirections`). What is not configured by arguments cannot be seen.
 */
export function plainRoute(route: LooseObject, _host: string, store: Store): PlainHost | undefined {
  const doors = doorsOf(route, store)
  const { names, isSeen } = doors
  if (
    at(route.spec, 'tls') !== undefined ||
    names.some((one) => isSet(one, doors, /^(http\.)?(tls|redirections)\b/)) ||
    (!isSeen && names.some(soundsOfTls))
  )
    return undefined
  const name = objectName(refOf(route))
  const entryPoints = `entry point${names.length === 1 ? '' : 's'} ${names.join(', ')}`.trim()
  const isNamed = strings(at(route.spec, 'entryPoints')).length > 0
  return {
    who: isSeen ? `${entryPoints} of ${name}` : name,
    ...defined({ unless: isSeen ? undefined : `its ${entryPoints} ${names.length === 1 ? 'has' : 'have'}` }),
    mend: 'add tls: {} to the IngressRoute, with an entry point for https',
    at: { object: refOf(route), field: isNamed ? 'spec.entryPoints' : 'spec' },
  }
}
