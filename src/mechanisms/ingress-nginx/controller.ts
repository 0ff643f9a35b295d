import { type LooseObject, refOf } from '../../model/cluster/object.ts'
import type { CookiePolicy, Policy } from '../../model/affinity/policy.ts'
import type { Store } from '../../model/cluster/store.ts'
import { objectName } from '../../model/findings/finding.ts'
import { matched } from '../kit/legs/conditions.ts'
import { hostsWithoutTls } from '../ingress/tls.ts'
import { defined } from '../../model/common/values.ts'
import { hasPattern, type Location, locationsOf } from '../ingress/locations.ts'
import { didYouMean, slipOf } from '../../model/common/words/spelling.ts'
import { annotationsOf, type IngressController, type Served, type Slip } from '../kit/controller.ts'
import { keys, prefix, settingsOf } from './settings.ts'
import {
  canariesOf,
  hasAffinity,
  isCanary,
  isRegexHost,
  primaryOf,
  familyOf,
  type Upstream,
  upstreamOf,
  weightOf,
} from './upstream.ts'

/** The name of the cookie where none is given (internal/ingress/annotations/sessionaffinity/main.go). */
const standardCookie = 'INGRESSCOOKIE'

/** Those that are about affinity. */
const affinityKeys = [...keys, 'session-cookie-hash'].filter((key) =>
  /^(affinity|session-cookie|upstream-hash)/.test(key),
)

/** Annotations that begin like those about affinity and are none of them (annotations.md, v1.15.1); one is told as dead. */
const others = new Set([
  'canary-by-header-value',
  'canary-by-header-pattern',
  'session-cookie-hash',
  'load-balance',
  'upstream-vhost',
  'app-root',
  'use-port-in-redirects',
])

/** Its prefix is its own, so that all it does not know about cookies and hashes is a slip. */
function slip(whole: string): Slip | undefined {
  if (!whole.startsWith(prefix)) return undefined
  const key = whole.slice(prefix.length)
  if ((keys as readonly string[]).includes(key) || others.has(key)) return undefined
  if (!/affin|session|cookie|hash|sticky/i.test(key) && slipOf(key, affinityKeys) === undefined)
    return undefined
  const meant = didYouMean(key, keys)
  return meant === undefined ? {} : { meant: prefix + meant }
}

/** Without it nothing that is said of the cookie counts. A mode may be for the affinity of another Ingress, and a behaviour for a canary. */
export const cookieSwitch: NonNullable<IngressController['switch']> = {
  by: [`${prefix}affinity`],
  parts: affinityKeys.filter((key) => /^session-cookie-(?!hash$)/.test(key)).map((key) => prefix + key),
  cookie: (object) => annotationsOf(object)[`${prefix}session-cookie-name`] ?? standardCookie,
}

/** The controller of kubernetes/ingress-nginx: its affinity is one of upstreams, its cookie one of locations. */
export const controller: IngressController = {
  name: 'ingress-nginx',
  controllers: ['k8s.io/ingress-nginx'],
  classes: ['nginx'],
  slip: (key, on) => (on === 'ingress' ? slip(key) : undefined),
  switch: cookieSwitch,
  serve: ({ ingress, to, port, place }, store) => {
    const isSame = (one: Location): boolean =>
      one.service.name === to.name && (port === undefined || one.port === String(port))
    const all = locationsOf(ingress).filter(isSame)
    const own = all.find(
      ({ host, path }) => place !== undefined && host === place.host && path === place.path,
    )
    const location = own ?? all[0]
    return location === undefined ? { policy: { kind: 'none' }, arrival: 'pods' } : sentBy(location, store)
  },
  keys: { ingress: affinityKeys.map((key) => `${prefix}${key}`), service: [] },
  instead: `${prefix}affinity: cookie`,
}

/** What the controller makes of a location, and of which upstream. */
export function sentBy(location: Location, store: Store): Served {
  const siblings = familyOf(location.object, store)
  if (isCanary(location.object)) return sentByCanary(location, siblings)
  const sent = sentByMain(location, siblings)
  const share = shareBeside(location, siblings)
  return share === undefined ? sent : drawn(sent, share)
}

/** With affinity the lot is drawn once: the cookie comes before the weight. */
function drawn(sent: Served, share: number): Served {
  return { ...sent, share, among: sent.policy.kind === 'cookie' ? sent.policy : { kind: 'none' } }
}

function sentByMain(location: Location, siblings: readonly LooseObject[]): Served {
  const upstream = upstreamOf(location, siblings)
  const { first = location.object } = upstream
  const isOneAddress = settingsOf(first).is('service-upstream')
  return {
    arrival: isOneAddress ? 'cluster-ip' : 'pods',
    ...policyOf(location, upstream, isRegexHost(location.host, siblings)),
  }
}

function policyOf(location: Location, upstream: Upstream, isRegex: boolean): Pick<Served, 'policy' | 'note'> {
  const { first = location.object, cookie } = upstream
  if (cookie === undefined) return { policy: hashOf(first) }
  if (hasAffinity(location.object)) return { policy: cookieOf(location, upstream, isRegex) }
  const { name } = cookieOf(location, upstream, isRegex)
  return {
    policy: { kind: 'none' },
    note: `sets no cookie here; one "${name ?? ''}" that ${objectName(refOf(cookie))} has set is followed`,
  }
}

function hashOf(object: LooseObject): Policy {
  const settings = settingsOf(object)
  const key = settings.get('upstream-hash-by') ?? ''
  if (key === '') return { kind: 'none' }
  // Within the subset the pod is drawn for every request.
  return settings.is('upstream-hash-by-subset') ? { kind: 'none' } : { kind: 'hash', of: key }
}

/** The cookie of a location whose Ingress has affinity: as the last of the upstream's says, in the mode that the first gives. */
function cookieOf(location: Location, { cookie, mode }: Upstream, isRegex: boolean): CookiePolicy {
  const settings = settingsOf(cookie ?? location.object)
  const path = settings.get('session-cookie-path') ?? ''
  const seconds = settings.number('session-cookie-max-age') ?? settings.number('session-cookie-expires')
  const own = path === '' ? location.path : path
  const isPersistent = settingsOf(mode ?? location.object).get('affinity-mode') === 'persistent'
  return {
    kind: 'cookie',
    name: nameOf(settings.get('session-cookie-name')),
    path: own === '' ? '/' : own,
    ...(seconds === undefined || seconds <= 0 ? {} : { ttlSeconds: seconds }),
    ...(settings.is('session-cookie-secure') ? { secure: true } : {}),
    ...defined({
      domain: settings.get('session-cookie-domain'),
      // Where it ends TLS, nginx sets Secure by itself.
      sameSite: isWithoutTls(location) ? settings.get('session-cookie-samesite') : undefined,
    }),
    madeBy: 'proxy',
    points: isPersistent ? 'at-a-pod' : 'into-a-hash',
    ...lossOf(path === '' && isRegex && hasPattern(location.path), seconds),
  }
}

function isWithoutTls({ object, host }: Location): boolean {
  return hostsWithoutTls(object).some((one) => one.host === host)
}

/** Why no browser sends it back: a time of 0 is written out as well (sticky.lua). */
function lossOf(isPattern: boolean, seconds: number | undefined): Pick<CookiePolicy, 'neverSent'> {
  if (isPattern) return { neverSent: 'its Path is a regular expression' }
  return seconds !== undefined && seconds <= 0 ? { neverSent: 'it has expired when it comes' } : {}
}

function nameOf(name: string | undefined): string {
  return name === undefined || name === '' ? standardCookie : name
}

/** A canary has the affinity of the main Ingress, unless it says `legacy`; its own is not read (mergeAlternativeBackend), but for a hash. */
function sentByCanary(location: Location, siblings: readonly LooseObject[]): Served {
  const settings = settingsOf(location.object)
  const arrival = settings.is('service-upstream') ? 'cluster-ip' : 'pods'
  const main = primaryOf(location, siblings)
  const share = weightOf(settings)
  const when = share === undefined ? canaryWhen(location.object) : undefined
  if (main === undefined)
    return {
      arrival,
      policy: { kind: 'none' },
      note: 'a canary of a host, path and pathType that no main Ingress is seen to have',
    }
  const isSticky = upstreamOf(main, siblings).cookie !== undefined
  if (isSticky && settings.get('affinity-canary-behavior') !== 'legacy') {
    const sent = sentByMain(main, siblings)
    return share === undefined ? defined({ ...sent, arrival, when }) : drawn({ ...sent, arrival }, share)
  }
  const sent: Served = { arrival, policy: hashOf(location.object) }
  return share === undefined ? defined({ ...sent, when }) : drawn(sent, share)
}

/** Who gets to a canary without a weight. */
function canaryWhen(object: LooseObject): string | undefined {
  const get = (key: string): string | undefined => annotationsOf(object)[`${prefix}canary-by-${key}`]
  const [header, value, pattern, cookie] = ['header', 'header-value', 'header-pattern', 'cookie'].map(get)
  const isPattern = value === undefined && pattern !== undefined
  const all = [
    ...(header === undefined
      ? []
      : [matched(`header ${header}`, isPattern ? { regex: pattern } : { exact: value ?? 'always' })]),
    ...(cookie === undefined ? [] : [`cookie ${cookie} is always`]),
  ]
  return all.length === 0 ? undefined : all.join(' or ')
}

/** What canaries leave to a main Ingress. */
function shareBeside(location: Location, siblings: readonly LooseObject[]): number | undefined {
  const weights = canariesOf(location, siblings).flatMap((one) => weightOf(settingsOf(one)) ?? [])
  if (weights.length === 0) return undefined
  return Math.max(0, 1 - weights.reduce((sum, weight) => sum + weight, 0))
}
