import { loadBalancerAddress } from '../../nodes/addresses.ts'
import { images } from '../../images/list.ts'
import { kubectl } from '../../kubernetes/kubectl.ts'
import { waitFor } from '../../machine/process.ts'
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

/** A client with a sidecar, which is there when its second container is ready. */
const meshClient = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'mesh-client' },
  spec: {
    selector: { matchLabels: { app: 'mesh-client' } },
    template: {
      metadata: { labels: { app: 'mesh-client', 'sidecar.istio.io/inject': 'true' } },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [{ name: 'client', image: images.agnhost, args: ['pause'] }],
      },
    },
  },
}

/** The pods that answer requests of the client in the mesh, all with this value of the header. */
async function answersInMesh(namespace: string, name: string, user: string): Promise<Set<string>> {
  const request = `curl -s --fail -m 5 -H 'X-User: ${user}' http://${name}/hostname; echo`
  const line = `for i in $(seq 12); do ${request}; done`
  const client = ['exec', '-n', namespace, 'deployment/mesh-client', '-c', 'client', '--']
  const answer = await kubectl([...client, 'sh', '-c', line])
  return new Set(answer.trim().split('\n'))
}

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
  {
    name: 'header, by the sidecar of the client',
    objects: () => [...hashed('mesh', { httpHeaderName: 'x-user' }), meshClient],
    show: async (namespace) => {
      await waitFor('the sidecar to spread users', 60, async () => {
        const users = ['a', 'b', 'c', 'd', 'e', 'f']
        const pods = await Promise.all(users.map((user) => answersInMesh(namespace, 'mesh', user)))
        return pods.every(({ size }) => size === 1) && new Set(pods.flatMap((set) => [...set])).size > 1
      })
    },
  },
]
