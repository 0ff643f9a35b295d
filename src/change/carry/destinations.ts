import { grpcRoutes, httpRoutes } from '../../mechanisms/gateway-api/objects.ts'
import type { Destination } from '../../model/affinity/intent.ts'
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

const all: Readonly<Record<Destination, Means>> = {
  'ingress-nginx': {
    label: 'ingress-nginx',
    names: ['ingress-nginx'],
    wants: 'an Ingress of its class',
  },
  traefik: {
    label: 'Traefik',
    names: ['traefik'],
    wants: 'an IngressRoute, or an Ingress of its class',
  },
  istio: {
    label: 'Istio',
    names: ['istio'],
    wants: 'a VirtualService, or an HTTPRoute at a Gateway of class istio',
  },
  'envoy-gateway': {
    label: 'Envoy Gateway',
    names: ['envoy-gateway'],
    types: routes,
    wants: 'an HTTPRoute at a Gateway whose class is of Envoy Gateway',
  },
  // Who serves the route, does it.
  'gateway-api': {
    label: 'the Gateway API',
    names: ['envoy-gateway', 'istio'],
    types: routes,
    wants: 'an HTTPRoute at a Gateway of Envoy Gateway or Istio',
  },
}

/** What a destination means. */
export function mechanismsOf(to: Destination): Means {
  return all[to]
}
