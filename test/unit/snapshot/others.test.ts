import { expect, it } from 'vitest'
import { targetKinds } from '../../../src/mechanisms/index.ts'
import { Collector } from '../../../src/snapshot/collect.ts'
import { explainOthers } from '../../../src/snapshot/others.ts'
import { fakeCluster } from './fake-cluster.ts'

const object = (kind: string, name: string, spec: object) => ({
  apiVersion: 'traefik.io/v1alpha1',
  kind,
  metadata: { name, namespace: 'shop' },
  spec,
})

const sticky = { cookie: { name: 'route' } }
const balancer = (name: string, more: object) =>
  object('TraefikService', name, { weighted: { services: [{ name: 'web', port: 80, ...more }] } })

it('a Service is asked for to which only the ways beside a target lead', async () => {
  const [beside, own] = [balancer('front', {}), balancer('other', { sticky })]
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { type: 'ClusterIP', clusterIP: '10.96.0.7', ports: [{ port: 80 }] },
  }
  const route = object('IngressRoute', 'front', {
    routes: [
      { match: 'Host(`shop.example`)', kind: 'Rule', services: [{ kind: 'TraefikService', name: 'front' }] },
    ],
  })
  const lists = { ingressroutes: [route], traefikservices: [beside, own] }
  const { cluster } = fakeCluster({
    '/apis': { groups: [{ name: 'traefik.io', versions: [{ version: 'v1alpha1' }] }] },
    '/api/v1/namespaces/shop/services/web': service,
    ...Object.fromEntries(
      Object.entries(lists).flatMap(([resource, items]) =>
        ['', '/namespaces/shop'].map((where) => [`/apis/traefik.io/v1alpha1${where}/${resource}`, { items }]),
      ),
    ),
  })
  const kind = targetKinds.find(({ name }) => name === 'traefikservice')!
  const collector = new Collector(cluster, { signal: new AbortController().signal })
  const [found] = await explainOthers(collector, [{ kind, object: own }])
  // Both say how one Service and port of Traefik's is to be: the way through the other is about this one as well.
  expect(found?.paths).toHaveLength(1)
  const codes = found?.findings.map(({ code }) => code)
  expect(codes).toContain('AFF-TRA-SETTINGS-FIGHT')
  expect(codes).not.toContain('AFF-ROUTE-NO-SERVICE')
})
