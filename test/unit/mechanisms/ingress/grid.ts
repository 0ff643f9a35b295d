import type { GridRows } from '../../analysis/rows.ts'
import type { LooseObject } from '../../../../src/model/cluster/object.ts'
import type { Snapshot } from '../../../../src/model/cluster/snapshot.ts'
import { service } from '../../analysis/build.ts'
import { gatewayOf, ingressOf, objectOf, scene } from '../objects.ts'

const cookie = { 'nginx.ingress.kubernetes.io/affinity': 'cookie' }
const ownCookie = { 'nginx.org/sticky-cookie-services': 'serviceName=web srv_id' }
const pathCookie = (path: string) => ({
  'nginx.org/sticky-cookie-services': `serviceName=web srv_id path=${path}`,
})
const communityCookie = { 'haproxy-ingress.github.io/affinity': 'cookie' }
const communityName = { 'haproxy-ingress.github.io/session-cookie-name': 'ID' }
const clusterIp = { 'nginx.org/use-cluster-ip': 'true' }

const secureCookie = { ...cookie, 'nginx.ingress.kubernetes.io/session-cookie-secure': 'true' }

const withTls = (ingress: LooseObject, hosts: readonly string[] = ['*.example']): LooseObject => ({
  ...ingress,
  spec: { ...(ingress.spec as object), tls: [{ hosts, secretName: 'tls' }] },
})

/** A hash of the address at Contour, and the Service of its proxy. */
const addressHash = (externalTrafficPolicy: 'Local' | 'Cluster') => (): Snapshot => {
  const proxy = service(
    { type: 'LoadBalancer', externalTrafficPolicy },
    { name: 'envoy', namespace: 'contour' },
  )
  const loadBalancerPolicy = { strategy: 'RequestHash', requestHashPolicies: [{ hashSourceIP: true }] }
  const routes = [{ services: [{ name: 'web', port: 80 }], loadBalancerPolicy }]
  const front = objectOf('projectcontour.io/v1', 'HTTPProxy', 'front', {
    virtualhost: { fqdn: 'shop.example' },
    routes,
  })
  return scene({}, front, proxy)
}

/** service/web and another one at paths of one host, with these cookies of F5. */
const twoServices = (one: string, two: string): Snapshot => {
  const value = `serviceName=${one} path=/;serviceName=${two} path=/`
  const front = ingressOf('f5', { 'nginx.org/sticky-cookie-services': value })
  const paths = ['web', 'other'].map((name) => ({
    path: `/${name}`,
    backend: { service: { name, port: { number: 80 } } },
  }))
  return scene(
    {},
    { ...front, spec: { ingressClassName: 'f5', rules: [{ host: 'shop.example', http: { paths } }] } },
  )
}

/** Two Services by weight behind a hash of Skipper; of all requests this part goes to the first one. */
const drawn = (percent: number) => (): Snapshot => {
  const backend = (name: string) => ({
    name,
    type: 'service',
    serviceName: name,
    servicePort: 80,
    algorithm: 'consistentHash',
  })
  const group = objectOf('zalando.org/v1', 'RouteGroup', 'front', {
    backends: [backend('web'), backend('next')],
    defaultBackends: [
      { backendName: 'web', weight: percent },
      { backendName: 'next', weight: 100 - percent },
    ],
  })
  return scene({}, group)
}

/** Policies of kgateway for one Service. */
const policies =
  (...names: readonly string[]) =>
  (): Snapshot =>
    scene(
      {},
      ...gatewayOf('kgateway.dev/kgateway'),
      ...names.map((name) =>
        objectOf('gateway.kgateway.dev/v1alpha1', 'BackendConfigPolicy', name, {
          targetRefs: [{ group: '', kind: 'Service', name: 'web' }],
          loadBalancer: { ringHash: { hashPolicies: [{ header: { name } }] } },
        }),
      ),
    )

/** Of what several Ingress controllers share. */
export const ingressGrid: GridRows = {
  'AFF-L7-FOREIGN-ANNOTATION': {
    fires: () => scene({}, ingressOf('f5', cookie)),
    silent: () => scene({}, ingressOf('nginx', cookie)),
  },
  'AFF-L7-NOT-SWITCHED-ON': {
    fires: () => scene({}, ingressOf('community', communityName)),
    silent: () => scene({}, ingressOf('community', { ...communityName, ...communityCookie })),
  },
  'AFF-L7-MISSPELT-ANNOTATION': {
    fires: () => scene({}, ingressOf('f5', { 'nginx.org/sticky-cookie-service': 'serviceName=web srv_id' })),
    silent: () => scene({}, ingressOf('f5', { ...ownCookie, 'nginx.org/client-max-body-size': '4m' })),
  },
  'AFF-L7-MISPLACED': {
    fires: () => scene(cookie, ingressOf('nginx', {})),
    silent: () => scene({}, ingressOf('nginx', cookie)),
  },
  'AFF-L7-HASH-OF-NODES': { fires: addressHash('Cluster'), silent: addressHash('Local') },
  'AFF-L7-ONE-ADDRESS': {
    fires: () => scene({}, ingressOf('f5', { ...ownCookie, ...clusterIp })),
    silent: () => scene({}, ingressOf('f5', ownCookie)),
  },
  'AFF-L7-ONE-NAME': {
    fires: () => twoServices('web srv_id', 'other srv_id'),
    silent: () => twoServices('web srv_id', 'other srv_other'),
  },
  'AFF-L7-SECURE-COOKIE': {
    fires: () => scene({}, ingressOf('nginx', secureCookie)),
    silent: () => scene({}, withTls(ingressOf('nginx', secureCookie))),
  },
  'AFF-L7-COOKIE-REFUSED': {
    fires: () => scene({}, ingressOf('f5', pathCookie('/ domain=other.example'))),
    silent: () => scene({}, ingressOf('f5', pathCookie('/ domain=.example samesite=lax'))),
  },
  'AFF-L7-DRAWS-SERVICE': { fires: drawn(90), silent: drawn(0) },
  'AFF-L7-POLICIES-FIGHT': { fires: policies('p', 'q'), silent: policies('p') },
  'AFF-L7-COOKIE-PATH': {
    fires: () => scene({}, ingressOf('f5', pathCookie('/shop'))),
    silent: () => scene({}, ingressOf('f5', pathCookie('/'))),
  },
  'AFF-L7-APPLICATION-COOKIE': {
    fires: () =>
      scene(
        {},
        ingressOf('nginx', { ...cookie, 'nginx.ingress.kubernetes.io/session-cookie-name': 'JSESSIONID' }),
      ),
    silent: () => scene({}, ingressOf('nginx', cookie)),
  },
}
