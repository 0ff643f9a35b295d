import { type LooseObject, refOf } from '../../model/cluster/object.ts'
import type { Store } from '../../model/cluster/store.ts'
import { defined } from '../../model/common/defined.ts'
import { objectName } from '../../model/findings/finding.ts'
import { at, strings } from '../kit/loose.ts'
import type { PlainHost } from '../mechanism.ts'
import { programsOfTraefik } from './options.ts'

/**
 * Whether an IngressRoute is met by http alone: without `tls`, and on entry points none of which ends TLS by itself or sends
 * to another one (`--entrypoints.NAME.http.tls`, `.redirections`). What is not configured by arguments cannot be seen.
 */
export function plainRoute(route: LooseObject, _host: string, store: Store): PlainHost | undefined {
  const settings = programsOfTraefik(store).flatMap(({ words }) =>
    words.flatMap((word) => {
      const [, door = '', setting = ''] = /^--entrypoints\.([^.]+)\.(.+)/.exec(word.toLowerCase()) ?? []
      return door === '' ? [] : [{ door, setting }]
    }),
  )
  const named = strings(at(route.spec, 'entryPoints'))
  const doors = named.length > 0 ? named : defaultDoors(settings)
  const isSeen =
    doors.length > 0 && doors.every((one) => settings.some(({ door }) => door === one.toLowerCase()))
  const endsTls = settings.some(
    ({ door, setting }) =>
      doors.some((one) => one.toLowerCase() === door) && /^(http\.)?(tls|redirections)\b/.test(setting),
  )
  // The names that everybody gives to those with TLS.
  if (
    at(route.spec, 'tls') !== undefined ||
    endsTls ||
    (!isSeen && doors.some((one) => /secure|tls|https|443/i.test(one)))
  )
    return undefined
  const name = objectName(refOf(route))
  const entryPoints = `entry point${doors.length === 1 ? '' : 's'} ${doors.join(', ')}`.trim()
  return {
    who: isSeen ? `${entryPoints} of ${name}` : name,
    ...defined({ unless: isSeen ? undefined : `its ${entryPoints} ${doors.length === 1 ? 'has' : 'have'}` }),
    mend: 'add tls: {} to the IngressRoute, with an entry point for https',
    at: { object: refOf(route), field: named.length > 0 ? 'spec.entryPoints' : 'spec' },
  }
}

/** Those of a route that names none: all but that of Traefik itself, or those that are said to be it. */
function defaultDoors(settings: readonly { door: string; setting: string }[]): string[] {
  const chosen = settings.filter(({ setting }) => /^asdefault(=true)?$/.test(setting))
  const all = chosen.length > 0 ? chosen : settings.filter(({ setting }) => setting.startsWith('address'))
  return [...new Set(all.map(({ door }) => door))].filter((door) => door !== 'traefik')
}
