/** What a cookie without a name is called. */
export const nameless = '(no name)'

/** A cookie as an answer set it, without its value. */
export interface SetCookie {
  name: string
  /** Characters of the value. */
  length: number
  /** Tells values of one run apart, and says nothing about them elsewhere. */
  digest: string
  form: CookieForm
  /** What it is, where that was asked for and a proxy made it. */
  value?: string
  /** The backend that the value names in clear, `10.244.1.7:8080`. */
  names?: string
  /** As it was written, without a leading dot. */
  domain?: string
  path?: string
  /** From the answer on; negative for one that is to be forgotten. Absent: as long as the browser runs. */
  lifetimeSeconds?: number
  secure?: boolean
  httpOnly?: boolean
  sameSite?: string
  /** Why a browser does not take it. */
  refused?: CookieRefusal
}

/**
 * What a value looks like: each is made by few programs only.
 * - `quoted-hash`: 16 hexadecimal digits in double quotes;
 * - `address`: the address of a backend, in base64;
 * - `ring-key`: a time, a process, a random number, and an MD5;
 * - `two-md5`, `md5`, `sha256`, `hex16`: hexadecimal digits of these lengths.
 */
export type CookieForm =
  | 'quoted-hash'
  | 'address'
  | 'ring-key'
  | 'two-md5'
  | 'md5'
  | 'sha256'
  | 'hex16'
  | 'other'

export type CookieRefusal =
  /** `Domain` is neither the host nor above it. */
  | 'domain'
  /** `Secure`, and it came over http. */
  | 'secure-over-http'
  /** `SameSite=None` without `Secure`. */
  | 'samesite-none'
  /** A name that begins with `__Secure-` or `__Host-` without what that demands. */
  | 'prefix'
  /** More than 4096 characters of name and value. */
  | 'too-long'
  /** It would overwrite one that is `Secure`, over http. */
  | 'overwrites-secure'

/** Where a request goes, as far as cookies care. */
export interface CookiePlace {
  host: string
  path: string
  secure: boolean
}

/** RFC 6265, 5.1.4: the folder of a request's path, for a cookie without `Path`. */
export function defaultPath(requestPath: string): string {
  const [path = ''] = requestPath.split('?')
  const end = path.lastIndexOf('/')
  return path.startsWith('/') && end > 0 ? path.slice(0, end) : '/'
}

/** RFC 6265, 5.1.4. */
export function pathMatches(requestPath: string, cookiePath: string): boolean {
  const [path = ''] = requestPath.split('?')
  if (path === cookiePath) return true
  return path.startsWith(cookiePath) && (cookiePath.endsWith('/') || path[cookiePath.length] === '/')
}

/** The `Path` that counts: that of the cookie, or the folder of the request whose answer set it. */
export function effectivePath(path: string | undefined, requestPath: string): string {
  return path?.startsWith('/') === true ? path : defaultPath(requestPath)
}
