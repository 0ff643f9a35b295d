import type { SameSite } from '../../model/intent.ts'

/** Names under which frameworks keep sessions of their own, and what writes them (lower case). */
const applications: Readonly<Record<string, string>> = {
  jsessionid: 'Java servlets',
  phpsessid: 'PHP',
  'asp.net_sessionid': 'ASP.NET',
  '.aspnetcore.session': 'ASP.NET Core',
  'connect.sid': 'Express',
  sessionid: 'Django',
  csrftoken: 'Django',
  'xsrf-token': 'Angular and Laravel',
  laravel_session: 'Laravel',
  _session_id: 'Rails',
  play_session: 'Play',
}

/** Which applications use a cookie of this name themselves. */
export function applicationOf(cookie: string): string | undefined {
  return applications[cookie.toLowerCase()]
}

/** What RFC 6265 calls a token: what a cookie's name may be. */
export function isCookieName(name: string): boolean {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)
}

const sameSites: readonly SameSite[] = ['Strict', 'Lax', 'None']

/** SameSite, whose case no browser minds; undefined for what is none. */
export function sameSiteOf(value: unknown): SameSite | undefined {
  return typeof value === 'string'
    ? sameSites.find((one) => one.toLowerCase() === value.toLowerCase())
    : undefined
}
