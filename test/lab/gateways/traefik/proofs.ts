import { loadBalancerAddress } from '../../nodes/addresses.ts'
import { ingress, service } from '../support/manifests.ts'
import { spreads, sticksByCookie, type Proof, type Target } from '../support/proof.ts'

const [address] = loadBalancerAddress(103)
const host = (name: string): string => `${name}.traefik.lab`
const target = (name: string): Target => ({ address, host: host(name) })
const sticky = (name: string): object => ({ sticky: { cookie: { name, maxAge: 3600 } } })

const route = (name: string, backend: object): object => ({
  apiVersion: 'traefik.io/v1alpha1',
  kind: 'IngressRoute',
  metadata: { name },
  spec: {
    entryPoints: ['web'],
    routes: [{ match: `Host(\`${host(name)}\`)`, kind: 'Rule', services: [backend] }],
  },
})

/** What shows the affinity of Traefik. */
export const proofs: readonly Proof[] = [
  {
    name: 'no affinity',
    objects: () => [service('plain'), ingress('plain', { ingressClass: 'traefik', host: host('plain') })],
    show: () => spreads(target('plain')),
  },
  {
    name: 'annotations of a Service',
    objects: () => [
      service('annotated', 'echo', {
        annotations: {
          'traefik.ingress.kubernetes.io/service.sticky.cookie': 'true',
          'traefik.ingress.kubernetes.io/service.sticky.cookie.name': 'pod',
        },
      }),
      ingress('annotated', { ingressClass: 'traefik', host: host('annotated') }),
    ],
    show: () => sticksByCookie(target('annotated')),
  },
  {
    name: 'annotations of ingress-nginx',
    objects: () => [
      service('migrated'),
      ingress('migrated', {
        ingressClass: 'nginx-traefik',
        host: host('migrated'),
        annotations: {
          'nginx.ingress.kubernetes.io/affinity': 'cookie',
          'nginx.ingress.kubernetes.io/session-cookie-name': 'route',
        },
      }),
    ],
    show: () => sticksByCookie(target('migrated')),
  },
  {
    name: 'IngressRoute',
    objects: () => [service('routed'), route('routed', { name: 'routed', port: 80, ...sticky('pod') })],
    show: () => sticksByCookie(target('routed')),
  },
  {
    name: 'TraefikService: a cookie for the side, and one for the pod',
    objects: () => [
      service('blue'),
      service('green', 'other'),
      {
        apiVersion: 'traefik.io/v1alpha1',
        kind: 'TraefikService',
        metadata: { name: 'weighted' },
        spec: {
          weighted: {
            ...sticky('side'),
            services: ['blue', 'green'].map((name) => ({ name, port: 80, weight: 1, ...sticky('pod') })),
          },
        },
      },
      route('weighted', { name: 'weighted', kind: 'TraefikService' }),
    ],
    show: () => sticksByCookie(target('weighted')),
  },
]
