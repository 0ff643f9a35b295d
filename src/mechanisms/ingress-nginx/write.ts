import type { CookieWish, Wish } from '../../model/affinity/change.ts'
import type { LooseObject } from '../../model/cluster/object.ts'
import type { Policy } from '../../model/affinity/policy.ts'
import type { Store } from '../../model/cluster/store.ts'
import { type Changing, type Details, type Lack, refusal, type Switched } from '../changing.ts'
import { behind } from '../ingress/backends.ts'
import { controllerOf } from '../ingress/controllers.ts'
import { ingressClassObjects, ingresses } from '../ingress/objects.ts'
import { annotate, without } from '../kit/write/annotations.ts'
import { sameSiteOf } from '../kit/legs/cookies.ts'
import { at, list } from '../kit/objects/loose.ts'
import { traefikNginxController } from '../traefik/ingress/controller.ts'
import { controller } from './controller.ts'
import { settingsOf } from './settings.ts'

const prefix = 'nginx.ingress.kubernetes.io/'

/** All that makes it sticky, and what has no meaning without it. */
const sticky = ['affinity', 'session-cookie-', 'upstream-hash-by'].map((name) => prefix + name)

/** Annotations on the Ingress. */
export const ingressNginxChange: Changing = {
  name: 'ingress-nginx',
  label: 'ingress-nginx',
  targets: [ingresses],
  reads: [ingressClassObjects],
  writes: [ingresses],
  lacks: ({ persistent }, target, store): Lack[] =>
    persistent === true && readerOf(target, store) === 'Traefik'
      ? [
          {
            part: 'persistent',
            why: 'Traefik does not read affinity-mode: its cookies always keep their pod',
            isSo: true,
          },
        ]
      : [],
  serves: (ingress, store) => readerOf(ingress, store) === 'ingress-nginx',
  details: (target, store) => (readerOf(target, store) === undefined ? undefined : detailsOf(target)),
  switchOf: (target, store) => {
    const ingress = target as LooseObject
    const reader = readerOf(ingress, store)
    if (reader === undefined) return undefined
    return {
      before: policyOf(ingress),
      off: () => annotate(ingresses, ingress, without(ingress, sticky)),
      on: (wish) => enable(ingress, wish, { reader, store }),
    }
  },
}

/** Who reads the annotations of an Ingress; undefined for one that neither does. */
function readerOf(ingress: LooseObject, store: Store): Known['reader'] | undefined {
  const found = controllerOf(ingress, store)
  if (found === controller) return 'ingress-nginx'
  return found === traefikNginxController ? 'Traefik' : undefined
}

/** Both make every cookie HttpOnly. */
function detailsOf(ingress: LooseObject): Details {
  const settings = settingsOf(ingress)
  const domain = settings.get('session-cookie-domain')
  const sameSite = sameSiteOf(settings.get('session-cookie-samesite'))
  const isSecure = settings.is('session-cookie-secure')
  const hasTls = list(at(ingress.spec, 'tls')).length > 0
  return {
    wish: {
      httpOnly: true,
      ...(domain === undefined || domain === '' ? {} : { domain }),
      ...(sameSite === undefined ? {} : { sameSite }),
    },
    left: [
      ...(hasTls && !isSecure
        ? [
            {
              what: 'Secure over TLS',
              why: 'ingress-nginx adds it to the cookie where a request comes over TLS, and to every cookie where that is asked for',
            },
          ]
        : []),
      ...(settings.is('session-cookie-change-on-failure')
        ? [
            {
              what: 'session-cookie-change-on-failure',
              why: 'what becomes of clients of a pod that fails is up to the proxy',
            },
          ]
        : []),
      ...(settings.is('session-cookie-conditional-samesite-none')
        ? [
            {
              what: 'session-cookie-conditional-samesite-none',
              why: 'old browsers that do not know SameSite=None get the cookie like all others',
            },
          ]
        : []),
    ],
  }
}

interface Known {
  reader: 'ingress-nginx' | 'Traefik'
  store: Store
}

function enable(ingress: LooseObject, wish: Wish, known: Known): Switched {
  const { reader, store } = known
  const annotations = ingress.metadata.annotations ?? {}
  if (annotations[`${prefix}canary`] === 'true')
    return refusal(
      `a canary is as sticky as the Ingress beside it, whose affinity ${reader} copies`,
      'name the Ingress without canary: "true"',
    )
  if (annotations[`${prefix}service-upstream`] === 'true')
    return refusal(
      `with service-upstream: "true" ${reader} sends to the cluster IP, so that no cookie of its own keeps a pod`,
      `take ${prefix}service-upstream away, or turn the affinity of the Service on`,
    )
  if (annotations[`${prefix}ssl-passthrough`] === 'true')
    return refusal(`with ssl-passthrough: "true" ${reader} sees no HTTP, and so no cookies and headers`)
  if (wish.kind !== 'cookie') return hash(ingress, wish, known)
  if (!/^[-._~a-zA-Z0-9]+$/.test(wish.name))
    return refusal(`"${wish.name}" is no name that ${reader} takes for a cookie: it would use another one`)
  if (reader === 'Traefik') {
    const services = new Set(behind(ingress, store).map(({ backend }) => backend.to.name))
    if (services.size > 1)
      return refusal(
        `${[...services].join(' and ')} are behind one Ingress: Traefik would give both a cookie of this name, and each would overwrite the other's`,
        'split it into an Ingress for each Service, and give each cookie its own name',
      )
  }
  const wanted = { ...without(ingress, [`${prefix}upstream-hash-by`]), ...cookie(wish, annotations) }
  const writes = annotate(ingresses, ingress, wanted)
  const after = policyOf({ metadata: { annotations: { ...annotations, ...kept(wanted) } } })
  return { after, writes }
}

function cookie(wish: CookieWish, now: Readonly<Record<string, string>>): Record<string, string | null> {
  const { name, ttlSeconds, path, domain, secure, sameSite, persistent } = wish
  const wanted: Record<string, string | null | undefined> = {
    affinity: 'cookie',
    'affinity-mode': persistent === true ? 'persistent' : undefined,
    'session-cookie-name': name,
    // Without one the path of the Ingress is taken, which is a regular expression more often than not.
    'session-cookie-path': path ?? now[`${prefix}session-cookie-path`] ?? '/',
    'session-cookie-max-age': ttlSeconds === undefined ? undefined : String(ttlSeconds),
    // Beside another lifetime it would be the one of older browsers.
    'session-cookie-expires': ttlSeconds === undefined ? undefined : null,
    'session-cookie-domain': domain,
    'session-cookie-secure': secure === true ? 'true' : undefined,
    'session-cookie-samesite': sameSite,
  }
  return Object.fromEntries(
    Object.entries(wanted).flatMap(([key, value]) => (value === undefined ? [] : [[prefix + key, value]])),
  )
}

/** Of the variables of nginx that hold what is asked for. */
function hash(ingress: LooseObject, wish: Exclude<Wish, CookieWish>, { reader }: Known): Switched {
  if (reader === 'Traefik')
    return refusal('Traefik reads upstream-hash-by from 3.7 on only, and not for every variable', {
      remedy: 'rather-by-cookie',
    })
  const variable =
    wish.kind === 'header' ? `$http_${wish.name.toLowerCase().replaceAll('-', '_')}` : '$remote_addr'
  const wanted = {
    // A cookie counts before a hash.
    ...without(ingress, [
      `${prefix}affinity`,
      `${prefix}session-cookie-`,
      `${prefix}upstream-hash-by-subset`,
    ]),
    [`${prefix}upstream-hash-by`]: variable,
  }
  return { after: { kind: 'hash', of: variable }, writes: annotate(ingresses, ingress, wanted) }
}

function kept(wanted: Readonly<Record<string, string | null>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(wanted).filter((entry): entry is [string, string] => entry[1] !== null),
  )
}

/** What the annotations say; the default name is of the controller's own documentation. */
function policyOf({ metadata }: { metadata: { annotations?: Record<string, string> } }): Policy {
  const value = (name: string): string | undefined => metadata.annotations?.[prefix + name]
  if (value('affinity') !== 'cookie') {
    const of = value('upstream-hash-by')
    return of === undefined ? { kind: 'none' } : { kind: 'hash', of }
  }
  const path = value('session-cookie-path')
  const ttl = Number(value('session-cookie-max-age') ?? value('session-cookie-expires') ?? '')
  return {
    kind: 'cookie',
    name: value('session-cookie-name') ?? 'INGRESSCOOKIE',
    ...(path === undefined ? {} : { path }),
    ...(ttl > 0 ? { ttlSeconds: ttl } : {}),
    ...(value('session-cookie-secure') === 'true' ? { secure: true } : {}),
  }
}
