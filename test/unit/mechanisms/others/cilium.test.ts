/** What is given to the Envoys of Cilium stands in front of the Services whose calls go there. */
import { expect, it } from 'vitest'
import { explainedText } from '../explained.ts'
import { serviceText } from '../manifests.ts'

const config = (spec: object, metadata: object = {}): string =>
  `---\n${JSON.stringify({ apiVersion: 'cilium.io/v2', kind: 'CiliumEnvoyConfig', metadata: { name: 'own', namespace: 'shop', ...metadata }, spec })}\n`
const called = { services: [{ name: 'web', namespace: 'shop' }] }
const listener = { '@type': 'type.googleapis.com/envoy.config.listener.v3.Listener', name: 'own' }
const routes = (route: object) => ({
  '@type': 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration',
  virtual_hosts: [{ name: 'v', domains: ['*'], routes: [{ match: { prefix: '/' }, route }] }],
})
const spread = [listener, routes({ cluster: 'shop/web' })]
const hashed = [
  listener,
  routes({ cluster: 'shop/web', hash_policy: [{ header: { header_name: 'x-user' } }] }),
]

const seen = async (name: string, text: string): Promise<string[]> => {
  const { explanations } = await explainedText(serviceText('web') + `---${serviceText('next')}` + text)
  const found = explanations.find(({ target, service: own }) => own !== undefined && target.name === name)
  return (found?.paths ?? [])
    .filter(({ entry }) => entry.kind === 'mesh')
    .map(({ entry, hops: [hop] }) => `${entry.address}: ${hop?.policy.kind}, ${hop?.arrival}`)
}

it.each([
  [
    'without a hash it spreads',
    'web',
    config({ ...called, resources: spread }),
    ['web (Envoy of Cilium): none, pods'],
  ],
  [
    'a hash is not read',
    'web',
    config({ ...called, resources: hashed }),
    ['web (Envoy of Cilium): unknown, unknown'],
  ],
  [
    'which of several Services it picks from is not read',
    'next',
    config({ ...called, backendServices: [{ name: 'next', namespace: 'shop' }], resources: spread }),
    ['web (Envoy of Cilium): unknown, unknown'],
  ],
  ['another Service', 'next', config({ ...called, resources: spread }), []],
  [
    'what Cilium made of a Gateway',
    'web',
    config({ ...called, resources: spread }, { ownerReferences: [{ kind: 'Gateway', name: 'g' }] }),
    [],
  ],
])('%s', async (_name, name, text, expected) => {
  expect(await seen(name, text)).toEqual(expected)
})
