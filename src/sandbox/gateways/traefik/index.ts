import { survive } from '../../controllers/survive.ts'
import { at, defineType, type Resource, types } from '../../objects/resource.ts'
import type { ObjectStore } from '../../objects/store.ts'
import { Chooser } from '../kit/choice/balance.ts'
import { isKnownUser } from '../kit/basic-auth.ts'
import { following } from '../kit/objects/follow.ts'
import type { Gateway } from '../kit/gateway.ts'
import { type CertificateUse, certificateOrOwn, standIn } from '../kit/certificates.ts'
import { isBelow } from '../kit/hosts.ts'
import { certificatesOf, type IngressPath, ingressesOf, pathsOf, publish } from '../kit/objects/ingresses.ts'
import { listAt, numberAt, textAt } from '../kit/objects/loose.ts'
import { balanced, ingressClass, namespaceObject, workload } from '../kit/objects/installed.ts'
import type { OwnAnswer, AskedRequest, Router } from '../kit/proxy.ts'
import { serviceTypes } from '../kit/objects/services.ts'
import { choose, type Servers, stickyIn, stickyOf, type BalanceTarget } from './balance.ts'
import { hostMatcher, ruleOf } from './rule.ts'

const controller = 'traefik.io/ingress-controller'
const nginxController = 'traefik.io/ingress-nginx'
const image = 'docker.io/library/traefik:v3.6.12'
const name = 'traefik'
const namespace = 'traefik'
const labels = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/instance': 'traefik-traefik' }
const ports = [
  { name: 'web', containerPort: 8000 },
  { name: 'websecure', containerPort: 8443, port: 443 },
]
const args = [
  '--entryPoints.web.address=:8000/tcp',
  '--entryPoints.websecure.address=:8443/tcp',
  '--entryPoints.websecure.http.tls=true',
  '--providers.kubernetescrd',
  '--providers.kubernetesingress',
  '--providers.kubernetesingress.ingressendpoint.publishedservice=traefik/traefik',
  '--providers.kubernetesingressnginx',
  `--providers.kubernetesingressnginx.controllerclass=${nginxController}`,
  '--providers.kubernetesingressnginx.ingressclass=nginx-traefik',
]

const group = 'traefik.io/v1alpha1'
const routes = defineType(group, 'ingressroutes', 'IngressRoute')
const traefikServices = defineType(group, 'traefikservices', 'TraefikService')
const middlewares = defineType(group, 'middlewares', 'Middleware')

/** Traefik: its own kinds, Ingresses of class `traefik`, and ingress-nginx's annotations on class `nginx-traefik`. */
export const traefik: Gateway = {
  types: [routes, traefikServices, middlewares],
  image,
  isBilingual: true,
  objects: (address) => [
    namespaceObject(namespace),
    ingressClass('traefik', controller),
    ingressClass('nginx-traefik', nginxController),
    workload({ name, namespace, labels, image, args, ports }),
    balanced({ name, namespace, labels, ports }, labels, address),
  ],
  run: (store, { address }) => publish(store, [controller, nginxController], address),
  router,
  certificate: (store) => {
    const uses = following(store, [types.ingresses, types.ingressclasses, routes], () => usesOf(store))
    const own = standIn('TRAEFIK DEFAULT CERT')
    return (asked = '') => certificateOrOwn(store, uses(), asked, own)
  },
}

const usesOf = (store: ObjectStore): CertificateUse[] => [
  ...[controller, nginxController].flatMap((one) => ingressesOf(store, one)).flatMap(certificatesOf),
  ...store.list(routes).map((route) => ({
    host: undefined,
    namespace: route.metadata.namespace ?? '',
    secret: textAt(route, 'spec', 'tls', 'secretName') ?? '',
  })),
]

const notFound: OwnAnswer = { status: 404, body: '404 page not found\n' }
const nobody: OwnAnswer = { status: 503, body: 'no available server\n' }
const unknown: OwnAnswer = {
  status: 401,
  body: '401 Unauthorized\n',
  headers: [['WWW-Authenticate', 'Basic realm="traefik"']],
}

/** What Traefik calls a router: the longest rule is tried first. */
interface LengthyRule {
  length: number
  matches: (asked: AskedRequest) => boolean
  target: BalanceTarget
  /** What its middlewares are called by annotations. */
  middlewares?: readonly string[]
}

function router(store: ObjectStore): Router {
  const followed = [types.ingresses, types.ingressclasses, routes, traefikServices, ...serviceTypes]
  const ways = following(store, followed, () => waysOf(store))
  const balancer = new Chooser()
  return (asked) => {
    const way = ways().find(({ matches }) => matches(asked))
    if (way === undefined) return notFound
    if (way.middlewares?.some((one) => isRefused(store, one, asked)) === true) return unknown
    return {
      tries: 1,
      nobody,
      choose: () => choose({ store, balancer }, way.target, asked),
    }
  }
}

/** `basicAuth`; no other middleware is there. */
function isRefused(store: ObjectStore, reference: string, asked: AskedRequest): boolean {
  const found = store.list(middlewares).find((one) => middlewareName(one.metadata) === reference)
  const secret = textAt(found, 'spec', 'basicAuth', 'secret')
  return secret !== undefined && !isKnownUser(store, found?.metadata.namespace ?? '', secret, asked)
}

const middlewareName = ({
  namespace: of = '',
  name: own = '',
}: {
  namespace?: string
  name?: string
}): string => `${of}-${own}@kubernetescrd`

function waysOf(store: ObjectStore): LengthyRule[] {
  const found: LengthyRule[] = []
  const from = (object: Resource, make: () => LengthyRule[]): void =>
    survive(store, object, () => {
      const isServed = doorOf(object)
      found.push(
        ...make().map((way) => ({
          ...way,
          matches: (asked: AskedRequest) => isServed(asked) && way.matches(asked),
        })),
      )
    })
  for (const object of ingressesOf(store, controller))
    from(object, () =>
      pathsOf(object).map((path) => ({
        ...ruleOfPath(path),
        target: byService(path, store),
        middlewares: annotated(object, 'middlewares'),
      })),
    )
  for (const object of ingressesOf(store, nginxController))
    from(object, () => pathsOf(object).map((path) => nginxWay(path)))
  for (const object of store.list(routes))
    from(object, () =>
      listAt(object, 'spec', 'routes').flatMap((route) => {
        const rule = textAt(route, 'match') ?? ''
        const target = targetOf(listAt(route, 'services'), object.metadata.namespace ?? '', store)
        const length = numberAt(route, 'priority') ?? rule.length
        const own = listAt(route, 'middlewares').map((one) =>
          middlewareName({
            namespace: textAt(one, 'namespace') ?? object.metadata.namespace ?? '',
            name: textAt(one, 'name') ?? '',
          }),
        )
        return target === undefined ? [] : [{ length, matches: ruleOf(rule), target, middlewares: own }]
      }),
    )
  return found.toSorted((a, b) => b.length - a.length)
}

/** A list that an annotation says of the routers of an Ingress. */
const annotated = ({ metadata }: Resource, key: string): string[] =>
  metadata.annotations?.[`traefik.ingress.kubernetes.io/router.${key}`]?.split(/,\s*/) ?? []

/** Which entry points take an object's routes: all, unless it names some; what has TLS is for TLS alone. */
function doorOf(object: Resource): (asked: AskedRequest) => boolean {
  const doors = [...listAt(object, 'spec', 'entryPoints').map(String), ...annotated(object, 'entrypoints')]
  const isTls = at(object, 'spec', 'tls') !== undefined
  return ({ isSecure }) =>
    (isSecure || !isTls) && (doors.length === 0 || doors.includes(isSecure ? 'websecure' : 'web'))
}

function ruleOfPath({ host, path, pathType }: IngressPath): Pick<LengthyRule, 'length' | 'matches'> {
  const isHost = hostMatcher(host)
  const isPath = (asked: string): boolean => (pathType === 'Exact' ? asked === path : isBelow(asked, path))
  return { length: host.length + path.length, matches: (asked) => isHost(asked) && isPath(asked.path) }
}

/** What the annotations of a Service say (pkg/provider/kubernetes/ingress/annotations.go). */
function byService({ namespace: of, service, port }: IngressPath, store: ObjectStore): Servers {
  const all = Object.entries(store.find(types.services, of, service)?.metadata.annotations ?? {})
  const own = new Map(all.map(([key, value]) => [key.toLowerCase(), value]))
  const get = (key: string): string | undefined => own.get(`traefik.ingress.kubernetes.io/service.${key}`)
  const target = { name: `${of}-${service}-${port}`, namespace: of, service, port, strategy: 'wrr' }
  const cookie = (key: string): string | undefined => get(`sticky.cookie.${key}`)
  const isSticky = get('sticky.cookie') === 'true' || cookie('name') !== undefined
  return {
    ...target,
    isNative: get('nativelb') === 'true',
    ...(isSticky ? { sticky: stickyOf(cookie, target.name) } : {}),
  }
}

/**
 * What it makes of the annotations of ingress-nginx, as of 3.6: the pod is always what the cookie holds, and its path `/`;
 * rewrite-target is not read, and a path is a pattern by use-regex of its own Ingress only.
 */
function nginxWay(path: IngressPath): LengthyRule {
  const { ingress, namespace: of, service, port } = path
  const get = (key: string): string | undefined =>
    ingress.metadata.annotations?.[`nginx.ingress.kubernetes.io/${key}`]
  const target = { name: `${of}-${service}-${port}`, namespace: of, service, port, strategy: 'wrr' }
  const isRegex = get('use-regex') === 'true' && path.pathType !== 'Exact'
  const pattern = isRegex ? new RegExp(`^${path.path}`) : undefined
  const isHost = hostMatcher(path.host)
  const keys: Readonly<Record<string, string>> = { maxage: 'max-age' }
  const cookie = (key: string): string | undefined => {
    if (key === 'httponly') return 'true'
    return get(`session-cookie-${keys[key] ?? key}`) ?? (key === 'name' ? 'INGRESSCOOKIE' : undefined)
  }
  return {
    length: path.host.length + path.path.length,
    matches: (asked) =>
      isHost(asked) && (pattern?.test(asked.path) ?? ruleOfPath({ ...path, host: '' }).matches(asked)),
    target: {
      ...target,
      isNative: get('service-upstream') === 'true',
      ...((get('affinity') ?? '') === '' ? {} : { sticky: stickyOf(cookie, target.name) }),
    },
  }
}

/** The services of a route, or of a weighted TraefikService; several take turns. */
function targetOf(services: readonly unknown[], of: string, store: ObjectStore): BalanceTarget | undefined {
  const children = services.flatMap((one) => {
    const target = childOf(one, of, store)
    return target === undefined ? [] : [{ target, weight: numberAt(one, 'weight') ?? 1 }]
  })
  const [first] = children
  if (children.length <= 1) return first?.target
  return { name: children.map(({ target }) => target.name).join(), children }
}

function childOf(one: unknown, of: string, store: ObjectStore): BalanceTarget | undefined {
  const service = textAt(one, 'name') ?? ''
  const where = textAt(one, 'namespace') ?? of
  if (textAt(one, 'kind') === 'TraefikService') {
    const object = store.find(traefikServices, where, service)
    const target = targetOf(listAt(object, 'spec', 'weighted', 'services'), where, store)
    const path = ['spec', 'weighted', 'sticky', 'cookie']
    const isSticky = at(object, ...path) !== undefined
    if (target === undefined || !isSticky) return target
    const children = 'children' in target ? target.children : [{ target, weight: 1 }]
    return { name: `${where}-${service}`, children, sticky: stickyIn(object, path, `${where}-${service}`) }
  }
  const port = textAt(one, 'port')
  const target = { name: `${where}-${service}-${port ?? ''}`, namespace: where, service, port }
  return {
    ...target,
    isNative: textAt(one, 'nativeLB') === 'true',
    strategy: textAt(one, 'strategy') ?? 'wrr',
    ...(at(one, 'sticky', 'cookie') === undefined
      ? {}
      : { sticky: stickyIn(one, ['sticky', 'cookie'], target.name) }),
  }
}
