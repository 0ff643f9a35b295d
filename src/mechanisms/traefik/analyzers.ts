import type { ObjectRef } from '../../model/findings/finding.ts'
import { objectName } from '../../model/findings/finding.ts'
import { type LooseObject, refOf } from '../../model/cluster/object.ts'
import {
  type Analyzer,
  analyzer,
  type FindingDraft,
  type Report,
  reportAbout,
  type View,
} from '../analyzer.ts'
import { ingressAnalyzer, placedAt } from '../ingress/analyzer.ts'
import { coversPath } from '../kit/cookies.ts'
import { hasPattern, locationsOf } from '../ingress/locations.ts'
import { annotationField, annotationsOf, goBoolean } from '../kit/controller.ts'
import { affinityKeys, readAnnotations, servicePrefix } from './annotations.ts'
import { type Balancer, balancerOf, type Member, ownPolicy, routesOf } from './balance.ts'
import type { CookieSettings } from './cookie.ts'
import { cookieAsNginx, nginxPrefix, traefikController, traefikNginxController } from './controller.ts'
import { ingressRoutes, oldGroup, traefikServices } from './objects.ts'
import { oneName } from './one-name.ts'
import { onceFor } from '../kit/once.ts'

/** Services behind an Ingress that are here, each once. */
function servicesOf(backends: readonly { service: LooseObject | undefined }[]): LooseObject[] {
  return [...new Set(backends.flatMap(({ service }) => service ?? []))]
}

const unreadable = ingressAnalyzer({
  by: traefikController,
  codes: ['AFF-TRA-UNREADABLE-ANNOTATION'],
  analyse: ({ backends }, _view, report) => {
    for (const service of servicesOf(backends)) {
      for (const { key, problem, meant } of readAnnotations(annotationsOf(service)).unreadable) {
        report('AFF-TRA-UNREADABLE-ANNOTATION', {
          message: `Traefik cannot read ${key.slice(servicePrefix.length)}: ${problem}${meant === undefined ? '' : `. Did you mean ${meant}?`}`,
          why: 'It refuses the whole Service for one annotation that it cannot read, and has no route to it: clients get 404.',
          mend: meant === undefined ? ['correct the value'] : [`write ${meant}`],
          ...placedAt(service, annotationField(key)),
        })
      }
    }
  },
})

const onIngress = ingressAnalyzer({
  by: traefikController,
  codes: ['AFF-TRA-ANNOTATION-ON-INGRESS', 'AFF-TRA-DEAD-ANNOTATION'],
  analyse: ({ ingress, backends }, _view, report) => {
    const keys = Object.keys(annotationsOf(ingress))
    const misplaced = keys.filter((key) => balancingKeys.has(key.toLowerCase()))
    const [first, ...more] = misplaced
    if (first !== undefined) {
      const also = more.map((key) => key.slice(servicePrefix.length)).join(', ')
      const names = [...new Set(backends.map(({ to }) => to.name))]
      report('AFF-TRA-ANNOTATION-ON-INGRESS', {
        message: `Traefik does not read ${first}${also === '' ? '' : ` (and ${also})`} on an Ingress: it belongs on the Service`,
        why: 'What begins with service. counts on Services alone. On an Ingress it is ignored, and clients do not stay on a pod.',
        mend: names.map((name) => ({
          deed: {
            kind: 'annotation',
            of: { kind: 'Service', namespace: ingress.metadata.namespace ?? 'default', name },
            marks: Object.fromEntries(misplaced.map((key) => [key, annotationsOf(ingress)[key] ?? ''])),
          },
        })),
        field: annotationField(first),
      })
    }
    // In Traefik 1 those of affinity stood on Services.
    for (const object of [ingress, ...servicesOf(backends)]) {
      for (const key of Object.keys(annotationsOf(object)).filter((one) => deadKeys.has(one))) {
        report('AFF-TRA-DEAD-ANNOTATION', {
          message: `${key} is of Traefik 1: nobody reads it any more`,
          why: 'Since Traefik 2 the annotations of Services say what sticks.',
          mend: [`remove it; ${traefikController.instead}`],
          ...placedAt(object, annotationField(key)),
        })
      }
    }
  },
})

/** All that decides which pod a request gets. */
const balancingKeys = new Set([...affinityKeys, `${servicePrefix}strategy`, `${servicePrefix}nativelb`])

const deadKeys = new Set([
  'traefik.ingress.kubernetes.io/affinity',
  'traefik.ingress.kubernetes.io/session-cookie-name',
  'traefik.ingress.kubernetes.io/load-balancer-method',
  'traefik.backend.loadbalancer.sticky',
])

const path = ingressAnalyzer({
  by: traefikController,
  codes: ['AFF-TRA-COOKIE-PATH'],
  applies: ({ backends }) => servicesOf(backends).some((one) => annotatedCookie(one)?.path !== undefined),
  analyse: ({ ingress, backends }, _view, report) => {
    for (const service of servicesOf(backends)) {
      const own = annotatedCookie(service)?.path ?? '/'
      const outside = locationsOf(ingress).find(
        (one) => one.service.name === service.metadata.name && !coversPath(own, one.path),
      )
      if (outside === undefined) continue
      report('AFF-TRA-COOKIE-PATH', {
        message: `the cookie has the path ${own}, and clients of ${outside.host}${outside.path} never send it back`,
        why: 'Browsers send a cookie below its path only. Each request without one gets any pod and a new cookie.',
        mend: [`${servicePrefix}sticky.cookie.path: /`],
        ...placedAt(service, annotationField(`${servicePrefix}sticky.cookie.path`)),
      })
    }
  },
})

function annotatedCookie(service: LooseObject): CookieSettings | undefined {
  return readAnnotations(annotationsOf(service)).cookie
}

/** A sticky cookie, wherever it is written. */
interface Written {
  cookie: CookieSettings
  object: ObjectRef
  fieldOf: (name: 'maxAge' | 'sameSite') => string
  /** A custom resource is checked by its schema. */
  isAnnotation: boolean
}

/** The cookies of what matters for the target. */
function cookiesOf(view: View): Written[] {
  return balancersOf(view).flatMap(({ object, balancer }) => {
    const ref = refOf(object)
    const own = { cookie: balancer.cookie, field: 'spec.weighted' }
    return [own, ...balancer.members].flatMap(({ cookie, field }): Written[] =>
      cookie === undefined
        ? []
        : [{ cookie, object: ref, fieldOf: (name) => `${field}.sticky.cookie.${name}`, isAnnotation: false }],
    )
  })
}

function lintCookie({ cookie, object, fieldOf, isAnnotation }: Written, report: CookieReport): void {
  const { maxAge = 0, sameSite, secure } = cookie
  if (maxAge < 0) {
    report('AFF-TRA-COOKIE-EXPIRED', {
      message: `maxAge ${maxAge} makes a cookie that has expired when it comes`,
      why: 'Browsers drop it at once: each request gets any pod.',
      mend: ['leave maxAge out for a cookie that lasts as long as the browser, or give a number of seconds'],
      objects: [object],
      at: { object, field: fieldOf('maxAge') },
    })
  }
  if (sameSite === undefined || sameSite === '') return
  const place = { objects: [object], at: { object, field: fieldOf('sameSite') } }
  if (isAnnotation && !['none', 'lax', 'strict'].includes(sameSite)) {
    report('AFF-TRA-SAMESITE', {
      message: `samesite "${sameSite}" has no effect: it is none, lax or strict, in lower case`,
      why: 'Traefik leaves the attribute out and says nothing.',
      mend: ['write it in lower case'],
      ...place,
    })
  } else if (sameSite === 'none' && secure !== true) {
    report('AFF-TRA-SAMESITE', {
      message: 'browsers refuse a cookie with SameSite=None that is not Secure',
      why: 'They drop it, and each request gets any pod. curl keeps it, so that a test by hand hides it.',
      mend: ['add secure: true, and speak https'],
      ...place,
    })
  }
}

type CookieReport = Report<'AFF-TRA-COOKIE-EXPIRED' | 'AFF-TRA-SAMESITE'>

const isStickyAsNginx = (ingress: LooseObject): boolean => cookieAsNginx(ingress, undefined) !== undefined

const patterns = ingressAnalyzer({
  by: traefikNginxController,
  codes: ['AFF-TRA-PATTERN-OFF'],
  applies: ({ ingress }) => isStickyAsNginx(ingress),
  analyse: ({ ingress }, _view, report) => {
    const key = `${nginxPrefix}use-regex`
    const value = annotationsOf(ingress)[key]
    const isRegex = goBoolean(value) === true
    for (const { path, pathType, field } of locationsOf(ingress)) {
      if (!hasPattern(path) || (isRegex && pathType !== 'Exact')) continue
      report('AFF-TRA-PATTERN-OFF', {
        message: `${isRegex ? 'with pathType Exact' : 'without use-regex'} Traefik takes ${path} to the letter`,
        why: 'For ingress-nginx rewrite-target on any Ingress of the host says the same. Traefik asks use-regex of each Ingress; requests get 404.',
        mend: isRegex
          ? ['set pathType: ImplementationSpecific']
          : [
              {
                deed: {
                  kind: 'annotation',
                  of: refOf(ingress),
                  marks: { [key]: 'true' },
                  replaces: value !== undefined,
                },
              },
            ],
        field: `${field}.path`,
      })
    }
  },
})

const annotatedCookies = ingressAnalyzer({
  by: traefikController,
  codes: ['AFF-TRA-COOKIE-EXPIRED', 'AFF-TRA-SAMESITE'],
  applies: ({ backends }) => servicesOf(backends).some((one) => annotatedCookie(one) !== undefined),
  analyse: ({ backends }, _view, report) => {
    for (const service of servicesOf(backends)) {
      const cookie = annotatedCookie(service)
      if (cookie === undefined) continue
      const fieldOf = (name: string): string =>
        annotationField(`${servicePrefix}sticky.cookie.${name.toLowerCase()}`)
      lintCookie({ cookie, object: refOf(service), fieldOf, isAnnotation: true }, report)
    }
  },
})

const cookies = analyzer({
  codes: ['AFF-TRA-COOKIE-EXPIRED', 'AFF-TRA-SAMESITE'],
  applies: (view) => cookiesOf(view).length > 0,
  analyse: (view, report) => {
    for (const one of cookiesOf(view)) lintCookie(one, report)
  },
})

interface Balancing {
  object: LooseObject
  balancer: Balancer
}

/** The routes and TraefikServices that matter for the target. */
const balancersOf = onceFor((view: View): readonly Balancing[] => {
  const routes = ingressRoutes.flatMap((type) => view.objects(type))
  const weighted = traefikServices.flatMap((type) => view.objects(type))
  return [
    ...routes.flatMap((object) => routesOf(object).map(({ balancer }) => ({ object, balancer }))),
    ...weighted.flatMap((object) => {
      const balancer = balancerOf(object)
      return balancer === undefined ? [] : [{ object, balancer }]
    }),
  ]
})

/** An analyzer of each of these. A finding is about the object that holds it. */
function balancerAnalyzer(
  code: string,
  applies: (balancer: Balancer) => boolean,
  analyse: (one: Balancing, say: (draft: FindingDraft) => void, view: View) => void,
): Analyzer {
  return analyzer({
    codes: [code],
    applies: (view) => balancersOf(view).some(({ balancer }) => applies(balancer)),
    analyse: (view, report) => {
      for (const one of balancersOf(view)) {
        const about = reportAbout(report, refOf(one.object))
        if (applies(one.balancer)) analyse(one, (draft) => about(code, draft), view)
      }
    },
  })
}

const isSticky = ({ cookie, strategy }: Member): boolean => cookie !== undefined && strategy !== 'hrw'

const draws = balancerAnalyzer(
  'AFF-TRA-DRAWS-SERVICE',
  ({ members }) => members.length > 1 && members.some(isSticky),
  ({ object, balancer: { members, first } }, say) => {
    if (first.kind !== 'none') return
    const isRoute = object.kind === 'IngressRoute'
    for (const { to, field } of members.filter(isSticky)) {
      say({
        message: `the cookie of ${to.name} comes too late: one of ${members.length} Services is drawn for every request before it`,
        why: isRoute
          ? 'Traefik balances the Services of a route first, and an IngressRoute cannot make that sticky.'
          : 'Traefik balances the Services first, and weighted has no sticky cookie.',
        mend: isRoute
          ? [
              'make a TraefikService with weighted.sticky.cookie and sticky.cookie on each of its services, and lead the route to it',
            ]
          : ['add weighted.sticky.cookie, with a name of its own'],
        field: `${field}.sticky`,
      })
    }
  },
)

const levelOnly = balancerAnalyzer(
  'AFF-TRA-SERVICE-LEVEL-ONLY',
  ({ cookie, members }) => cookie !== undefined && members.some((one) => one.kind === 'Service'),
  ({ balancer: { members } }, say) => {
    for (const { to, field } of members.filter(
      (one) => one.kind === 'Service' && ownPolicy(one).kind === 'none',
    )) {
      say({
        message: `the cookie of weighted keeps clients on ${to.name}, and on no pod of it`,
        why: 'The Service and its pod are two stages, each with a cookie of its own.',
        mend: ['add sticky.cookie to the service, with another name'],
        field,
      })
    }
  },
)

const hashFirst = balancerAnalyzer(
  'AFF-TRA-HASH-BEFORE-COOKIE',
  ({ members }) => members.some(({ cookie }) => cookie !== undefined),
  ({ balancer: { members } }, say) => {
    for (const { to, field } of members.filter((one) => one.strategy === 'hrw' && one.cookie !== undefined)) {
      say({
        message: `the sticky cookie of ${to.name} is ignored: strategy hrw picks by the address of the client`,
        why: 'It sees the address of whoever connects to Traefik. Behind a load balancer that hides clients, that is a node or a proxy.',
        mend: ['leave strategy out to keep clients by the cookie'],
        field: `${field}.sticky`,
      })
    }
  },
)

/** In the words of ingress-nginx, where it is the cookie that comes first. */
const hashFirstAsNginx = ingressAnalyzer({
  by: traefikNginxController,
  codes: ['AFF-TRA-HASH-BEFORE-COOKIE'],
  analyse: ({ ingress, backends }, { store }, report) => {
    if (cookieAsNginx(ingress, undefined) === undefined) return
    const key = `${nginxPrefix}upstream-hash-by`
    if (!backends.some((one) => traefikNginxController.serve(one, store).policy.kind === 'hash')) return
    report('AFF-TRA-HASH-BEFORE-COOKIE', {
      message: 'affinity: cookie is ignored beside upstream-hash-by: for Traefik the hash comes first',
      why: 'ingress-nginx does the opposite: with the move to Traefik clients stick on something else.',
      mend: [
        { deed: { kind: 'annotation', of: refOf(ingress), marks: { [key]: null } } },
        `take ${nginxPrefix}affinity away`,
      ],
      field: annotationField(`${nginxPrefix}affinity`),
    })
  },
})

const oneServer = balancerAnalyzer(
  'AFF-TRA-ONE-SERVER',
  ({ members }) => members.some(isSticky),
  ({ balancer: { members } }, say) => {
    for (const { to, field, arrival } of members.filter(isSticky)) {
      if (arrival === 'pods') continue
      const isOne = arrival === 'cluster-ip'
      say({
        message: `${isOne ? 'nativeLB' : 'nodePortLB'} sends to ${isOne ? 'the cluster IP' : 'nodes'} of ${to.name}: the cookie keeps nobody on a pod`,
        why: 'The Service proxy behind it picks the pod, and its clients are the addresses of Traefik.',
        mend: [`take ${isOne ? 'nativeLB' : 'nodePortLB'} away: Traefik then goes to the pods`],
        field: `${field}.${isOne ? 'nativeLB' : 'nodePortLB'}`,
      })
    }
  },
)

const old = analyzer({
  codes: ['AFF-TRA-OLD-GROUP'],
  applies: (view) => [...ingressRoutes, ...traefikServices].some((type) => view.objects(type).length > 0),
  analyse: (view, report) => {
    const types = [...ingressRoutes, ...traefikServices].filter(({ group }) => group === oldGroup)
    for (const object of types.flatMap((type) => view.objects(type))) {
      const ref = refOf(object)
      report('AFF-TRA-OLD-GROUP', {
        message: `${objectName(ref)} is of the group ${oldGroup}, which Traefik 3 does not read`,
        why: 'The group was renamed in 2.10 and is gone in 3.0: the object has no effect there.',
        mend: ['apiVersion: traefik.io/v1alpha1'],
        objects: [ref],
        at: { object: ref, field: 'apiVersion' },
      })
    }
  },
})

export const analyzers: readonly Analyzer[] = [
  unreadable,
  onIngress,
  path,
  annotatedCookies,
  patterns,
  oneName,
  cookies,
  draws,
  levelOnly,
  hashFirst,
  hashFirstAsNginx,
  oneServer,
  old,
]
