import type { PathHop } from '../../../model/affinity/leg.ts'
import { type LooseObject, refOf } from '../../../model/cluster/object.ts'
import { objectName } from '../../../model/findings/finding.ts'
import { analyzer } from '../../analyzer.ts'
import { ingressAnalyzer, placedAt } from '../../ingress/analyzer.ts'
import { behind } from '../../ingress/backends.ts'
import { hasPattern, locationsOf } from '../../ingress/locations.ts'
import { ingresses } from '../../ingress/objects.ts'
import { annotationField, annotationsOf, goBoolean } from '../../kit/controller.ts'
import { coversPath } from '../../kit/legs/cookies.ts'
import { services } from '../../service/objects.ts'
import { affinityKeys, readAnnotations, servicePrefix } from '../ingress/annotations.ts'
import type { CookieSettings } from '../cookie.ts'
import {
  cookieAsNginx,
  nginxPrefix,
  traefikController,
  traefikNginxController,
} from '../ingress/controller.ts'

/** Services behind an Ingress that are here, each once. */
export function servicesOf(backends: readonly { service: LooseObject | undefined }[]): LooseObject[] {
  return [...new Set(backends.flatMap(({ service }) => service ?? []))]
}

export const unreadable = ingressAnalyzer({
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

export const onIngress = ingressAnalyzer({
  by: traefikController,
  codes: ['AFF-TRA-ANNOTATION-ON-INGRESS', 'AFF-TRA-DEAD-ANNOTATION'],
  analyse: ({ ingress, backends }, _view, report) => {
    const keys = Object.keys(annotationsOf(ingress))
    const misplaced = keys.filter((key) => balancingKeys.has(key.toLowerCase()))
    const [first, ...more] = misplaced
    // What the Service says as well counts there; the rest of it does no harm.
    const without = backends.filter(
      ({ service }) =>
        service === undefined ||
        misplaced.some((key) => annotationsOf(service)[key] !== annotationsOf(ingress)[key]),
    )
    if (first !== undefined && without.length > 0) {
      const also = more.map((key) => key.slice(servicePrefix.length)).join(', ')
      const names = [...new Set(without.map(({ to }) => to.name))]
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

export const path = ingressAnalyzer({
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

export function annotatedCookie(service: LooseObject): CookieSettings | undefined {
  return readAnnotations(annotationsOf(service)).cookie
}

export const patterns = ingressAnalyzer({
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

const isStickyAsNginx = (ingress: LooseObject): boolean => cookieAsNginx(ingress, undefined) !== undefined

const isOfGateway = ({ mechanism }: PathHop): boolean => mechanism.endsWith(', Traefik')

/** Annotations of a Service to which a Gateway of Traefik leads, and no Ingress. */
export const atGateway = analyzer({
  codes: ['AFF-L7-MISPLACED'],
  needs: [ingresses],
  applies: ({ paths }) => paths.some(({ hops }) => hops.some(isOfGateway)),
  analyse: ({ paths, store }, report) => {
    const said = new Set<LooseObject>()
    const all = store.list(ingresses)
    for (const { configuredBy, next } of paths.flatMap(({ hops }) => hops.filter(isOfGateway))) {
      const [route] = configuredBy
      const { namespace = '', name = '' } = next ?? {}
      const service = store.get(services, { namespace, name })
      const key = Object.keys(annotationsOf(service)).find((one) => affinityKeys.includes(one.toLowerCase()))
      if (route === undefined || service === undefined || key === undefined || said.has(service)) continue
      const isRead = (one: LooseObject): boolean =>
        behind(one, store).some(({ backend }) => backend.service === service)
      if (annotatedCookie(service) === undefined || !all.known || all.value.some(isRead)) continue
      said.add(service)
      report('AFF-L7-MISPLACED', {
        message: `Traefik does not read ${key} for ${objectName(route)}: it is for Ingresses alone`,
        why: 'Of the annotations of a Service its Gateway reads traefik.io/service.nativelb only: requests are spread.',
        mend: [
          'name a TraefikService with a sticky cookie in backendRefs',
          'make an IngressRoute with sticky of it',
        ],
        ...placedAt(service, annotationField(key)),
      })
    }
  },
})

/** Annotations of ingress-nginx that the provider does not read, and the values that ask for no more than it does. */
const unreadKeys: Readonly<Record<string, RegExp>> = {
  'affinity-mode': /^(persistent)?$/,
  'session-cookie-change-on-failure': /^(false|f|0)?$/i,
  'session-cookie-conditional-samesite-none': /^(false|f|0)?$/i,
}

export const unreadAsNginx = ingressAnalyzer({
  by: traefikNginxController,
  codes: ['AFF-L7-FOREIGN-ANNOTATION'],
  applies: ({ ingress }) => isStickyAsNginx(ingress),
  analyse: ({ ingress }, _view, report) => {
    const annotations = annotationsOf(ingress)
    const [first, ...more] = Object.entries(unreadKeys).flatMap(([key, usual]) =>
      usual.test(annotations[nginxPrefix + key] ?? '') ? [] : [key],
    )
    if (first === undefined) return
    const also = more.length === 0 ? '' : ` (and ${more.join(', ')})`
    report('AFF-L7-FOREIGN-ANNOTATION', {
      message: `Traefik does not read ${first}${also} of ingress-nginx`,
      why: 'Its cookie is a record of a pod, as with affinity-mode persistent, and clients stay there as long as the pod is ready. What else was asked for does not happen.',
      mend: [{ deed: { kind: 'annotation', of: refOf(ingress), marks: { [nginxPrefix + first]: null } } }],
      field: annotationField(nginxPrefix + first),
    })
  },
})

/** In the words of ingress-nginx, where it is the cookie that comes first. */
export const hashFirstAsNginx = ingressAnalyzer({
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
