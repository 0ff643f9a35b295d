import type { CookieWish, Wish } from '../../model/affinity/change.ts'
import { sticks } from '../../model/affinity/policy.ts'
import type { KubernetesObject } from '../../model/cluster/kubernetes.ts'
import { type Details, refusal } from '../changing.ts'
import { annotating, type AnnotationMarks } from '../ingress/annotating.ts'
import { goBoolean } from '../kit/controller.ts'
import {
  balanced,
  cookieKey,
  haproxytech,
  prefixes as vendorPrefixes,
  staticCookieKey,
} from './haproxytech.ts'
import { jcmoraisjr, prefixes as communityPrefixes } from './jcmoraisjr.ts'

/** `haproxy.org/` on the Services: every version reads it there. */
export const haproxyChange = annotating({
  name: 'haproxy',
  controller: haproxytech,
  at: 'service',
  cookie: () => ({ by: 'HAProxy' }),
  marks: (wish, { object }) => {
    const key = keyIn(object, vendorPrefixes)
    if (wish.kind !== 'cookie') return { ...stickyVendor(object), [key('load-balance')]: balanceFor(wish) }
    // Both kinds of cookies exclude each other.
    return { ...stickyIn(object, vendorPrefixes, [staticCookieKey]), [key(cookieKey)]: wish.name }
  },
  unmarks: stickyVendor,
})

/** `haproxy-ingress.github.io/` on the Ingress. */
export const haproxyIngressChange = annotating({
  name: 'haproxy-ingress',
  controller: jcmoraisjr,
  at: 'ingress',
  clusterIpKey: 'service-upstream',
  cookie: ({ sameSite }) => ({
    by: jcmoraisjr.name,
    can: ['domain', 'secure', ...(sameSite === 'None' ? (['sameSite'] as const) : [])],
  }),
  marks: (wish, { object }) => {
    const key = keyIn(object, communityPrefixes)
    if (wish.kind !== 'cookie')
      return { ...stickyCommunity(object), [key('balance-algorithm')]: balanceFor(wish) }
    const strategy = object.metadata.annotations?.[key('session-cookie-strategy')] ?? 'insert'
    return strategy === 'prefix' || strategy === 'rewrite'
      ? refusal(
          `session-cookie-strategy: ${strategy} leaves the cookie to the application`,
          'take session-cookie-strategy away',
        )
      : communityCookie(wish, object, key)
  },
  unmarks: stickyCommunity,
  details: (target) => communityDetails(target),
})

type KeyOf = (name: string) => string

/** A key under the prefix that is there already. */
function keyIn(object: KubernetesObject, prefixes: readonly [string, ...string[]]): KeyOf {
  const now = object.metadata.annotations ?? {}
  return (name) => `${prefixes.find((prefix) => `${prefix}${name}` in now) ?? prefixes[0]}${name}`
}

/** HAProxy's `balance`. */
function balanceFor(wish: Exclude<Wish, CookieWish>): string {
  return wish.kind === 'header' ? `hdr(${wish.name})` : 'source'
}

/** Annotations of these names, under any prefix. */
function stickyIn(
  object: KubernetesObject,
  prefixes: readonly string[],
  names: readonly string[],
): Record<string, null> {
  const now = Object.keys(object.metadata.annotations ?? {})
  const gone = new Set(prefixes.flatMap((prefix) => names.map((name) => `${prefix}${name}`)))
  return Object.fromEntries(now.filter((key) => gone.has(key)).map((key) => [key, null]))
}

function stickyVendor(object: KubernetesObject): AnnotationMarks {
  return {
    ...stickyIn(object, vendorPrefixes, [cookieKey, staticCookieKey]),
    ...stickyBalance(object, vendorPrefixes, 'load-balance'),
  }
}

function stickyCommunity(object: KubernetesObject): AnnotationMarks {
  const names = Object.keys(object.metadata.annotations ?? {}).flatMap((key) => {
    const name = key.slice(key.indexOf('/') + 1)
    return name === 'affinity' || name.startsWith('session-cookie-') ? [name] : []
  })
  return {
    ...stickyIn(object, communityPrefixes, names),
    ...stickyBalance(object, communityPrefixes, 'balance-algorithm'),
  }
}

/** Other algorithms keep nobody, and stay. */
function stickyBalance(object: KubernetesObject, prefixes: readonly string[], name: string): AnnotationMarks {
  const gone = stickyIn(object, prefixes, [name])
  const now = object.metadata.annotations ?? {}
  return Object.fromEntries(Object.entries(gone).filter(([key]) => sticks(balanced(now[key])) === true))
}

function communityCookie(
  { name, domain, secure, sameSite }: CookieWish,
  { metadata: { annotations = {} } }: KubernetesObject,
  key: KeyOf,
): AnnotationMarks {
  const keywords = annotations[key('session-cookie-keywords')] ?? 'indirect nocache httponly'
  const isToAdd = secure === true && sameSite !== 'None' && !/\bsecure\b/.test(keywords)
  return {
    [key('affinity')]: 'cookie',
    [key('session-cookie-name')]: name,
    ...(domain === undefined ? {} : { [key('session-cookie-domain')]: domain }),
    // This one says Secure as well.
    ...(sameSite === 'None' ? { [key('session-cookie-same-site')]: 'true' } : {}),
    ...(isToAdd ? { [key('session-cookie-keywords')]: `${keywords} secure` } : {}),
  }
}

function communityDetails(target: KubernetesObject): Details {
  const key = keyIn(target, communityPrefixes)
  const value = (name: string): string | undefined => target.metadata.annotations?.[key(name)]
  const domain = value('session-cookie-domain')
  return {
    wish: {
      httpOnly: /\bhttponly\b/.test(value('session-cookie-keywords') ?? 'httponly'),
      ...(domain === undefined ? {} : { domain }),
      ...(goBoolean(value('session-cookie-same-site')) === true ? { sameSite: 'None' } : {}),
    },
    left: [],
  }
}
