import { expect, test } from 'vitest'
import { atReplicas, findReplicas } from '../../../../../src/probe/front/ways/replicas.ts'
import { fakeCluster } from '../../../snapshot/fake-cluster.ts'

const gateway = {
  metadata: { name: 'gateway', namespace: 'ingress' },
  spec: { clusterIP: '10.96.0.9', ports: [{ name: 'http', port: 80, targetPort: 8000 }] },
  status: {
    loadBalancer: { ingress: [{ ip: '192.0.2.7' }, { ip: '2001:db8::7' }, { hostname: 'gw.example.com' }] },
  },
}
const endpoint = (name: string, address: string, ready = true) => ({
  addresses: [address],
  conditions: { ready },
  targetRef: { kind: 'Pod', name },
})
const slices = {
  metadata: { name: 'gateway-1' },
  addressType: 'IPv4',
  ports: [{ name: 'http', port: 8000 }],
  endpoints: [
    endpoint('gw-1', '10.0.0.1'),
    endpoint('gw-2', '10.0.0.2'),
    endpoint('gw-3', '10.0.0.3', false),
  ],
}
const second = {
  ...slices,
  metadata: { name: 'gateway-2' },
  addressType: 'IPv6',
  endpoints: [endpoint('gw-1', 'fd00::1'), endpoint('gw-2', 'fd00::2')],
}
const { cluster, asked } = fakeCluster({
  '/api/v1/services': { items: [gateway] },
  '/apis/discovery.k8s.io/v1/namespaces/ingress/endpointslices': { items: [slices, second] },
})
const signal = new AbortController().signal

test.each(['192.0.2.7', '10.96.0.9', 'gw.example.com'])(
  'the pods behind %s, those that are ready',
  async (address) => {
    expect(await findReplicas(cluster, { address, port: 80 }, signal)).toEqual({
      all: 2,
      replicas: [
        { name: 'gw-1', address: '10.0.0.1', port: 8000 },
        { name: 'gw-2', address: '10.0.0.2', port: 8000 },
      ],
    })
    expect(asked.at(-1)).toContain('kubernetes.io/service-name=gateway')
  },
)

test('the addresses of the family that is asked', async () => {
  const found = await findReplicas(cluster, { address: '2001:db8::7', port: 80 }, signal)
  expect(found.replicas.map(({ address }) => address)).toEqual(['fd00::1', 'fd00::2'])
})

test.each([
  ['192.0.2.8', 80],
  ['192.0.2.7', 443],
])('nobody behind %s:%i', async (address, port) => {
  expect((await findReplicas(cluster, { address, port }, signal)).replicas).toEqual([])
})

test('nobody where Services may not be listed', async () => {
  const { cluster: closed } = fakeCluster({ '/api/v1/services': 'forbidden' })
  expect((await findReplicas(closed, { address: '192.0.2.7', port: 80 }, signal)).all).toBe(0)
})

test('the first place is asked at each', () => {
  const place = {
    scheme: 'http' as const,
    hostName: 'a.lab',
    path: '/',
    policy: { kind: 'unknown' as const },
    address: '192.0.2.7',
    port: 80,
  }
  const { places } = atReplicas({ places: [place, { ...place, path: '/b' }] }, [
    { name: 'gw-1', address: '10.0.0.1', port: 8000 },
  ])
  expect(places).toEqual([{ ...place, address: '10.0.0.1', port: 8000, replica: 'gw-1' }])
})
