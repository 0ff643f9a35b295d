import type { LooseObject } from '../../../../src/model/cluster/object.ts'

interface Place {
  name?: string
  namespace?: string
  /** creationTimestamp */
  made?: string
}

function object(
  kind: string,
  spec: unknown,
  { name = 'web', namespace = 'shop', made }: Place = {},
): LooseObject {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind,
    metadata: { name, namespace, ...(made === undefined ? {} : { creationTimestamp: made }) },
    spec,
  }
}

/** A DestinationRule for `web`. */
export const rule = (spec: object, place?: Place): LooseObject =>
  object('DestinationRule', { host: 'web', ...spec }, place)

/** A VirtualService of the gateway `edge` for `shop.example`. */
export const route = (spec: object, place?: Place): LooseObject =>
  object('VirtualService', { hosts: ['shop.example'], gateways: ['edge'], ...spec }, place)

/** A Gateway `edge` with one server for `shop.example`. */
export const gateway = (server: object = {}, place?: Place): LooseObject =>
  object(
    'Gateway',
    {
      selector: { istio: 'ingressgateway' },
      servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['shop.example'], ...server }],
    },
    { name: 'edge', ...place },
  )

/** A policy that hashes. */
export const hashing = (consistentHash: object): { loadBalancer: { consistentHash: object } } => ({
  loadBalancer: { consistentHash },
})

/** A healthy one. */
export const cookie = hashing({ httpCookie: { name: 'affinity', path: '/', ttl: '0s' } })
export const header = hashing({ httpHeaderName: 'x-user' })

/** Destinations of an http route. */
export const to = (
  ...destinations: { subset?: string; weight?: number; port?: object; host?: string }[]
): object => ({
  http: [
    {
      route: destinations.map(({ weight, ...destination }) => ({
        destination: { host: 'web', ...destination },
        ...(weight === undefined ? {} : { weight }),
      })),
    },
  ],
})
