import { none } from '../../model/affinity/policy.ts'
import type { LooseObject } from '../../model/cluster/object.ts'
import type { Store } from '../../model/cluster/store.ts'
import { apisix } from '../apisix/controller.ts'
import { alb } from '../aws/alb.ts'
import { agic } from '../azure/controller.ts'
import { gke } from '../gke/controller.ts'
import { haproxytech } from '../haproxy/haproxytech.ts'
import { jcmoraisjr } from '../haproxy/jcmoraisjr.ts'
import { controller as ingressNginx } from '../ingress-nginx/controller.ts'
import { nginxProgramsFor } from '../ingress-nginx/running.ts'
import { annotationsOf, type IngressController, isServedBy } from '../kit/controller.ts'
import { policyFor } from '../istio/rules/policy.ts'
import { kong } from '../kong/controller.ts'
import { nginxInc } from '../nginx-inc/controller.ts'
import { skipper } from '../skipper/controller.ts'
import { defined } from '../../model/common/values.ts'
import {
  servesClassesOfNginx,
  traefikController,
  traefikNginxController,
} from '../traefik/ingress/controller.ts'
import { ingressClass, ingressClasses } from './objects.ts'

/** A controller that spreads what comes through its Ingresses. */
const spreading = (name: string, controller: string): IngressController => ({
  name,
  controllers: [controller],
  serve: () => ({ policy: none, arrival: 'pods' }),
  keys: { ingress: [], service: [] },
  instead: 'a route of its own kind, as its Ingresses have no affinity',
})

const contour = spreading('Contour', 'projectcontour.io/ingress-controller')
const cilium = spreading('Cilium', 'cilium.io/ingress-controller')
const istio: IngressController = {
  ...spreading('Istio', 'istio.io/ingress-controller'),
  // It makes VirtualServices of them, so that DestinationRules count (pilot/pkg/config/kube/ingress).
  serve: ({ to, port, service }, store) => {
    const number = service?.spec.ports?.find((one) => one.name === port)?.port ?? Number(port)
    const { policy, configuredBy, note } = policyFor(to, number || undefined, undefined, undefined, store)
    return { policy, arrival: 'pods', configuredBy, ...defined({ note }) }
  },
  instead: 'consistentHash in a DestinationRule',
}

/** Every Ingress controller that is known. */
export const ingressControllers: readonly IngressController[] = [
  ingressNginx,
  nginxInc,
  traefikController,
  traefikNginxController,
  haproxytech,
  jcmoraisjr,
  alb,
  kong,
  gke,
  agic,
  apisix,
  skipper,
  contour,
  istio,
  cilium,
]

/** The annotations that any of them reads, by the object that has them. */
export const keysOfControllers: Readonly<Record<'ingress' | 'service', ReadonlySet<string>>> = {
  ingress: new Set(ingressControllers.flatMap(({ keys }) => keys.ingress)),
  service: new Set(ingressControllers.flatMap(({ keys }) => keys.service)),
}

/** Who serves an Ingress. */
export interface Serving {
  controller: IngressController | undefined
  /** No IngressClass says so: it follows from the name of the class, and from annotations. */
  isAssumed: boolean
}

/** Finds who serves an Ingress; no controller where its class or the class's controller is not known. */
export function servingOf(ingress: LooseObject, store: Store): Serving {
  const classes = store.fact(ingressClasses)
  const name = ingressClass(ingress)
  const value = classes.known ? classes.value[name ?? ''] : undefined
  if (value !== undefined && value !== '') {
    const found =
      ingressControllers.find((one) => isServedBy(one, value)) ??
      (nginxProgramsFor(value, store).length > 0 ? ingressNginx : undefined)
    const isTakenOver = found === ingressNginx && servesClassesOfNginx(store)
    return { controller: isTakenOver ? traefikNginxController : found, isAssumed: false }
  }
  // A cluster says all of its classes. Chosen by the annotation, one needs no object.
  const isTold = classes.known && annotationsOf(ingress)['kubernetes.io/ingress.class'] === undefined
  const usual = usualFor(ingress, name)
  const controller = isTold && usual?.needsNoClass !== true ? undefined : usual
  // One that has no IngressClass at all is chosen by that name alone.
  return { controller, isAssumed: controller === undefined || controller.controllers.length > 0 }
}

/** Who serves an Ingress, assumed or not. */
export function controllerOf(ingress: LooseObject, store: Store): IngressController | undefined {
  return servingOf(ingress, store).controller
}

/** Of those with this name for a class the one whose annotations are there, else the first; without a name by these alone. */
function usualFor(ingress: LooseObject, name: string | undefined): IngressController | undefined {
  if (name === undefined) return ingressControllers.find((one) => hasKeysOf(one, ingress))
  const candidates = ingressControllers.filter((one) => one.classes?.includes(name) === true)
  return candidates.find((one) => hasKeysOf(one, ingress)) ?? candidates[0]
}

/** Whether an annotation of the Ingress begins as its own do. */
function hasKeysOf({ keys }: IngressController, ingress: LooseObject): boolean {
  const prefixes = new Set(keys.ingress.map((key) => key.slice(0, key.indexOf('/') + 1)))
  return Object.keys(annotationsOf(ingress)).some((key) => prefixes.has(key.slice(0, key.indexOf('/') + 1)))
}
