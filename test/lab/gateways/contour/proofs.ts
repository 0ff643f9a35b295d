import { loadBalancerAddress } from '../../nodes/addresses.ts'
import { service } from '../support/manifests.ts'
import {
  spreads,
  sticksByAddress,
  sticksByCookie,
  sticksByHeader,
  type Proof,
  type Target,
} from '../support/proof.ts'

const [address] = loadBalancerAddress(105)
const host = (name: string): string => `${name}.contour.lab`
const target = (name: string): Target => ({ address, host: host(name) })

const routed = (name: string, loadBalancerPolicy?: object): object[] => [
  service(name),
  {
    apiVersion: 'projectcontour.io/v1',
    kind: 'HTTPProxy',
    metadata: { name },
    spec: {
      virtualhost: { fqdn: host(name) },
      routes: [
        {
          conditions: [{ prefix: '/' }],
          services: [{ name, port: 80 }],
          ...(loadBalancerPolicy === undefined ? {} : { loadBalancerPolicy }),
        },
      ],
    },
  },
]

const hashed = (policy: object): object => ({ strategy: 'RequestHash', requestHashPolicies: [policy] })

/** What shows the affinity of Contour. */
export const proofs: readonly Proof[] = [
  { name: 'no affinity', objects: () => routed('plain'), show: () => spreads(target('plain')) },
  {
    name: 'cookie',
    objects: () => routed('cookie', { strategy: 'Cookie' }),
    show: () => sticksByCookie(target('cookie')),
  },
  {
    name: 'hash of a header',
    objects: () => routed('header', hashed({ headerHashOptions: { headerName: 'X-User' } })),
    show: () => sticksByHeader(target('header'), 'X-User'),
  },
  {
    name: 'source address',
    objects: () => routed('source', hashed({ hashSourceIP: true })),
    show: () => sticksByAddress(target('source')),
  },
]
