import { at, defineType, type Resource, types } from '../../objects/resource.ts'
import { matches as matchesLabels } from '../../objects/selectors.ts'
import type { ObjectStore } from '../../objects/store.ts'
import { Chooser } from '../kit/choice/balance.ts'
import { chooseByHash, type EnvoyHash } from '../kit/choice/envoy.ts'
import { certificateFor } from '../kit/certificates.ts'
import { following } from '../kit/objects/follow.ts'
import type { Gateway } from '../kit/gateway.ts'
import { matchesHost, weightOfHost } from '../kit/hosts.ts'
import { listAt, numberAt, textAt } from '../kit/objects/loose.ts'
import { balanced, ingressClass, namespaceObject, workload } from '../kit/objects/installed.ts'
import type { OwnAnswer, AskedRequest, Choice, Router } from '../kit/proxy.ts'
import { backendsOf, serviceTypes } from '../kit/objects/services.ts'
import { destinationRules, group, namespace, policiesFor } from './rules.ts'
import { defined } from '../../../model/common/values.ts'

const version = '1.31.0'
const image = `docker.io/istio/proxyv2:${version}`
const name = 'istio-ingressgateway'
const labels = { app: name, istio: 'ingressgateway' }
const ports = [
  { name: 'http2', containerPort: 8080 },
  { name: 'https', containerPort: 8443, port: 443 },
]

const gateways = defineType(group, 'gateways', 'Gateway')
const virtualServices = defineType(group, 'virtualservices', 'VirtualService', { short: ['vs'] })

/** Istio with the gateway `istio-ingressgateway`, and no sidecars. */
export const istio: Gateway = {
  types: [gateways, virtualServices, destinationRules],
  image,
  isBilingual: true,
  objects: (address) => [
    namespaceObject(namespace),
    ingressClass('istio', 'istio.io/ingress-controller'),
    workload({
      name: 'istiod',
      namespace,
      labels: { app: 'istiod' },
      image: `docker.io/istio/pilot:${version}`,
    }),
    workload({ name, namespace, labels, image, args: ['proxy', 'router'], ports }),
    balanced({ name, namespace, labels, ports }, labels, address),
  ],
  router,
  // Secrets are beside the gateway's pods. Without a filter chain for a name the connection is closed.
  certificate: (store, pod) => {
    const uses = following(store, [types.pods, gateways], () =>
      gatewaysOf(store, pod).flatMap((gateway) =>
        listAt(gateway, 'spec', 'servers').flatMap((server) =>
          hostsOf(server).map((host) => ({
            host,
            namespace: pod.namespace,
            secret: textAt(server, 'tls', 'credentialName') ?? '',
          })),
        ),
      ),
    )
    return (asked) => (asked === undefined ? undefined : certificateFor(store, uses(), asked))
  },
}

const notFound: OwnAnswer = { status: 404, body: '' }
const nobody: OwnAnswer = { status: 503, body: 'no healthy upstream' }

/** An HTTP route of a VirtualService, for one of its hosts. */
interface Route {
  host: string
  /** Of a server for HTTPS. */
  isSecure: boolean
  /** Any of these; all requests where there is none. */
  matches: readonly unknown[]
  destinations: readonly Destination[]
  rewrite: string | undefined
}

interface Destination {
  namespace: string
  service: string
  port: string | undefined
  weight: number
  policies: readonly EnvoyHash[]
}

function router(store: ObjectStore, pod: { namespace: string; name: string }): Router {
  const followed = [types.pods, gateways, virtualServices, destinationRules, ...serviceTypes]
  const routes = following(store, followed, () => routesOf(store, pod))
  const balancer = new Chooser()
  return (asked) => {
    const own = routes().filter(
      ({ host, isSecure }) => isSecure === asked.isSecure && matchesHost(host, asked.host),
    )
    const route = own.find(({ host, matches }) => host === own[0]?.host && applies(matches, asked))
    if (route === undefined) return notFound
    const path = rewritten(route, asked)
    return defined({ tries: 3, path, nobody, choose: () => choose(store, balancer, route, asked) })
  }
}

/** For the gateway in a pod; the most exact host first, and routes in their order. */
function routesOf(store: ObjectStore, pod: { namespace: string; name: string }): Route[] {
  const served = gatewaysOf(store, pod)
  const found = store.list(virtualServices).flatMap((object) => {
    const of = object.metadata.namespace ?? ''
    const names = new Set(
      listAt(object, 'spec', 'gateways')
        .map(String)
        .map((word) => (word.includes('/') ? word : `${of}/${word}`)),
    )
    const own = served.filter(({ metadata }) => names.has(`${metadata.namespace ?? ''}/${metadata.name}`))
    return [false, true].flatMap((isSecure) => {
      const hosts = own.flatMap((gateway) => takenHosts(gateway, object, isSecure))
      return [...new Set(hosts)].flatMap((host) =>
        listAt(object, 'spec', 'http').map((http) => ({ ...routeOf(store, http, host, of), isSecure })),
      )
    })
  })
  return found.toSorted((a, b) => weightOfHost(b.host) - weightOfHost(a.host))
}

/** The objects that are for a pod. */
function gatewaysOf(store: ObjectStore, pod: { namespace: string; name: string }): Resource[] {
  const { labels: own } = store.find(types.pods, pod.namespace, pod.name)?.metadata ?? {}
  return store
    .list(gateways)
    .filter((one) => matchesLabels({ ...(at(one, 'spec', 'selector') as object) }, own))
}

const hostsOf = (server: unknown): string[] =>
  listAt(server, 'hosts').map((host) => String(host).replace(/^.*\//, ''))

/** Hosts of a VirtualService that a server of the gateway is for. */
function takenHosts(gateway: Resource, object: Resource, isSecure: boolean): string[] {
  const own = listAt(object, 'spec', 'hosts').map(String)
  const protocols = isSecure ? /^HTTPS$/i : /^(HTTP|HTTP2|GRPC)$/i
  const open = listAt(gateway, 'spec', 'servers')
    .filter((server) => protocols.test(textAt(server, 'port', 'protocol') ?? ''))
    .flatMap(hostsOf)
  return own.flatMap((host) =>
    open.flatMap((pattern) =>
      matchesHost(pattern, host) ? [host] : matchesHost(host, pattern) ? [pattern] : [],
    ),
  )
}

function routeOf(store: ObjectStore, http: unknown, host: string, of: string): Omit<Route, 'isSecure'> {
  return {
    host,
    matches: listAt(http, 'match'),
    rewrite: textAt(http, 'rewrite', 'uri'),
    destinations: listAt(http, 'route').map((one) => {
      const [service = '', where = of] = (textAt(one, 'destination', 'host') ?? '').split('.')
      const port = textAt(one, 'destination', 'port', 'number')
      const subset = textAt(one, 'destination', 'subset')
      return {
        namespace: where,
        service,
        port,
        weight: numberAt(one, 'weight') ?? 1,
        policies: policiesFor(store, `${service}.${where}.svc.cluster.local`, port, subset),
      }
    }),
  }
}

function applies(matches: readonly unknown[], asked: AskedRequest): boolean {
  return matches.length === 0 || matches.some((one) => appliesOne(one, asked))
}

function appliesOne(match: unknown, asked: AskedRequest): boolean {
  const headers = Object.entries({ ...(at(match, 'headers') as object) })
  return (
    isString(at(match, 'uri'), asked.path) &&
    isString(at(match, 'method'), asked.method) &&
    headers.every(([key, wanted]) => isString(wanted, String(asked.headers[key.toLowerCase()] ?? '')))
  )
}

/** StringMatch: `exact`, `prefix` or `regex`. */
function isString(match: unknown, text: string): boolean {
  const [exact, prefix, regex] = ['exact', 'prefix', 'regex'].map((key) => textAt(match, key))
  if (exact !== undefined) return text === exact
  if (prefix !== undefined) return text.startsWith(prefix)
  return regex === undefined || new RegExp(`^(?:${regex})$`).test(text)
}

/** The prefix that was matched becomes another one. */
function rewritten({ rewrite, matches }: Route, { path }: AskedRequest): string | undefined {
  if (rewrite === undefined) return undefined
  const prefix = matches.map((one) => textAt(one, 'uri', 'prefix')).find((one) => one && path.startsWith(one))
  return prefix === undefined ? rewrite : rewrite + path.slice(prefix.length)
}

/** One of several destinations is drawn for every request, whatever the hash. */
function choose(
  store: ObjectStore,
  balancer: Chooser,
  { destinations }: Route,
  asked: AskedRequest,
): Choice | undefined {
  let lot = Math.random() * destinations.reduce((sum, { weight }) => sum + weight, 0)
  const destination = destinations.find(({ weight }) => (lot -= weight) < 0) ?? destinations[0]
  if (destination === undefined) return undefined
  const { namespace: of, service, port, policies } = destination
  const servers = backendsOf(store, of, service, port)?.ready ?? []
  return chooseByHash(balancer, `${of}/${service}:${port ?? ''}`, servers, policies, asked)
}
