import { loadBalancerAddress } from '../../addresses.ts'
import { service } from '../support/manifests.ts'
import {
  spreads,
  sticksByHeader,
  sticksByCookie,
  sticksByAddress,
  type Proof,
  type Target,
} from '../support/proof.ts'

const [address] = loadBalancerAddress(101)
const host = (name: string): string => `${name}.istio.lab`
const target = (name: string): Target => ({ address, host: host(name) })

const routed = (name: string): object[] => [
  service(name),
  {
    apiVersion: 'networking.istio.io/v1',
    kind: 'Gateway',
    metadata: { name },
    spec: {
      selector: { istio: 'ingressgateway' },
      servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: [host(name)] }],
    },
  },
  {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name },
    spec: {
      hosts: [host(name)],
      gateways: [name],
      http: [{ route: [{ destination: { host: name, port: { number: 80 } } }] }],
    },
  },
]

const hashed = (name: string, consistentHash: object): object[] => [
  ...routed(name),
  {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name },
    spec: { host: name, trafficPolicy: { loadBalancer: { consistentHash } } },
  },
]

/** What shows the affinity of Istio. */
export const proofs: readonly Proof[] = [
  { name: 'no affinity', objects: () => routed('plain'), show: () => spreads(target('plain')) },
  {
    name: 'cookie',
    objects: () => hashed('cookie', { httpCookie: { name: 'affinity', ttl: '3600s', path: '/' } }),
    show: () => sticksByCookie(target('cookie')),
  },
  {
    name: 'header',
    objects: () => hashed('header', { httpHeaderName: 'x-user' }),
    show: () => sticksByHeader(target('header'), 'X-User'),
  },
  {
    name: 'source address',
    objects: () => hashed('source', { useSourceIp: true }),
    show: () => sticksByAddress(target('source')),
  },
]
