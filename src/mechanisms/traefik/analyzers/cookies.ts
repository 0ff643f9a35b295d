import { refOf } from '../../../model/cluster/object.ts'
import type { ObjectRef } from '../../../model/findings/finding.ts'
import { analyzer, type Report, type View } from '../../analyzer.ts'
import { ingressAnalyzer } from '../../ingress/analyzer.ts'
import { annotationField } from '../../kit/controller.ts'
import { servicePrefix } from '../ingress/annotations.ts'
import type { CookieSettings } from '../cookie.ts'
import { traefikController } from '../ingress/controller.ts'
import { balancersOf } from './balancers.ts'
import { annotatedCookie, servicesOf } from './ingresses.ts'

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
    // A cookie that a hash is in front of is never made.
    const made = balancer.members.filter(({ strategy }) => strategy !== 'hrw')
    return [own, ...made].flatMap(({ cookie, field }): Written[] =>
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

export const annotatedCookies = ingressAnalyzer({
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

export const cookies = analyzer({
  codes: ['AFF-TRA-COOKIE-EXPIRED', 'AFF-TRA-SAMESITE'],
  applies: (view) => cookiesOf(view).length > 0,
  analyse: (view, report) => {
    for (const one of cookiesOf(view)) lintCookie(one, report)
  },
})
