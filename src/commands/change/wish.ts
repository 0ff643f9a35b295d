import * as Flags from '@oclif/core/flags'
import { durationFlag } from '../../cli/value-flags.ts'
import { exitCodes } from '../../cli/errors.ts'
import type { SameSite, Wish } from '../../model/intent.ts'
import { invalidValue, UserError } from '../../model/user-error.ts'

const helpGroup = 'Cookies and headers'

const yearMs = 365 * 86_400_000

const sameSites: readonly SameSite[] = ['Strict', 'Lax', 'None']

/** What clients are to be kept by, in front of a Service. */
export const wishFlags = {
  cookie: Flags.string({ helpGroup, description: 'Keep clients by a cookie of this name.', helpValue: "''" }),
  ttl: durationFlag({
    helpGroup,
    description: 'How long the cookie lasts, as 30m or 12h. Default: until the browser closes.',
    helpValue: "''",
    min: 1000,
    max: yearMs,
  }),
  domain: Flags.string({
    helpGroup,
    description: 'Domain of the cookie. Default: the host alone.',
    helpValue: "''",
  }),
  secure: Flags.boolean({ helpGroup, description: 'Let browsers send the cookie over TLS only.' }),
  'same-site': Flags.string({
    helpGroup,
    description: 'SameSite of the cookie. One of: (Strict, Lax, None).',
    options: [...sameSites],
    helpValue: "''",
  }),
  persistent: Flags.boolean({
    helpGroup,
    description: 'Keep clients on their pod although pods are added (ingress-nginx).',
  }),
  header: Flags.string({ helpGroup, description: 'Keep clients by the value of a header.', helpValue: "''" }),
  'source-ip': Flags.boolean({
    helpGroup,
    description: 'Keep clients by their address, as the proxy sees it.',
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
  timeout?: number | undefined
}

/** Of a cookie and a header (RFC 9110, token). */
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** What was wished; undefined for nothing. Throws UserError for values that are none, and flags that do not go together. */
export function readWish(flags: WishValues): Wish | undefined {
  const { cookie, ttl, path, domain, secure, persistent, header, timeout } = flags
  const sourceIp = flags['source-ip']
  const sameSite = sameSites.find((one) => one === flags['same-site'])
  const given = [
    cookie === undefined ? '' : '--cookie',
    header === undefined ? '' : '--header',
    sourceIp ? '--source-ip' : '',
  ]
  const [first, second] = given.filter((name) => name !== '')
  if (second !== undefined) throw usage(`${first} and ${second} cannot be used together`)
  if (first !== undefined && timeout !== undefined)
    throw usage(`--timeout is that of a Service; with ${first} it is not used`)
  const ofCookies = [
    ttl === undefined ? '' : '--ttl',
    domain === undefined ? '' : '--domain',
    secure ? '--secure' : '',
    sameSite === undefined ? '' : '--same-site',
    persistent ? '--persistent' : '',
  ].filter((name) => name !== '')
  if (cookie === undefined && ofCookies.length > 0) throw usage(`${ofCookies[0]} needs --cookie`)
  if (sameSite === 'None' && !secure)
    throw usage('--same-site None needs --secure: browsers drop such a cookie without it')
  if (sourceIp) return { kind: 'source-ip' }
  if (header !== undefined) {
    if (!token.test(header)) throw invalidValue('header', header, 'must be the name of a header')
    return { kind: 'header', name: header }
  }
  if (cookie === undefined) return undefined
  if (!token.test(cookie)) throw invalidValue('cookie', cookie, 'must be the name of a cookie')
  if (path !== undefined && !/^\/[^\s;]*$/.test(path)) throw invalidValue('path', path, 'must begin with /')
  return {
    kind: 'cookie',
    name: cookie,
    ...(ttl === undefined ? {} : { ttlSeconds: Math.round(ttl / 1000) }),
    ...(path === undefined ? {} : { path }),
    ...(domain === undefined ? {} : { domain }),
    ...(secure ? { secure } : {}),
    ...(sameSite === undefined ? {} : { sameSite }),
    ...(persistent ? { persistent } : {}),
  }
}

function usage(message: string): UserError {
  return new UserError(message, { exitCode: exitCodes.usage })
}
