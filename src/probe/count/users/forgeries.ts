import type { CookieForm } from '../../../model/probe/cookies/cookie.ts'
import type { Endpoint } from '../../../model/cluster/endpoint.ts'
import type { ForgedKind } from '../../../model/probe/cookies/forged.ts'
import { addressOf, statefulSession, writtenAs } from './claims.ts'

/** A cookie that nobody was given, for one user. */
export interface Forgery {
  kind: ForgedKind
  value: string
  /** The pod that it names. */
  names?: string
}

/** Of each kind; each is a user with the whole schedule. */
const usersOfAKind = 4
/** For documentation (RFC 5737): no endpoint has it. */
const nowhere = '192.0.2.1'

/**
 * The cookies to send in the place of one that was seen. Only forms of which one value is known for each pod can be made up
 * for it.
 *
 * @param form of the one that was seen
 * @param isComputed what it names was computed, so that the form is sure
 * @param texts by chance, one for each user
 */
export function forgeriesOf(
  form: CookieForm,
  isComputed: boolean,
  {
    endpoints,
    upstreams,
  }: { endpoints: readonly Pick<Endpoint, 'address' | 'port' | 'pod'>[]; upstreams: readonly string[] },
  texts: readonly string[],
): Forgery[] {
  const unknown = texts.slice(0, usersOfAKind).map((value): Forgery => ({ kind: 'unknown', value }))
  const valueAt = (address: string): string | undefined => {
    const [value] = isComputed || form === 'address' ? writtenAs(form, address, upstreams) : []
    return value
  }
  const some = endpoints.slice(0, usersOfAKind)
  const named = some.flatMap((endpoint): Forgery[] => {
    const value = valueAt(addressOf(endpoint))
    return value === undefined ? [] : [{ kind: 'named', value, names: endpoint.pod ?? endpoint.address }]
  })
  const gone = valueAt(`${nowhere}:${some[0]?.port ?? 80}`)
  const stale =
    gone === undefined ? [] : Array.from({ length: 2 }, (): Forgery => ({ kind: 'stale', value: gone }))
  const expired =
    form === 'address'
      ? some.slice(0, 2).map((endpoint): Forgery => ({
          kind: 'expired',
          value: statefulSession(addressOf(endpoint), 1),
          names: endpoint.pod ?? endpoint.address,
        }))
      : []
  return [...unknown, ...named, ...stale, ...expired, ...foreignTo(form, some[0], upstreams)]
}

/** A cookie that somebody brings along who was elsewhere before: after a migration, or with one name for two Services. */
function foreignTo(
  form: CookieForm,
  endpoint: Pick<Endpoint, 'address' | 'port'> | undefined,
  upstreams: readonly string[],
): Forgery[] {
  if (endpoint === undefined) return []
  const others: readonly CookieForm[] = ['address', 'hex16', 'md5']
  const ofGateways = others
    .filter((other) => other !== form)
    .slice(0, 2)
    .flatMap((other) => writtenAs(other, addressOf(endpoint), upstreams).slice(0, 1))
  const another = upstreams.slice(0, 1).map((name) => name.replace(/-\w+$/, '-other-80'))
  const ofService = form === 'two-md5' ? writtenAs(form, addressOf(endpoint), another) : []
  return [...ofGateways, ...ofService].map((value) => ({ kind: 'foreign', value }))
}
