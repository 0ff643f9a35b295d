import { ingress, ingressPath } from './gateways.ts'
import type { gateway } from './site.ts'

/** Something in front of the Service `shop` that one of the gateways serves. */
export interface GatewayWay {
  name: Parameters<typeof gateway>[0]
  /** What a user names. */
  target: string
  objects: (host: string) => object[]
}

/** One for each gateway; everything is called `shop`. */
export const gatewayWays: readonly GatewayWay[] = [
  {
    name: 'ingress-nginx',
    target: 'ingress/shop',
    objects: (host) => [ingress('shop', host, { className: 'nginx', paths: [ingressPath('/', 'shop')] })],
  },
  {
    name: 'traefik',
    target: 'ingress/shop',
    objects: (host) => [ingress('shop', host, { className: 'traefik', paths: [ingressPath('/', 'shop')] })],
  },
  {
    name: 'istio',
    target: 'virtualservice/shop',
    objects: (host) => [
      {
        apiVersion: 'networking.istio.io/v1',
        kind: 'Gateway',
        metadata: { name: 'shop' },
        spec: {
          selector: { istio: 'ingressgateway' },
          servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: [host] }],
        },
      },
      {
        apiVersion: 'networking.istio.io/v1',
        kind: 'VirtualService',
        metadata: { name: 'shop' },
        spec: {
          hosts: [host],
          gateways: ['shop'],
          http: [{ route: [{ destination: { host: 'shop', port: { number: 80 } } }] }],
        },
      },
    ],
  },
  {
    name: 'envoy-gateway',
    target: 'httproute/shop',
    objects: (host) => [
      {
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'HTTPRoute',
        metadata: { name: 'shop' },
        spec: {
          parentRefs: [{ name: 'eg', namespace: 'envoy-gateway-system' }],
          hostnames: [host],
          rules: [{ backendRefs: [{ name: 'shop', port: 80 }] }],
        },
      },
    ],
  },
]
