import { type LooseObject, refOf } from '../../../model/cluster/object.ts'
import { objectName } from '../../../model/findings/finding.ts'
import type { Report } from '../../analyzer.ts'
import { locationsOf } from '../../ingress/locations.ts'
import { fieldOf, prefix, settingsOf } from '../settings.ts'
import { familyOf, hasAffinity, isCanary, primaryOf, upstreamOf } from '../upstream.ts'
import { annotate, isStickyMain, nginxAnalyzer } from './kit.ts'

const cookieKeys = [
  'session-cookie-name',
  'session-cookie-path',
  'session-cookie-domain',
  'session-cookie-max-age',
  'session-cookie-expires',
  'session-cookie-samesite',
  'session-cookie-secure',
  'affinity-mode',
] as const

export const serviceUpstream = nginxAnalyzer({
  codes: ['AFF-NGX-SERVICE-UPSTREAM'],
  applies: isStickyMain,
  analyse: (object, { store }, report) => {
    const family = familyOf(object, store)
    for (const location of locationsOf(object)) {
      const { first } = upstreamOf(location, family)
      if (first === undefined || !settingsOf(first).is('service-upstream')) continue
      const ref = refOf(first)
      report('AFF-NGX-SERVICE-UPSTREAM', {
        message: `service-upstream${first === object ? '' : ` of ${objectName(ref)}`} sends everything to the cluster IP of ${location.service.name}: the cookie keeps nobody on a pod`,
        why: 'nginx knows one address only, and the Service proxy picks the pod behind it. The cookie is set all the same and means nothing.',
        mend: [annotate(first, 'service-upstream', null)],
        objects: [ref],
        at: { object: ref, field: fieldOf('service-upstream') },
      })
      return
    }
  },
})

export const canary = nginxAnalyzer({
  codes: ['AFF-NGX-CANARY-AFFINITY'],
  applies: isCanary,
  analyse: (object, { store }, report) => {
    if (!hasAffinity(object)) return
    const family = familyOf(object, store)
    const mains = locationsOf(object).flatMap((one) => primaryOf(one, family) ?? [])
    const [main] = mains
    if (main === undefined) return
    const ref = refOf(main.object)
    const sticky = mains.find((one) => hasAffinity(one.object))
    if (sticky !== undefined) return overruled(object, sticky.object, report)
    report('AFF-NGX-CANARY-AFFINITY', {
      message: `affinity on a canary has no effect: ingress-nginx takes it from the main ${objectName(ref)}, which has none`,
      why: 'Each request draws again between the main Service and the canary, and no cookie is set.',
      mend: [
        {
          say: 'write it there, and the canary inherits it',
          deed: { kind: 'annotation', of: ref, marks: affinityOf(object) },
        },
      ],
      objects: [refOf(object), ref],
      field: fieldOf('affinity'),
    })
  },
})

/** Its annotations that say whether and how it gives a cookie. */
function affinityOf(object: LooseObject): Record<string, string> {
  const settings = settingsOf(object)
  const set = (['affinity', ...cookieKeys] as const).flatMap((key) => {
    const value = settings.get(key)
    return value === undefined ? [] : [[prefix + key, value] as const]
  })
  return Object.fromEntries(set)
}

/** A canary that wants another cookie than its main Ingress has. */
function overruled(canary: LooseObject, main: LooseObject, report: Report<'AFF-NGX-CANARY-AFFINITY'>): void {
  const own = settingsOf(canary)
  if (own.get('affinity-canary-behavior') === 'legacy') {
    report('AFF-NGX-CANARY-AFFINITY', {
      message: `affinity on a canary has no effect, and with affinity-canary-behavior legacy it does not inherit that of ${objectName(refOf(main))} either`,
      why: 'Clients that the canary serves get no cookie and are drawn again with each request, until the main Service gives them one.',
      mend: [annotate(canary, 'affinity-canary-behavior', null)],
      objects: [refOf(canary), refOf(main)],
      field: fieldOf('affinity'),
    })
    return
  }
  const key = cookieKeys.find(
    (name) => own.get(name) !== undefined && own.get(name) !== settingsOf(main).get(name),
  )
  if (key === undefined) return
  report('AFF-NGX-CANARY-AFFINITY', {
    message: `${key} on a canary has no effect: ingress-nginx takes the affinity of the main ${objectName(refOf(main))}, all of it`,
    why: 'One cookie keeps clients on the main Service or the canary, and on a pod there.',
    mend: [annotate(canary, key, null), `write it on ${objectName(refOf(main))}`],
    objects: [refOf(canary), refOf(main)],
    field: fieldOf(key),
  })
}

export const fight = nginxAnalyzer({
  codes: ['AFF-NGX-COOKIES-FIGHT'],
  applies: isStickyMain,
  analyse: (object, { store }, report) => {
    const family = familyOf(object, store)
    for (const location of locationsOf(object)) {
      const { members } = upstreamOf(location, family)
      const sticky = members.filter(hasAffinity)
      const other = sticky.find((one) => one !== object)
      const key = cookieKeys.find(
        (name) => other !== undefined && settingsOf(other).get(name) !== settingsOf(object).get(name),
      )
      if (other === undefined || key === undefined) continue
      const pair = sticky.filter((one) => one === object || one === other)
      const [loser = object, winner = other] = key === 'affinity-mode' ? pair.toReversed() : pair
      const ref = refOf(winner)
      report('AFF-NGX-COOKIES-FIGHT', {
        message: `${objectName(ref)} sets ${key} of the same Service and port differently: one of the two counts, for both`,
        why: 'The cookie belongs to the Service and port. The mode comes from the oldest Ingress that gives one, the rest from the youngest with affinity.',
        mend: ['give both the same annotations, or make a second Service with the same selector'],
        objects: [refOf(loser), ref],
        at: {
          object: refOf(loser),
          field: settingsOf(loser).get(key) === undefined ? fieldOf('affinity') : fieldOf(key),
        },
      })
      return
    }
  },
})
