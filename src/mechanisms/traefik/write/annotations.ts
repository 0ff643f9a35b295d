import type { CookieWish } from '../../../model/affinity/change.ts'
import { none, type Policy } from '../../../model/affinity/policy.ts'
import type { Service } from '../../../model/cluster/kubernetes.ts'
import { overwritten, refusal, type Switch, type Switched } from '../../changing.ts'
import { servicesIn, withMarks } from '../../ingress/annotating.ts'
import type { Behind } from '../../ingress/backends.ts'
import { annotate, without } from '../../kit/write/annotations.ts'
import { services } from '../../service/objects.ts'
import { annotationsOf } from '../../kit/controller.ts'
import { cookiePolicy } from '../cookie.ts'
import { readAnnotations, servicePrefix } from '../ingress/annotations.ts'
import { onlyCookies } from './fields.ts'

const sticky = `${servicePrefix}sticky.cookie`

/** Annotations on the Services behind an Ingress. */
export function ingressSwitch(around: readonly Behind[]): Switch {
  const missing = around.flatMap(({ backend: { to, service } }) => (service === undefined ? [to.name] : []))
  const { on, ...rest } = servicesSwitch(servicesIn(around))
  const refused = refusal(
    `service/${[...new Set(missing)].join(', service/')} is not there, on which Traefik reads it`,
  )
  return { ...rest, on: missing.length > 0 ? () => refused : on }
}

/** Annotations on Services themselves. */
export function servicesSwitch(all: readonly Service[]): Switch {
  return {
    before: all.map(policyOf).find(({ kind }) => kind !== 'none') ?? none,
    off: () => all.flatMap((service) => annotate(services, service, without(service, [sticky]))),
    on: (wish): Switched => {
      if (wish.kind !== 'cookie') return refusal(onlyCookies, { remedy: 'by-cookie' })
      const [first, second] = all
      if (first === undefined) return refusal('it leads to no Service')
      if (second !== undefined)
        return overwritten(
          all.map(({ metadata }) => metadata.name),
          'traefik',
        )
      if (readAnnotations(annotationsOf(first)).nativeLb === true)
        return refusal(
          `service/${first.metadata.name} has nativelb: "true": Traefik sends to its cluster IP, so that a cookie keeps no pod`,
          `take ${servicePrefix}nativelb away`,
        )
      const wanted = annotationsFor(wish, first)
      return { after: policyOf(withMarks(first, wanted)), writes: annotate(services, first, wanted) }
    },
  }
}

function annotationsFor(wish: CookieWish, { metadata }: Service): Record<string, string> {
  const { name, ttlSeconds, path, domain, secure, sameSite, httpOnly } = wish
  const now = metadata.annotations ?? {}
  const wanted = {
    '': 'true',
    '.name': name,
    '.maxage': ttlSeconds === undefined ? undefined : String(ttlSeconds),
    // `/` is the default, and all that Traefik before 3.3 knows.
    '.path': path === undefined || (path === '/' && now[`${sticky}.path`] === undefined) ? undefined : path,
    '.domain': domain,
    '.secure': secure === true ? 'true' : undefined,
    '.samesite': sameSite?.toLowerCase(),
    '.httponly': httpOnly === true ? 'true' : undefined,
  }
  return Object.fromEntries(
    Object.entries(wanted).flatMap(([key, value]) => (value === undefined ? [] : [[sticky + key, value]])),
  )
}

function policyOf(service: Pick<Service, 'metadata'>): Policy {
  const { cookie } = readAnnotations(annotationsOf(service))
  return cookie === undefined ? none : cookiePolicy(cookie)
}
