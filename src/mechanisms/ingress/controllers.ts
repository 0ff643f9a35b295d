import type { Policy } from '../../model/policy.ts'
import type { LooseObject } from '../../model/object.ts'
import type { Store } from '../../model/store.ts'
import { alb } from '../aws/alb.ts'
import { agic } from '../azure/controller.ts'
import { gke } from '../gke/controller.ts'
import { haproxytech } from '../haproxy/haproxytech.ts'
import { jcmoraisjr } from '../haproxy/jcmoraisjr.ts'
import { annotationsOf, type IngressController, isServedBy } from '../kit/controller.ts'
import { kong } from '../kong/controller.ts'
import { nginxInc } from '../nginx-inc/controller.ts'
import { ingressClass, ingressClasses } from './classes.ts'

const none: Policy = { kind: 'none' }

const nginxPrefix = 'nginx.ingress.kubernetes.io/'

const ingressNginx: IngressController = {
  name: 'ingress-nginx',
  controllers: ['k8s.io/ingress-nginx'],
  serve: ({ ingress }) => ({
    policy: nginxPolicy(annotationsOf(ingress)),
    // service-upstream: one upstream, the cluster IP (docs/user-guide/nginx-configuration/annotations.md).
    arrival: annotationsOf(ingress)[`${nginxPrefix}service-upstream`] === 'true' ? 'cluster-ip' : 'pods',
  }),
  keys: {
    ingress: [
      'affinity',
      'affinity-canary-behavior',
      'affinity-mode',
      'session-cookie-change-on-failure',
      'session-cookie-conditional-samesite-none',
      'session-cookie-domain',
      'session-cookie-expires',
      'session-cookie-hash',
      'session-cookie-max-age',
      'session-cookie-name',
      'session-cookie-path',
      'session-cookie-samesite',
      'session-cookie-secure',
      'upstream-hash-by',
      'upstream-hash-by-subset',
      'upstream-hash-by-subset-size',
    ].map((name) => `${nginxPrefix}${name}`),
    service: [],
  },
  instead: `${nginxPrefix}affinity: cookie`,
}

const traefikPrefix = 'traefik.ingress.kubernetes.io/service.'

const traefik: IngressController = {
  name: 'Traefik',
  controllers: ['traefik.io/ingress-controller'],
  serve: ({ service }) => {
    const annotations = annotationsOf(service)
    return {
      policy:
        annotations[`${traefikPrefix}sticky.cookie`] === 'true'
          ? cookie(annotations[`${traefikPrefix}sticky.cookie.name`])
          : none,
      arrival: annotations[`${traefikPrefix}nativelb`] === 'true' ? 'cluster-ip' : 'pods',
    }
  },
  keys: {
    ingress: [],
    service: ['sticky.cookie', 'sticky.cookie.name'].map((name) => `${traefikPrefix}${name}`),
  },
  instead: `${traefikPrefix}sticky.cookie: "true" on the Service`,
}

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
  serve: () => ({ policy: { kind: 'unknown' }, arrival: 'pods' }),
  instead: 'consistentHash in a DestinationRule',
}

/** Every Ingress controller that is known. */
export const ingressControllers: readonly IngressController[] = [
  ingressNginx,
  nginxInc,
  traefik,
  haproxytech,
  jcmoraisjr,
  alb,
  kong,
  gke,
  agic,
  contour,
  istio,
  cilium,
]

/** Who serves an Ingress; undefined where its class or the class's controller is not known. */
export function controllerOf(ingress: LooseObject, store: Store): IngressController | undefined {
  const classes = store.fact(ingressClasses)
  const name = ingressClass(ingress) ?? ''
  const value = classes.known ? classes.value[name] : undefined
  if (value !== undefined && value !== '') return ingressControllers.find((one) => isServedBy(one, value))
  // Chosen by the annotation, a class needs no object. Of controllers that share a name, the one whose annotations are there.
  if (annotationsOf(ingress)['kubernetes.io/ingress.class'] !== name) return undefined
  const candidates = ingressControllers.filter((one) => one.classes?.includes(name) === true)
  return candidates.length > 1 ? candidates.find((one) => hasKeysOf(one, ingress)) : candidates[0]
}

function hasKeysOf({ keys }: IngressController, ingress: LooseObject): boolean {
  return keys.ingress.some((key) => key in annotationsOf(ingress))
}

function nginxPolicy(ingress: Readonly<Record<string, string>>): Policy {
  // The default name is of the controller's own documentation.
  if (ingress[`${nginxPrefix}affinity`] === 'cookie')
    return cookie(ingress[`${nginxPrefix}session-cookie-name`] ?? 'INGRESSCOOKIE')
  const hashed = ingress[`${nginxPrefix}upstream-hash-by`]
  return hashed === undefined ? none : { kind: 'hash', of: hashed }
}

function cookie(name: string | undefined): Policy {
  return name === undefined ? { kind: 'cookie' } : { kind: 'cookie', name }
}
