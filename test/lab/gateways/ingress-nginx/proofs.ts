import { loadBalancerAddress } from '../../nodes/addresses.ts'
import { ingress, service } from '../support/manifests.ts'
import { spreads, sticksByHeader, sticksByCookie, type Proof, type Target } from '../support/proof.ts'

const [address] = loadBalancerAddress(102)
const host = (name: string): string => `${name}.nginx.lab`
const target = (name: string): Target => ({ address, host: host(name) })

/** Affinity belongs to a Service and its port, whichever Ingress asks for it: each Ingress has a Service of its own. */
const exposed = (
  name: string,
  annotations: Readonly<Record<string, string>>,
  { app = 'echo', hostOf = name } = {},
): object[] => [
  service(name, app),
  ingress(name, {
    ingressClass: 'nginx',
    host: host(hostOf),
    annotations: Object.fromEntries(
      Object.entries(annotations).map(([key, value]) => [`nginx.ingress.kubernetes.io/${key}`, value]),
    ),
  }),
]

const cookie = { affinity: 'cookie', 'session-cookie-name': 'route' }

/** What shows the affinity of ingress-nginx. */
export const proofs: readonly Proof[] = [
  { name: 'no affinity', objects: () => exposed('plain', {}), show: () => spreads(target('plain')) },
  ...['persistent', 'balanced'].map((mode) => ({
    name: `cookie, ${mode}`,
    objects: () => exposed(mode, { ...cookie, 'affinity-mode': mode }),
    show: () => sticksByCookie(target(mode)),
  })),
  {
    name: 'hash of a header',
    objects: () => exposed('hash', { 'upstream-hash-by': '$http_x_user' }),
    show: () => sticksByHeader(target('hash'), 'X-User'),
  },
  {
    name: 'canary: a client stays on its side, and there on its pod',
    objects: () => [
      ...exposed('canary', cookie),
      ...exposed(
        'canary-new',
        { ...cookie, canary: 'true', 'canary-weight': '50' },
        { app: 'other', hostOf: 'canary' },
      ),
    ],
    show: () => sticksByCookie(target('canary')),
  },
]
