import { createHash } from 'node:crypto'
import { type CookieForm, nameless, type SetCookie } from '../../model/probe/cookies/cookie.ts'
import { makerOf } from '../../model/probe/cookies/maker.ts'
import type { TakenCookie } from './jar.ts'

/** The name of a value for one run: whoever does not know the value and the salt learns nothing from it. */
export function digestOf(value: string, salt: string): string {
  return createHash('sha256').update(`${salt} ${value}`, 'latin1').digest('hex').slice(0, 16)
}

/** What a cookie is called in reports. */
export const labelOf = (name: string): string => (name === '' ? nameless : name.slice(0, 128))

/** A cookie as it is reported: of its value only what tells it from others, and what it looks like. */
export function describeCookie(
  { cookie, refused }: TakenCookie,
  salt: string,
  nowMs: number,
  shown?: ReadonlySet<string>,
): SetCookie {
  const { name, value, domain, path, maxAgeSeconds, expiresAt, secure, httpOnly, sameSite } = cookie
  const lifetime =
    maxAgeSeconds ?? (expiresAt === undefined ? undefined : Math.round((expiresAt - nowMs) / 1000))
  const names = addressIn(value)
  const form = names === undefined ? formOf(value) : 'address'
  const isTold = shown !== undefined && isOfProxy({ name, form }, shown)
  return {
    name: labelOf(name),
    length: value.length,
    digest: digestOf(value, salt),
    form,
    ...(isTold ? { value: value.slice(0, longestTold) } : {}),
    ...(names === undefined ? {} : { names }),
    ...(domain === undefined ? {} : { domain: domain.slice(0, 128) }),
    ...(path === undefined ? {} : { path: path.slice(0, 128) }),
    ...(lifetime === undefined ? {} : { lifetimeSeconds: lifetime }),
    ...(secure ? { secure } : {}),
    ...(httpOnly ? { httpOnly } : {}),
    ...(sameSite === undefined ? {} : { sameSite: sameSite.slice(0, 16) }),
    ...(refused === undefined ? {} : { refused }),
  }
}

/** Characters of a value that are told. */
const longestTold = 256

/** Never one that an application may have made: it opens somebody's session. */
function isOfProxy(cookie: Pick<SetCookie, 'name' | 'form'>, shown: ReadonlySet<string>): boolean {
  return makerOf(cookie) !== undefined || (shown.has(cookie.name) && cookie.form !== 'other')
}

const forms: readonly (readonly [CookieForm, RegExp])[] = [
  ['quoted-hash', /^"[\da-f]{16}"$/],
  ['ring-key', /^\d+(?:\.\d+){2,3}\|[\da-f]{32}$/],
  ['two-md5', /^[\da-f]{32}\|[\da-f]{32}$/],
  ['sha256', /^[\da-f]{64}$/],
  ['md5', /^[\da-f]{32}$/],
  ['hex16', /^[\da-f]{16}$/],
]

function formOf(value: string): CookieForm {
  return forms.find(([, pattern]) => pattern.test(value))?.[0] ?? 'other'
}

/** The address of Envoy's stateful session: base64 of a message whose field 1 is `IP:port` (envoy stateful_session/v3/cookie.proto). */
function addressIn(value: string): string | undefined {
  const base64 = value.replaceAll('"', '')
  if (!/^C[g-j][\w+/-]+={0,2}$/.test(base64)) return undefined
  const bytes = Buffer.from(base64, 'base64')
  if (bytes[0] !== 0x0a) return undefined
  const text = bytes.toString('latin1', 2, 2 + (bytes[1] ?? 0))
  return /^(?:[\d.]+|\[[\da-f:.]+\]):\d{1,5}$/i.test(text) ? text : undefined
}
