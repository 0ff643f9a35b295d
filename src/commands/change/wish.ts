import * as Flags from '@oclif/core/flags'
import { durationFlag, isGiven, textFlag } from '../../cli/flags/values.ts'
import type { Instead } from '../../change/carry/migrate.ts'
import type { From, To } from '../../change/carry/choose.ts'
import { destinations, type SameSite, type Wish } from '../../model/affinity/change.ts'
import { invalidValue, usageError } from '../../model/common/user-error.ts'
import { defined } from '../../model/common/values.ts'

const helpGroup = 'Cookies and headers'

const yearMs = 365 * 86_400_000

const sameSites: readonly SameSite[] = ['Strict', 'Lax', 'None']

/** What clients are to be kept by, in front of a Service. */
export const wishFlags = {
  cookie: textFlag({ helpGroup, description: 'Keep clients by a cookie of this name.' }),
  ttl: durationFlag({
    helpGroup,
    description: 'How long the cookie lasts, as 30m or 12h. Default: until the browser closes.',
    helpValue: "''",
    min: 1000,
    max: yearMs,
  }),
  domain: textFlag({ helpGroup, description: 'Domain of the cookie. Default: the host alone.' }),
  secure: Flags.boolean({ helpGroup, description: 'Let browsers send the cookie over TLS only.' }),
  'same-site': textFlag({ helpGroup, description: 'SameSite of the cookie. One of: (Strict, Lax, None).' }),
  persistent: Flags.boolean({
    helpGroup,
    description: 'Keep clients on their pod although pods are added (ingress-nginx).',
  }),
  header: textFlag({ helpGroup, description: 'Keep clients by the value of a header.' }),
  'source-ip': Flags.boolean({
    helpGroup,
    description: 'Keep clients by their address, as the proxy sees it.',
  }),
  from: textFlag({
    helpGroup,
    description:
      'Keep clients by what another target keeps them by, such as ingress/shop: its affinity on another proxy. Flags of the cookie count instead.',
  }),
  to: textFlag({
    helpGroup,
    description: `Carry the affinity of the target to another proxy, at what leads to the same Services for the same hosts. One of: (${destinations.join(', ')}).`,
    options: [...destinations],
  }),
}

interface WishValues {
  cookie?: string | undefined
  ttl?: number | undefined
  path?: string | undefined
  domain?: string | undefined
  secure: boolean
  'same-site'?: string | undefined
  persistent: boolean
  header?: string | undefined
  'source-ip': boolean
  from?: string | undefined
  to?: string | undefined
  with?: string | undefined
  timeout?: number | undefined
}

/** Neither browsers nor controllers mind its case. */
function sameSiteOf(value: string | undefined): SameSite | undefined {
  if (value === undefined) return undefined
  const found = sameSites.find((one) => one.toLowerCase() === value.toLowerCase())
  if (found === undefined) throw invalidValue('same-site', value, `must be one of ${sameSites.join(', ')}`)
  return found
}

/** Of a cookie and a header (RFC 9110, token). */
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** The affinity of another target, but for what is given. */
interface Taken {
  from: string
  instead: Instead
}

/** The affinity of the target itself, for another mechanism. */
interface Brought {
  to: string
  instead: Instead
}

/**
 * What was wished; undefined for nothing. Throws UserError for values that are none, and flags that do not go together.
 */
export function readWish(flags: WishValues): Wish | Taken | Brought | undefined {
  const { cookie, ttl, path, domain, secure, persistent, header, timeout } = flags
  const sourceIp = flags['source-ip']
  const sameSite = sameSiteOf(flags['same-site'])
  const given = (...names: (keyof WishValues)[]): string[] =>
    names.filter((name) => isGiven(flags, name)).map((name) => `--${name}`)
  const [first, second] = given('cookie', 'header', 'source-ip')
  const { from, to } = flags
  const source = from === undefined ? (to === undefined ? undefined : '--to') : '--from'
  if (from !== undefined && to !== undefined) throw usageError('--from and --to cannot be used together')
  if (to !== undefined && flags.with !== undefined)
    throw usageError('--with and --to cannot be used together: --to names who is to do it')
  if (source !== undefined && cookie === undefined && first !== undefined)
    throw usageError(`${first} and ${source} cannot be used together`)
  if (second !== undefined) throw usageError(`${first} and ${second} cannot be used together`)
  if (first !== undefined && timeout !== undefined)
    throw usageError(`--timeout is that of a Service; with ${first} it is not used`)
  const [ofCookies] = given('ttl', 'domain', 'secure', 'same-site', 'persistent')
  if (source === undefined && cookie === undefined && ofCookies !== undefined)
    throw usageError(`${ofCookies} needs --cookie`)
  if (domain !== undefined && !/^\.?[\w-]+(\.[\w-]+)*$/.test(domain))
    throw invalidValue('domain', domain, 'must be a domain such as example.com')
  if (sameSite === 'None' && !secure)
    throw usageError('--same-site None needs --secure: browsers drop such a cookie without it')
  if (sourceIp) return { kind: 'source-ip' }
  if (header !== undefined) {
    if (!token.test(header)) throw invalidValue('header', header, 'must be the name of a header')
    return { kind: 'header', name: header }
  }
  if (source !== undefined && timeout !== undefined)
    throw usageError(`--timeout and ${source} cannot be used together`)
  if (cookie === undefined && source === undefined) return undefined
  if (cookie !== undefined && !token.test(cookie))
    throw invalidValue('cookie', cookie, 'must be the name of a cookie')
  if (path !== undefined && !/^\/[^\s;]*$/.test(path)) throw invalidValue('path', path, 'must begin with /')
  const parts: Instead = {
    ...defined({ name: cookie }),
    ...(ttl === undefined ? {} : { ttlSeconds: Math.round(ttl / 1000) }),
    ...defined({ path, domain }),
    ...(secure ? { secure } : {}),
    ...defined({ sameSite }),
    ...(persistent ? { persistent } : {}),
  }
  if (to !== undefined) return { to, instead: parts }
  return from === undefined ? { kind: 'cookie', name: cookie ?? '', ...parts } : { from, instead: parts }
}

/** The target that `--from` names. Throws UserError for what is none. */
export async function readFrom({ from, instead }: Taken): Promise<From> {
  const [{ targetKinds }, { parseTarget }] = await Promise.all([
    import('../../mechanisms/index.ts'),
    import('../../model/targets/parse.ts'),
  ])
  return { target: parseTarget([from], { verb: 'take over', kinds: targetKinds }), instead }
}

/** The mechanism that `--to` names. Throws UserError for none. */
export function readTo({ to, instead }: Brought): To {
  const destination = destinations.find((one) => one === to)
  if (destination === undefined) throw invalidValue('to', to, `must be one of: ${destinations.join(', ')}`)
  return { destination, instead }
}
