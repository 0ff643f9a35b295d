import { defined } from '../../../model/common/values.ts'
import type { CookieWish } from '../../../model/affinity/change.ts'
import type { KubernetesObject, Service } from '../../../model/cluster/kubernetes.ts'
import { isOfType } from '../../../model/cluster/object.ts'
import type { Store } from '../../../model/cluster/store.ts'
import type { Changing, Details, Lack } from '../../changing.ts'
import { servicesIn } from '../../ingress/annotating.ts'
import { behind } from '../../ingress/backends.ts'
import { controllerOf } from '../../ingress/controllers.ts'
import { ingressClassObjects, ingresses } from '../../ingress/objects.ts'
import { annotationsOf } from '../../kit/controller.ts'
import { sameSiteOf } from '../../kit/legs/cookies.ts'
import { services } from '../../service/objects.ts'
import type { CookieSettings } from '../cookie.ts'
import { readAnnotations } from '../ingress/annotations.ts'
import { traefikController } from '../ingress/controller.ts'
import { ingressSwitch, servicesSwitch } from './annotations.ts'
import { ingressRoutes, routeCookies, routeSwitch, traefikServices, weightedSwitch } from './fields.ts'

/** Annotations on the Service for an Ingress, `sticky` in the routes of an IngressRoute. */
export const traefikChange: Changing = {
  name: 'traefik',
  label: 'Traefik',
  targets: [ingresses, ingressRoutes, traefikServices, services],
  reads: [ingressClassObjects, services],
  writes: [services, ingressRoutes, traefikServices],
  serves: (object, store) => !isOfType(object, ingresses) || isServed(object, store),
  isOnAsking: (target) => isOfType(target, services),
  lacks,
  details: (target, store) => {
    const [first] = cookiesOf(target, store)
    return first === undefined ? undefined : { wish: detailsOf(first), left: [] }
  },
  switchOf: (target, store) => {
    if (isOfType(target, ingressRoutes)) return routeSwitch(target)
    if (isOfType(target, traefikServices)) return weightedSwitch(target)
    if (isOfType(target, services)) return servicesSwitch([target as Service])
    return isServed(target, store) ? ingressSwitch(behind(target, store)) : undefined
  },
}

/** Whether an Ingress is of Traefik's own class. */
function isServed(ingress: KubernetesObject, store: Store): boolean {
  return controllerOf(ingress, store) === traefikController
}

function lacks({ persistent }: CookieWish): Lack[] {
  const why = "Traefik's cookies always keep their pod; there is nothing to set for it"
  return persistent === true ? [{ part: 'persistent', why, isSo: true }] : []
}

/** The cookies that a target has. */
function cookiesOf(target: KubernetesObject, store: Store): CookieSettings[] {
  if (isOfType(target, ingressRoutes)) return routeCookies(target)
  const all = isOfType(target, services)
    ? [target]
    : isServed(target, store)
      ? servicesIn(behind(target, store))
      : []
  return all.flatMap((service) => readAnnotations(annotationsOf(service)).cookie ?? [])
}

function detailsOf({ domain, sameSite, httpOnly }: CookieSettings): Details['wish'] {
  return defined({ domain, sameSite: sameSiteOf(sameSite), httpOnly: httpOnly === true ? true : undefined })
}
