import type { Policy } from '../../model/policy.ts'
import type { Arrival } from '../../model/leg.ts'

type Annotations = Readonly<Record<string, string>>

/** What is known of an Ingress controller: where it sends requests, and what it sticks on. */
export interface Controller {
  name: string
  arrival: (ingress: Annotations, service: Annotations) => Arrival
  policy: (ingress: Annotations, service: Annotations) => Policy
}

const none: Policy = { kind: 'none' }
const toPods = (): 'pods' => 'pods'

/** By IngressClass.spec.controller. Sources: each controller's documentation of its annotations. */
const controllers: Readonly<Record<string, Controller>> = {
  'k8s.io/ingress-nginx': {
    name: 'ingress-nginx',
    // service-upstream: one upstream, the cluster IP (docs/user-guide/nginx-configuration/annotations.md).
    arrival: (ingress) =>
      ingress['nginx.ingress.kubernetes.io/service-upstream'] === 'true' ? 'cluster-ip' : 'pods',
    policy: (ingress) => nginxPolicy(ingress),
  },
  'nginx.org/ingress-controller': {
    name: 'NGINX Ingress Controller',
    arrival: (ingress) => (ingress['nginx.org/use-cluster-ip'] === 'true' ? 'cluster-ip' : 'pods'),
    policy: (ingress) =>
      ingress['nginx.com/sticky-cookie-services'] === undefined ? none : { kind: 'cookie' },
  },
  'traefik.io/ingress-controller': {
    name: 'Traefik',
    arrival: (_ingress, service) =>
      service['traefik.ingress.kubernetes.io/service.nativelb'] === 'true' ? 'cluster-ip' : 'pods',
    policy: (_ingress, service) =>
      service['traefik.ingress.kubernetes.io/service.sticky.cookie'] === 'true'
        ? cookie(service['traefik.ingress.kubernetes.io/service.sticky.cookie.name'])
        : none,
  },
  'haproxy-ingress.github.io/controller': {
    name: 'HAProxy Ingress',
    arrival: (ingress) =>
      ingress['haproxy-ingress.github.io/service-upstream'] === 'true' ? 'cluster-ip' : 'pods',
    policy: (ingress) =>
      ingress['haproxy-ingress.github.io/affinity'] === 'cookie'
        ? cookie(ingress['haproxy-ingress.github.io/session-cookie-name'])
        : none,
  },
  'haproxy.org/ingress-controller/haproxy': {
    name: 'HAProxy Kubernetes Ingress',
    arrival: toPods,
    policy: (ingress, service) =>
      cookieIf(ingress['haproxy.org/cookie-persistence'] ?? service['haproxy.org/cookie-persistence']),
  },
  'ingress.k8s.aws/alb': {
    name: 'AWS load balancer',
    arrival: (ingress) => (ingress['alb.ingress.kubernetes.io/target-type'] === 'ip' ? 'pods' : 'node-port'),
    policy: (ingress) =>
      /stickiness\.enabled=true/.test(ingress['alb.ingress.kubernetes.io/target-group-attributes'] ?? '')
        ? cookie('AWSALB')
        : none,
  },
  'ingress-controllers.konghq.com/kong': {
    name: 'Kong',
    arrival: (_ingress, service) =>
      service['ingress.kubernetes.io/service-upstream'] === 'true' ? 'cluster-ip' : 'pods',
    policy: (_ingress, service) =>
      service['konghq.com/upstream-policy'] === undefined ? none : { kind: 'unknown' },
  },
  'projectcontour.io/ingress-controller': { name: 'Contour', arrival: toPods, policy: () => none },
  'istio.io/ingress-controller': { name: 'Istio', arrival: toPods, policy: () => ({ kind: 'unknown' }) },
  'cilium.io/ingress-controller': { name: 'Cilium', arrival: toPods, policy: () => none },
}

/** The controller of an IngressClass, or for the empty name of the default class; undefined where the class or its controller is not known. */
export function controllerOf(
  className: string,
  classes: Readonly<Record<string, string>>,
): Controller | undefined {
  return controllers[classes[className] ?? '']
}

function nginxPolicy(ingress: Annotations): Policy {
  const prefix = 'nginx.ingress.kubernetes.io/'
  // The default name is of the controller's own documentation.
  if (ingress[`${prefix}affinity`] === 'cookie')
    return cookie(ingress[`${prefix}session-cookie-name`] ?? 'INGRESSCOOKIE')
  const hashed = ingress[`${prefix}upstream-hash-by`]
  return hashed === undefined ? none : { kind: 'hash', of: hashed }
}

function cookieIf(name: string | undefined): Policy {
  return name === undefined ? none : cookie(name)
}

function cookie(name: string | undefined): Policy {
  return name === undefined ? { kind: 'cookie' } : { kind: 'cookie', name }
}
