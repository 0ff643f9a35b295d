import { types } from '../../objects/resource-types.ts'
import type { Store } from '../../objects/store.ts'
import { Balancer } from '../kit/balance.ts'
import { following } from '../kit/follow.ts'
import type { Gateway } from '../kit/gateway.ts'
import { certificateOrOwn, standIn } from '../kit/certificates.ts'
import { matchesHost } from '../kit/hosts.ts'
import { certificatesOf, ingressesOf, publish } from '../kit/ingresses.ts'
import { balanced, ingressClass, namespaceObject, workload } from '../kit/objects.ts'
import type { OwnAnswer, AskedRequest, Router } from '../kit/proxy.ts'
import { serviceTypes } from '../kit/services.ts'
import { choose, goesToCanary } from './balance.ts'
import {
  configure,
  controller,
  type Location,
  locationFor,
  rewritten,
  upstreamName,
} from './configuration.ts'
import { setting } from './settings.ts'

const image = 'registry.k8s.io/ingress-nginx/controller:v1.11.0'
const namespace = 'ingress-nginx'
const labels = {
  'app.kubernetes.io/name': 'ingress-nginx',
  'app.kubernetes.io/instance': 'ingress-nginx',
  'app.kubernetes.io/component': 'controller',
}
const ports = [
  { name: 'http', containerPort: 80 },
  { name: 'https', containerPort: 443, port: 443 },
]

/** The controller of kubernetes/ingress-nginx, IngressClass `nginx`. */
export const ingressNginx: Gateway = {
  types: [],
  image,
  objects: (address) => {
    const name = 'ingress-nginx-controller'
    const args = ['/nginx-ingress-controller', `--controller-class=${controller}`, '--ingress-class=nginx']
    return [
      namespaceObject(namespace),
      ingressClass('nginx', controller),
      workload({ name, namespace, labels, image, args, ports }),
      balanced({ name, namespace, labels, ports }, labels, address),
    ]
  },
  run: (store, { address }) => publish(store, [controller], address),
  router,
  certificate: (store) => {
    const followed = [types.ingresses, types.ingressclasses]
    const uses = following(store, followed, () => ingressesOf(store, controller).flatMap(certificatesOf))
    const fake = standIn('Kubernetes Ingress Controller Fake Certificate')
    // One for other names is not taken (internal/ingress/controller/controller.go, createServers).
    return (asked = '') => certificateOrOwn(store, uses(), asked, fake)
  },
}

const notFound: OwnAnswer = {
  status: 404,
  body: '<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n<center><h1>404 Not Found</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n',
  headers: [['Content-Type', 'text/html']],
}
const nobody: OwnAnswer = {
  status: 503,
  body: '<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n<body>\r\n<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n',
  headers: [['Content-Type', 'text/html']],
}

/** `ssl-redirect`, which is on unless it is turned off. */
const isRedirected = ({ ingress, host }: Location): boolean =>
  certificatesOf(ingress).some((use) => matchesHost(use.host, host)) &&
  setting(ingress, 'ssl-redirect') !== 'false'

const toTls = ({ host, path, query }: AskedRequest): OwnAnswer => {
  const search = query.size === 0 ? '' : `?${query.toString()}`
  return { status: 308, body: '', headers: [['Location', `https://${host}${path}${search}`]] }
}

/** `proxy_next_upstream_tries`. */
const tries = 3

function router(store: Store): Router {
  const configuration = following(store, [types.ingresses, types.ingressclasses, ...serviceTypes], () =>
    configure(store),
  )
  const balancer = new Balancer()
  return (asked) => {
    const { locations, canaries, upstreams } = configuration()
    const location = locationFor(locations, asked)
    const own = location && upstreams.get(upstreamName(location))
    if (location === undefined || own === undefined) return notFound
    if (!asked.isSecure && isRedirected(location)) return toTls(asked)
    const canary = canaries.find(({ host, path }) => host === location.host && path === location.path)
    const other = canary && upstreams.get(upstreamName(canary))
    const upstream = other !== undefined && goesToCanary(other, own, asked) ? other : own
    return {
      tries,
      ...rewritten(location, asked),
      nobody,
      choose: (failed) => choose({ store, balancer, location, upstream }, asked, failed),
    }
  }
}
