import { parseCookieDate } from './date.ts'

/** What a Set-Cookie header says. */
export interface ParsedCookie {
  /** Empty for one without: browsers keep and send it, too. */
  name: string
  value: string
  /** Lower case, without the dot before it. */
  domain?: string
  path?: string
  /** Milliseconds since 1970. */
  expiresAt?: number
  maxAgeSeconds?: number
  secure: boolean
  httpOnly: boolean
  sameSite?: string
}

/** More than this of an attribute's value is as if it were not there. */
const longestAttribute = 1024

/** RFC 6265, 5.2, with what browsers add to it (RFC 6265bis): undefined for a header that sets nothing. */
export function parseSetCookie(header: string): ParsedCookie | undefined {
  // A tabulator is allowed, other control characters are not.
  // oxlint-disable-next-line no-control-regex
  if (/[\0-\x08\x0a-\x1f\x7f]/.test(header)) return undefined
  const [pair = '', ...attributes] = header.split(';')
  const equals = pair.indexOf('=')
  const name = pair.slice(0, Math.max(0, equals)).trim()
  const value = pair.slice(equals + 1).trim()
  if (name === '' && value === '') return undefined
  const cookie: ParsedCookie = { name, value, secure: false, httpOnly: false }
  for (const attribute of attributes) {
    const at = attribute.indexOf('=')
    const key = (at < 0 ? attribute : attribute.slice(0, at)).trim().toLowerCase()
    const value = at < 0 ? '' : attribute.slice(at + 1).trim()
    if (value.length <= longestAttribute) readAttribute(cookie, key, value)
  }
  return cookie
}

/** The last one of a kind counts. */
function readAttribute(cookie: ParsedCookie, key: string, value: string): void {
  if (key === 'secure') cookie.secure = true
  else if (key === 'httponly') cookie.httpOnly = true
  else if (key === 'samesite') cookie.sameSite = value
  else if (key === 'path') {
    if (value.startsWith('/')) cookie.path = value
    else delete cookie.path
  } else if (key === 'domain') {
    const domain = value.replace(/^\./, '').toLowerCase()
    if (domain === '') delete cookie.domain
    else cookie.domain = domain
  } else if (key === 'expires') {
    const at = parseCookieDate(value)
    if (at !== undefined) cookie.expiresAt = at
  } else if (key === 'max-age' && /^-?\d+$/.test(value)) cookie.maxAgeSeconds = Number(value)
}
