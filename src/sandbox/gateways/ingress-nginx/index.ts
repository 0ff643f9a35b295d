import { types } from '../../objects/resource.ts'
import type { ObjectStore } from '../../objects/store.ts'
import { Chooser } from '../kit/choice/balance.ts'
import { isKnownUser } from '../kit/basic-auth.ts'
import { following } from '../kit/objects/follow.ts'
import type { Gateway } from '../kit/gateway.ts'
import { certificateOrOwn, standIn } from '../kit/certificates.ts'
import { matchesHost } from '../kit/hosts.ts'
import { certificatesOf, ingressesOf, publish } from '../kit/objects/ingresses.ts'
import { balanced, ingressClass, namespaceObject, workload } from '../kit/objects/installed.ts'
import type { OwnAnswer, AskedRequest, Router } from '../kit/proxy.ts'
import { serviceTypes } from '../kit/objects/services.ts'
import { choose, goesToCanary } from './balance.ts'
import {
  configure,
  controller,
  type ServerLocation,
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

/** As nginx writes it. */
const page = (status: number, words: string, ...headers: (readonly [string, string])[]): OwnAnswer => ({
  status,
  body: `<html>\r\n<head><title>${status} ${words}</title></head>\r\n<body>\r\n<center><h1>${status} ${words}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`,
  headers: [['Content-Type', 'text/html'], ...headers],
})
const notFound = page(404, 'Not Found')
const nobody = page(503, 'Service Temporarily Unavailable')

/** `auth-type: basic`; `auth-secret` may be in another namespace. */
const isRefused = (
  store: ObjectStore,
  { ingress, namespace: own }: ServerLocation,
  asked: AskedRequest,
): boolean => {
  const [secret = '', of = own] = (setting(ingress, 'auth-secret') ?? '').split('/').toReversed()
  return setting(ingress, 'auth-type') === 'basic' && !isKnownUser(store, of, secret, asked)
}
const unknown = ({ ingress }: ServerLocation): OwnAnswer =>
  page(401, 'Authorization Required', [
    'WWW-Authenticate',
    `Basic realm="${setting(ingress, 'auth-realm') ?? ''}"`,
  ])

/** `ssl-redirect`, which is on unless it is turned off. */
const isRedirected = ({ ingress, host }: ServerLocation): boolean =>
  certificatesOf(ingress).some((use) => matchesHost(use.host, host)) &&
  setting(ingress, 'ssl-redirect') !== 'false'

const toTls = ({ host, path, query }: AskedRequest): OwnAnswer => {
  const search = query.size === 0 ? '' : `?${query.toString()}`
  return { status: 308, body: '', headers: [['Location', `https://${host}${path}${search}`]] }
}

/** `proxy_next_upstream_tries`. */
const tries = 3

function router(store: ObjectStore): Router {
  const configuration = following(store, [types.ingresses, types.ingressclasses, ...serviceTypes], () =>
    configure(store),
  )
  const balancer = new Chooser()
  return (asked) => {
    const { locations, canaries, upstreams } = configuration()
    const location = locationFor(locations, asked)
    const own = location && upstreams.get(upstreamName(location))
    if (location === undefined || own === undefined) return notFound
    if (!asked.isSecure && isRedirected(location)) return toTls(asked)
    if (isRefused(store, location, asked)) return unknown(location)
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
