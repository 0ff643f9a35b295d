import type { GatewayName } from '../../../../src/sandbox/choices.ts'
import { routerOf, typesWith } from '../../../../src/sandbox/gateways/index.ts'
import type { Installed } from '../../../../src/sandbox/gateways/kit/gateway.ts'
import type { AskedRequest, Choice, Router } from '../../../../src/sandbox/gateways/kit/proxy.ts'
import { types } from '../../../../src/sandbox/objects/resource.ts'
import { ObjectStore } from '../../../../src/sandbox/objects/store.ts'

const namespace = 'shop'

/** A store with a gateway and Services of three pods each: 10.0.0.1:8080 to 10.0.0.3:8080 are those of the first. */
export function clusterWith(gateway: GatewayName, ...services: (string | object)[]): ObjectStore {
  const store = new ObjectStore(typesWith([gateway]))
  for (const [index, service] of services.entries()) {
    const given = typeof service === 'string' ? { metadata: { name: service } } : service
    const { metadata } = given as { metadata: { name: string } }
    put(store, 'services', {
      metadata,
      spec: { clusterIP: `10.1.0.${index}`, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
    })
    put(store, 'endpointslices', {
      metadata: { name: metadata.name, labels: { 'kubernetes.io/service-name': metadata.name } },
      addressType: 'IPv4',
      ports: [{ name: 'http', port: 8080 }],
      endpoints: [1, 2, 3].map((host) => ({
        addresses: [`10.0.${index}.${host}`],
        conditions: { ready: true, serving: true, terminating: false },
      })),
    })
  }
  return store
}

/** Stores an object, in the namespace of all unless it says another. */
export function put(store: ObjectStore, plural: string, object: object): void {
  const type = store.types.find((one) => one.plural === plural)
  if (type === undefined) throw new Error(`no ${plural}`)
  const { metadata, ...rest } = object as { metadata: object }
  store.create(type, { ...rest, metadata: { ...(type.namespaced ? { namespace } : {}), ...metadata } })
}

/** Replaces the endpoints of a Service by those at these hosts of its network. */
export function scale(store: ObjectStore, service: string, hosts: readonly number[]): void {
  const slice = store.get(types.endpointslices, namespace, service)
  store.replace(types.endpointslices, {
    ...slice,
    endpoints: hosts.map((host) => ({
      addresses: [`10.0.0.${host}`],
      conditions: { ready: true, serving: true, terminating: false },
    })),
  })
}

/** What gateways of a name make of requests. */
export function visit(
  store: ObjectStore,
  gateway: GatewayName,
  pod = { namespace: 'gw', name: 'gw-1' },
): Visit {
  const router = routerOf(gateway, store, pod)
  return (request = {}) => choiceOf(router, request)
}

export type Visit = (
  request?: Partial<AskedRequest> & { cookie?: string; failed?: Choice['server'][] },
) => Seen

export interface Seen {
  /** Where it went to, with its port. */
  to: string | undefined
  /** What was asked for there. */
  path: string
  cookies: string[]
  status?: number
}

let connections = 0

function choiceOf(
  router: Router,
  { cookie, failed = [], ...request }: NonNullable<Parameters<Visit>[0]>,
): Seen {
  connections += 1
  const asked: AskedRequest = {
    method: 'GET',
    host: 'shop.test',
    path: '/',
    query: new URLSearchParams(),
    isSecure: false,
    client: '10.9.9.9',
    connection: `10.9.9.9:${connections} 10.8.8.8:80`,
    ...request,
    headers: { ...request.headers, ...(cookie === undefined ? {} : { cookie }) },
  }
  const decision = router(asked)
  if (!('choose' in decision))
    return { to: undefined, path: asked.path, cookies: [], status: decision.status }
  const choice = decision.choose(failed)
  return {
    to: choice && `${choice.server.address}:${choice.server.port}`,
    path: decision.path ?? asked.path,
    cookies: (choice?.headers ?? []).map(([, value]) => value),
  }
}

/** Where twelve requests went to, each once. */
export const spreadOf = (go: () => Seen): number => new Set(Array.from({ length: 12 }, () => go().to)).size

/** The cookie of an answer as a client sends it back. */
export const sentBack = ({ cookies }: Seen): string => cookies.map((text) => text.split(';')[0]).join('; ')

export const ingressObject = (
  name: string,
  annotations: Readonly<Record<string, string>>,
  paths: Readonly<Record<string, string>> = { '/': 'web' },
  className = 'nginx',
): object => ({
  metadata: { name, annotations },
  spec: {
    ingressClassName: className,
    rules: [
      {
        host: 'shop.test',
        http: {
          paths: Object.entries(paths).map(([path, service]) => ({
            path,
            pathType: 'Prefix',
            backend: { service: { name: service, port: { number: 80 } } },
          })),
        },
      },
    ],
  },
})

/** An IngressClass, and whose it is. */
export const classOf = (store: ObjectStore, name: string, controller: string): void =>
  put(store, 'ingressclasses', { metadata: { name }, spec: { controller } } satisfies Installed['object'])
