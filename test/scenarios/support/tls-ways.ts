import { ingress, ingressPath } from './gateways.ts'
import { hashedByIstio, userCookie } from './hashes.ts'
import { service } from './manifests.ts'
import type { gateway } from './site.ts'

/** Something over TLS in front of pods that are called `shop`, whose users the gateway keeps by a cookie. */
export interface TlsWay {
  name: Parameters<typeof gateway>[0]
  kind: string
  /** The cookie that keeps users. */
  cookie: string
  /** Where Secrets with certificates have to be; beside the objects unless given. */
  secretsIn?: string
  /** What it shows for a host whose Secret is for another name. */
  shows: 'own' | 'foreign'
  /** What does not depend on the host. */
  shared: () => object[]
  /** The way of one host. */
  objects: (name: string, host: string, secretName: string) => object[]
}

const traefik: TlsWay = {
  name: 'traefik',
  kind: 'ingress',
  cookie: 'route',
  shows: 'own',
  shared: () => {
    const { metadata, ...rest } = service('shop') as { metadata: object }
    const annotations = {
      'traefik.ingress.kubernetes.io/service.sticky.cookie': 'true',
      'traefik.ingress.kubernetes.io/service.sticky.cookie.name': 'route',
      'traefik.ingress.kubernetes.io/service.sticky.cookie.secure': 'true',
    }
    return [{ ...rest, metadata: { ...metadata, annotations } }]
  },
  objects: (name, host, secretName) => {
    const paths = [ingressPath('/', 'shop')]
    const { spec, ...rest } = ingress(name, host, { className: 'traefik', paths }) as { spec: object }
    return [{ ...rest, spec: { ...spec, tls: [{ hosts: [host], secretName }] } }]
  },
}

const istio: TlsWay = {
  name: 'istio',
  kind: 'virtualservice',
  cookie: 'user',
  secretsIn: 'istio-system',
  shows: 'foreign',
  shared: () => [
    service('shop', { ports: [{ name: 'http', port: 80, targetPort: 8080 }] }),
    hashedByIstio('shop', userCookie),
  ],
  objects: (name, host, credentialName) => [
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'Gateway',
      metadata: { name },
      spec: {
        selector: { istio: 'ingressgateway' },
        servers: [
          {
            port: { number: 443, name: 'https', protocol: 'HTTPS' },
            hosts: [host],
            tls: { mode: 'SIMPLE', credentialName },
          },
        ],
      },
    },
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      metadata: { name },
      spec: {
        hosts: [host],
        gateways: [name],
        http: [{ route: [{ destination: { host: 'shop', port: { number: 80 } } }] }],
      },
    },
  ],
}

const contour: TlsWay = {
  name: 'contour',
  kind: 'httpproxy',
  cookie: 'X-Contour-Session-Affinity',
  shows: 'foreign',
  shared: () => [service('shop')],
  objects: (name, host, secretName) => [
    {
      apiVersion: 'projectcontour.io/v1',
      kind: 'HTTPProxy',
      metadata: { name },
      spec: {
        virtualhost: { fqdn: host, tls: { secretName } },
        routes: [
          {
            conditions: [{ prefix: '/' }],
            services: [{ name: 'shop', port: 80 }],
            loadBalancerPolicy: { strategy: 'Cookie' },
          },
        ],
      },
    },
  ],
}

/** One for each gateway that is not tried by scenarios of its own. */
export const tlsWays: readonly TlsWay[] = [traefik, istio, contour]
