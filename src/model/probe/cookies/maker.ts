import type { SetCookie } from './cookie.ts'

/** Who makes such a cookie: a proxy by its name for people, or nobody who is known. */
export interface Maker {
  name: string
  /** What the value is to it: a record of the pod, or a text that is hashed to one. */
  points: 'at-a-pod' | 'into-a-hash' | 'unknown'
}

/** Names that one product gives its cookies; the longest match would be the only one. */
const byName: readonly (readonly [RegExp, Maker])[] = [
  [/^AWSALB(?:TG)?(?:CORS)?$/, { name: 'AWS ALB', points: 'at-a-pod' }],
  [/^AWSELB(?:CORS)?$/, { name: 'AWS Classic ELB', points: 'at-a-pod' }],
  [/^(?:GCLB|GCILB|GSSA)$/, { name: 'Google Cloud load balancer', points: 'unknown' }],
  [/^ApplicationGatewayAffinity(?:CORS)?$/, { name: 'Azure Application Gateway', points: 'at-a-pod' }],
  [/^AGCAffinity$/, { name: 'Azure Application Gateway for Containers', points: 'at-a-pod' }],
  [/^X-Contour-Session-Affinity$/, { name: 'Contour', points: 'into-a-hash' }],
]

/** Forms that proxies write, where names are up to the user: research in docs/probing-gateways.md. */
const byForm: Partial<Record<SetCookie['form'], Maker>> = {
  'quoted-hash': { name: 'Envoy', points: 'into-a-hash' },
  address: { name: 'Envoy', points: 'at-a-pod' },
  'ring-key': { name: 'ingress-nginx', points: 'into-a-hash' },
  'two-md5': { name: 'ingress-nginx', points: 'at-a-pod' },
}

/**
 * Who made a cookie, from the first Set-Cookie: undefined where nothing tells, and so it may be the application's. Plain
 * hexadecimal digits are written by too many to say.
 */
export function makerOf({ name, form }: Pick<SetCookie, 'name' | 'form'>): Maker | undefined {
  return byName.find(([pattern]) => pattern.test(name))?.[1] ?? byForm[form]
}

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
