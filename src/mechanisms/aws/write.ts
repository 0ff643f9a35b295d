import type { CookieWish, Refusal, Wish, Write } from '../../model/affinity/change.ts'
import type { Policy } from '../../model/affinity/policy.ts'
import type { KubernetesObject, Service } from '../../model/cluster/kubernetes.ts'
import { isOfType } from '../../model/cluster/object.ts'
import { type Changing, refusal, type Switched } from '../changing.ts'
import { annotating, type AnnotationMarks } from '../ingress/annotating.ts'
import { annotate } from '../kit/write/annotations.ts'
import { annotationsOf } from '../kit/controller.ts'
import { services } from '../service/objects.ts'
import { alb, attributesKey } from './alb.ts'
import { week, withAttributes, withoutStickiness } from './attributes.ts'
import { isOfLbc, nlbAttributesKey, nlbPolicy, sslCertKey } from './nlb.ts'

/** Attributes of the target groups of an Application Load Balancer, in an annotation of the Ingress. */
export const albChange = annotating({
  name: 'aws',
  controller: alb,
  at: 'ingress',
  isEachItsOwn: true,
  cookie: () => ({ by: 'an Application Load Balancer', name: 'AWSALB', can: ['ttlSeconds'] }),
  marks: albMarks,
  unmarks: (object) => unmarked(object, attributesKey),
})

function albMarks(wish: Wish, { object }: { object: KubernetesObject }): AnnotationMarks | Refusal {
  if (wish.kind !== 'cookie')
    return refusal('an Application Load Balancer keeps clients by cookies only', {
      remedy: 'by-the-cookie',
      name: 'AWSALB',
    })
  const { ttlSeconds } = wish
  if (ttlSeconds !== undefined && ttlSeconds > week)
    return refusal('AWS keeps a cookie for seven days at most', 'ask for seven days or less')
  const now = object.metadata.annotations?.[attributesKey]
  return { [attributesKey]: withAttributes(now, lbCookie(wish)) }
}

function lbCookie({ ttlSeconds }: CookieWish): Readonly<Record<string, string>> {
  return {
    'stickiness.enabled': 'true',
    'stickiness.type': 'lb_cookie',
    ...(ttlSeconds === undefined ? {} : { 'stickiness.lb_cookie.duration_seconds': String(ttlSeconds) }),
  }
}

function unmarked({ metadata: { annotations = {} } }: KubernetesObject, key: string): AnnotationMarks {
  const now = annotations[key]
  const left = withoutStickiness(now)
  return now === undefined || left === now ? {} : { [key]: left === '' ? null : left }
}

/** Those of a Network Load Balancer, in an annotation of its Service. */
export const nlbChange: Changing = {
  name: 'aws',
  label: 'AWS Network Load Balancer',
  targets: [services],
  reads: [],
  writes: [services],
  isOnAsking: isNlb,
  switchOf: (target) => {
    if (!isNlb(target)) return undefined
    const service = target as Service
    const before = nlbPolicy(service)
    const off = (): Write[] => annotate(services, service, unmarked(service, nlbAttributesKey))
    return { before, off, on: (wish) => byAddress(service, wish, before) }
  },
}

function isNlb(target: KubernetesObject): boolean {
  return isOfType(target, services) && isOfLbc(target as Service)
}

function byAddress(service: Service, wish: Wish, before: Policy): Switched {
  const annotations = annotationsOf(service)
  if (wish.kind !== 'source-ip')
    return refusal('a Network Load Balancer keeps clients by their address only', { remedy: 'by-address' })
  if (before.kind === 'unknown') return refusal(before.why ?? 'it cannot be seen')
  if (annotations[sslCertKey] !== undefined)
    return refusal('it ends TLS, for which a Network Load Balancer has no stickiness', 'end TLS in the pods')
  const wanted = withAttributes(annotations[nlbAttributesKey], {
    'stickiness.enabled': 'true',
    'stickiness.type': 'source_ip',
  })
  const writes = annotate(services, service, { [nlbAttributesKey]: wanted })
  return { after: { kind: 'hash', of: 'client address' }, writes }
}
