import { httpPort } from './during.ts'
import { gatewayWays } from './gateway-ways.ts'
import { ingress, ingressPath } from './gateways.ts'
import { service } from './manifests.ts'

/** What records the pod in the cookie `route`, at gateways where that is another thing than at ingress-nginx. */
export const records = {
  traefik: {
    target: 'ingress/shop',
    objects: (host: string): object[] => {
      const { metadata, ...rest } = service('shop') as { metadata: object }
      const annotations = {
        'traefik.ingress.kubernetes.io/service.sticky.cookie': 'true',
        'traefik.ingress.kubernetes.io/service.sticky.cookie.name': 'route',
      }
      return [
        { ...rest, metadata: { ...metadata, annotations } },
        ingress('shop', host, { className: 'traefik', paths: [ingressPath('/', 'shop')] }),
      ]
    },
    /** Who has the cookie is sent to a pod that ends as long as it is there. */
    isFenced: true,
  },
  'envoy-gateway': {
    target: 'httproute/shop',
    objects: (host: string): object[] => {
      const way = gatewayWays.find(({ name }) => name === 'envoy-gateway')!
      const [route] = way.objects(host) as [{ spec: { rules: [object] } }]
      const sessionPersistence = { sessionName: 'route', type: 'Cookie' }
      route.spec.rules = [{ ...route.spec.rules[0], sessionPersistence }]
      return [service('shop', httpPort), route]
    },
    isFenced: false,
  },
} as const
