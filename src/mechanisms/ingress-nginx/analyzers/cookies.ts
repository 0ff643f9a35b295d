import { refOf } from '../../../model/cluster/object.ts'
import { objectName } from '../../../model/findings/finding.ts'
import type { Mend } from '../../../model/findings/mend.ts'
import { hasPattern, locationsOf } from '../../ingress/locations.ts'
import { hostsWithoutTls } from '../../ingress/tls.ts'
import { coversHost, coversPath } from '../../kit/legs/cookies.ts'
import { fieldOf, settingsOf } from '../settings.ts'
import { familyOf, hasAffinity, isCanary, upstreamOf } from '../upstream.ts'
import { annotate, isHashed, isStickyMain, nginxAnalyzer } from './kit.ts'

export const lost = nginxAnalyzer({
  codes: ['AFF-NGX-COOKIE-LOST'],
  applies: hasAffinity,
  analyse: (object, _view, report) => {
    const settings = settingsOf(object)
    const say = (key: string, message: string, mend: Mend): void =>
      report('AFF-NGX-COOKIE-LOST', {
        message,
        why: 'Each request without the cookie gets any pod and a new one. A test by hand that sends it (curl -b NAME=VALUE) hides it.',
        mend: [mend],
        field: fieldOf(key),
      })
    const ageKey = (['session-cookie-max-age', 'session-cookie-expires'] as const).find(
      (key) => settings.number(key) !== undefined,
    )
    const age = ageKey === undefined ? undefined : settings.number(ageKey)
    if (ageKey !== undefined && age !== undefined && age <= 0)
      say(
        ageKey,
        `${ageKey} ${age} makes a cookie that has expired when it comes`,
        annotate(object, ageKey, null),
      )
    const path = settings.get('session-cookie-path') ?? ''
    const domain = (settings.get('session-cookie-domain') ?? '').replace(/^\./, '').toLowerCase()
    for (const one of locationsOf(object)) {
      const isOutside = hasPattern(one.path)
        ? beginningsOf(one.path).some((begin) => !coversPath(path, begin) && !path.startsWith(begin))
        : !coversPath(path, one.path)
      if (isOutside) {
        const mend = annotate(object, 'session-cookie-path', '/', true)
        return say(
          'session-cookie-path',
          `the cookie of ${one.host}${one.path} is sent back below ${path} only`,
          mend,
        )
      }
      if (domain === '' || one.host.startsWith('*') || coversHost(domain, one.host)) continue
      const mend = annotate(object, 'session-cookie-domain', null)
      const message = `browsers refuse a cookie of ${one.host} for the domain ${domain}`
      return say('session-cookie-domain', message, mend)
    }
  },
})

/** What the paths of a pattern begin with, as far as it is words: `/de` and `/fr` of `/(de|fr)(/|$)`. */
function beginningsOf(pattern: string): string[] {
  const [, before = '', words, more = ''] = /^([\w/-]*)(?:\(([\w-]+(?:\|[\w-]+)*)\))?(.?)/.exec(pattern) ?? []
  if (words === undefined || '?*{'.includes(more || '.'))
    return [/[?*{]/.test(more) ? before.slice(0, -1) : before]
  return words.split('|').map((word) => before + word)
}

export const notIssued = nginxAnalyzer({
  codes: ['AFF-NGX-COOKIE-NOT-ISSUED'],
  applies: (object) => !hasAffinity(object) && !isCanary(object) && !isHashed(object),
  analyse: (object, { store }, report) => {
    const family = familyOf(object, store)
    for (const location of locationsOf(object)) {
      const { cookie } = upstreamOf(location, family)
      if (cookie === undefined) continue
      const ref = refOf(cookie)
      report('AFF-NGX-COOKIE-NOT-ISSUED', {
        message: `${location.host}${location.path} sets no cookie, though ${objectName(ref)} makes ${location.service.name} sticky`,
        why: 'ingress-nginx sets the cookie only on the paths of Ingresses with affinity. Elsewhere it follows a cookie that comes and sets none.',
        mend: [annotate(object, 'affinity', 'cookie')],
        objects: [refOf(object), ref],
        field: `${location.field}.path`,
      })
      return
    }
  },
})

export const shared = nginxAnalyzer({
  codes: ['AFF-NGX-COOKIE-SHARED'],
  applies: isStickyMain,
  analyse: (object, { store }, report) => {
    const settings = settingsOf(object)
    // A balanced cookie of one Service is as good a key for another: only a record is lost.
    if (settings.get('affinity-mode') !== 'persistent') return
    const path = settings.get('session-cookie-path') ?? ''
    const name = settings.get('session-cookie-name')
    const own = locationsOf(object)
    for (const other of familyOf(object, store).filter(hasAffinity)) {
      const theirs = settingsOf(other)
      if (
        theirs.get('session-cookie-name') !== name ||
        theirs.get('session-cookie-path') !== settings.get('session-cookie-path')
      )
        continue
      const clash = locationsOf(other).find((one) =>
        own.some(
          (mine) =>
            mine.host === one.host &&
            (mine.service.name !== one.service.name || mine.port !== one.port) &&
            (path !== '' || mine.path === one.path),
        ),
      )
      if (clash === undefined) continue
      report('AFF-NGX-COOKIE-SHARED', {
        message: `${clash.service.name} on ${clash.host} sets a cookie of the same name and Path: each answer replaces the other's`,
        why: 'In persistent mode the value is a record of a pod of one Service. The other does not know it, picks again and sets its own.',
        mend: ['give each Service a session-cookie-name of its own'],
        objects: [refOf(object), ...(other === object ? [] : [refOf(other)])],
        field: fieldOf(name === undefined ? 'affinity' : 'session-cookie-name'),
      })
      return
    }
  },
})

export const sameSite = nginxAnalyzer({
  codes: ['AFF-NGX-SAMESITE-INSECURE'],
  applies: hasAffinity,
  analyse: (object, _view, report) => {
    const settings = settingsOf(object)
    if (
      !/^none$/i.test(settings.get('session-cookie-samesite') ?? '') ||
      settings.is('session-cookie-secure')
    )
      return
    const [bare] = hostsWithoutTls(object)
    if (bare === undefined) return
    report('AFF-NGX-SAMESITE-INSECURE', {
      message: `SameSite=None without Secure on ${bare.host}, where nginx does not end TLS: browsers refuse the cookie`,
      why: 'nginx sets Secure by itself only where it speaks https. Behind a load balancer that ends TLS it does not; curl takes the cookie, browsers do not.',
      mend: [annotate(object, 'session-cookie-secure', 'true')],
      field: fieldOf('session-cookie-samesite'),
    })
  },
})
