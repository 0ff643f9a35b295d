import { describe, expect, test } from 'vitest'
import { findAddress } from '../../../../../src/probe/front/ways/address.ts'
import type { LooseObject } from '../../../../../src/model/cluster/object.ts'
import type { Cluster } from '../../../../../src/cluster/index.ts'
import { known } from '../../../../../src/model/cluster/store.ts'
import { ObjectReader } from '../../../../../src/snapshot/cluster/objects.ts'
import { fakeCluster } from '../../../snapshot/fake-cluster.ts'

/** By the preferred versions of the groups that a cluster like this has. */
const readerOf = (cluster: Cluster): ObjectReader => new ObjectReader(cluster, Promise.resolve(known(groups)))

const groups = new Map(
  ['gateway.networking.k8s.io', 'networking.istio.io'].map((group) => [
    group,
    { preferred: 'v1', versions: ['v1'], resources: new Map() },
  ]),
)

const object = (spec: object, status?: object): LooseObject & { status?: unknown } => ({
  apiVersion: 'x/v1',
  kind: 'X',
  metadata: { name: 'shop', namespace: 'shop' },
  spec,
  status,
})

const controller = (name: string, labels: object, ip?: string) => ({
  metadata: { name, namespace: 'ingress' },
  spec: { selector: labels, clusterIP: '10.96.0.9', ports: [{ port: 80 }] },
  status: ip === undefined ? {} : { loadBalancer: { ingress: [{ ip }] } },
})

describe('the address of a gateway', () => {
  test('is what the status of the object says', async () => {
    const { cluster, asked } = fakeCluster({})
    const told = object({}, { loadBalancer: { ingress: [{ hostname: 'lb.example.com' }] } })
    expect(await findAddress(readerOf(cluster), told, undefined)).toEqual({
      address: 'lb.example.com',
      from: 'its status',
    })
    expect(asked).toEqual([])
  })

  test('is of IPv4 where there is one of each family', async () => {
    const { cluster } = fakeCluster({
      '/apis/networking.istio.io/v1/namespaces/shop/gateways/edge': { spec: { selector: { istio: 'edge' } } },
      '/api/v1/services': {
        items: [
          {
            metadata: { name: 'edge', namespace: 'ingress' },
            spec: {
              selector: { istio: 'edge' },
              clusterIP: 'fd00::9',
              clusterIPs: ['fd00::9', '10.96.0.9'],
              ports: [{ port: 80 }],
            },
          },
        ],
      },
    })
    const { address } =
      (await findAddress(readerOf(cluster), object({ gateways: ['edge'] }), undefined)) ?? {}
    expect(address).toBe('10.96.0.9')
    const told = object({}, { loadBalancer: { ingress: [{ ip: '2001:db8::1' }, { ip: '192.0.2.9' }] } })
    expect(await findAddress(readerOf(cluster), told, undefined)).toMatchObject({ address: '192.0.2.9' })
  })

  test('is that of the Gateway which a route names, in its namespace or another', async () => {
    const { cluster } = fakeCluster({
      '/apis/gateway.networking.k8s.io/v1/namespaces/infra/gateways/edge': {
        metadata: { name: 'edge', namespace: 'infra' },
        status: { addresses: [{ value: '192.0.2.7' }] },
      },
      '/apis/gateway.networking.k8s.io/v1/namespaces/shop/gateways/none': 'missing',
    })
    const route = object({ parentRefs: [{ name: 'none' }, { name: 'edge', namespace: 'infra' }] })
    expect(await findAddress(readerOf(cluster), route, undefined)).toEqual({
      address: '192.0.2.7',
      from: 'gateway/edge',
    })
  })

  test('is that of the Service whose pods the Gateway of Istio selects', async () => {
    const { cluster } = fakeCluster({
      '/apis/networking.istio.io/v1/namespaces/istio/gateways/edge': {
        spec: { selector: { istio: 'edge' } },
      },
      '/api/v1/services': { items: [controller('edge', { istio: 'edge', app: 'x' }, '192.0.2.8')] },
    })
    const found = await findAddress(
      readerOf(cluster),
      object({ gateways: ['mesh', 'istio/edge'] }),
      undefined,
    )
    expect(found).toMatchObject({ address: '192.0.2.8', from: 'service/edge in namespace ingress' })
  })

  test('is a guess where only the name of the controller tells, and none where there are two', async () => {
    const labels = { 'app.kubernetes.io/name': 'ingress-nginx' }
    const one = fakeCluster({ '/api/v1/services': { items: [controller('nginx', labels)] } })
    expect(await findAddress(readerOf(one.cluster), object({}), 'ingress-nginx')).toMatchObject({
      address: '10.96.0.9',
      from: 'service/nginx in namespace ingress',
      isGuess: true,
    })
    const two = fakeCluster({
      '/api/v1/services': { items: [controller('nginx', labels), controller('nginx-2', labels)] },
    })
    expect(await findAddress(readerOf(two.cluster), object({}), 'ingress-nginx')).toBeUndefined()
    const closed = fakeCluster({ '/api/v1/services': 'forbidden' })
    expect(await findAddress(readerOf(closed.cluster), object({}), 'ingress-nginx')).toBeUndefined()
  })
})
