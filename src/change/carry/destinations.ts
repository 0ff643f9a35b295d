import { grpcRoutes, httpRoutes } from '../../mechanisms/gateway-api/objects.ts'
import { changes } from '../../mechanisms/changes.ts'
import type { Destination } from '../../model/affinity/change.ts'
import type { ObjectType } from '../../model/cluster/object.ts'

/** What a destination is: which of the mechanisms that can change something, and what has to be there for it. */
interface Means {
  label: string
  names: readonly string[]
  /** Only what comes by one of these. */
  types?: readonly ObjectType[]
  wants: string
}

const routes = [httpRoutes, grpcRoutes]

const anIngress = 'an Ingress of its class'
const aRoute = 'an HTTPRoute at a Gateway whose class is of it'
const either = 'an Ingress of its class, or an HTTPRoute at a Gateway whose class is of it'

/** What has to be there. */
const wants: Readonly<Record<Destination, string>> = {
  'ingress-nginx': anIngress,
  traefik: 'an IngressRoute, or an Ingress of its class',
  istio: 'a VirtualService, or an HTTPRoute at a Gateway of class istio',
  'envoy-gateway': 'an HTTPRoute at a Gateway whose class is of Envoy Gateway',
  'gateway-api': 'an HTTPRoute at a Gateway of Envoy Gateway, Istio, Kong, GKE, Azure, kgateway or APISIX',
  contour: 'an HTTPProxy',
  haproxy: anIngress,
  'haproxy-ingress': anIngress,
  'nginx-inc': 'a VirtualServer, or an Ingress of its class',
  kong: either,
  aws: anIngress,
  gke: either,
  azure: either,
  kgateway: aRoute,
  emissary: 'a Mapping',
  apisix: 'an ApisixRoute, an Ingress of its class, or an HTTPRoute at a Gateway whose class is of it',
  skipper: 'a RouteGroup, or an Ingress of its class',
}

/** What a destination means. */
export function mechanismsOf(to: Destination): Means {
  if (to === 'gateway-api') {
    // Who serves the route, does it.
    const able = changes.filter(({ targets }) => targets.includes(httpRoutes))
    return { label: 'the Gateway API', names: able.map(({ name }) => name), types: routes, wants: wants[to] }
  }
  const label = changes.find(({ name }) => name === to)?.label ?? to
  return { label, names: [to], ...(to === 'envoy-gateway' ? { types: routes } : {}), wants: wants[to] }
}
