import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Service } from '../../../../../src/model/cluster/kubernetes.ts'
import { shadowName, shadowService } from '../../../../../src/probe/shadow/service/service.ts'

const original = (spec: Service['spec'], metadata: Partial<Service['metadata']> = {}): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'shop', uid: 'u', resourceVersion: '7', ...metadata },
  spec,
})

const shadowOf = (service: Service, change = {}) =>
  shadowService(service, { metadata: { name: 'web-affinity-1', labels: { run: '1' } }, change })

test('names are DNS labels that begin with the name of the Service', () => {
  const label = fc.stringMatching(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/)
  fc.assert(
    fc.property(label, (name) => {
      const shadow = shadowName(name, '0123abcd')
      expect(shadow).toMatch(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/)
      expect(name.startsWith(shadow.replace(/-affinity-0123abcd$/, ''))).toBe(true)
    }),
  )
})

test('what decides how connections are treated is copied, and nothing that is the original’s own', () => {
  const { service, notes } = shadowOf(
    original(
      {
        type: 'NodePort',
        clusterIP: '10.96.0.9',
        clusterIPs: ['10.96.0.9'],
        ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 'web', nodePort: 30_080 }],
        selector: { app: 'web' },
        sessionAffinity: 'ClientIP',
        sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } },
        externalTrafficPolicy: 'Local',
        internalTrafficPolicy: 'Cluster',
        trafficDistribution: 'PreferClose',
        ipFamilies: ['IPv4', 'IPv6'],
        ipFamilyPolicy: 'PreferDualStack',
      },
      {
        labels: { app: 'web', 'service.kubernetes.io/service-proxy-name': 'other' },
        annotations: {
          'external-dns.alpha.kubernetes.io/hostname': 'shop.example',
          'argocd.argoproj.io/tracking-id': 'shop:/Service:shop/web',
          'service.kubernetes.io/topology-mode': 'Auto',
        },
      },
    ),
    { timeoutSeconds: 5 },
  )
  expect(service).toStrictEqual({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'web-affinity-1',
      labels: { run: '1', 'service.kubernetes.io/service-proxy-name': 'other' },
      annotations: {
        'external-dns.alpha.kubernetes.io/controller': 'kubectl-affinity',
        'service.kubernetes.io/topology-mode': 'Auto',
      },
    },
    spec: {
      type: 'NodePort',
      ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 'web' }],
      selector: { app: 'web' },
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 5 } },
      externalTrafficPolicy: 'Local',
      internalTrafficPolicy: 'Cluster',
      trafficDistribution: 'PreferClose',
      ipFamilies: ['IPv4', 'IPv6'],
      ipFamilyPolicy: 'PreferDualStack',
    },
  })
  expect(notes).toStrictEqual([])
})

test('no load balancer is ordered and no external address taken', () => {
  const ports = [{ port: 80, nodePort: 30_080 }]
  const { service, notes } = shadowOf(
    original({
      type: 'LoadBalancer',
      ports,
      externalTrafficPolicy: 'Local',
      externalIPs: ['203.0.113.7'],
      loadBalancerClass: 'cloud',
    }),
  )
  expect(service.spec).toStrictEqual({
    type: 'NodePort',
    ports: [{ port: 80 }],
    sessionAffinity: 'None',
    externalTrafficPolicy: 'Local',
  })
  expect(notes.join()).toMatch(/type NodePort: it orders no load balancer.*no external IPs/)
})

test('a load balancer without node ports is shadowed by a Service without any', () => {
  const { service } = shadowOf(
    original({ type: 'LoadBalancer', ports: [{ port: 80 }], externalTrafficPolicy: 'Cluster' }),
  )
  expect(service.spec).toStrictEqual({ type: 'ClusterIP', ports: [{ port: 80 }], sessionAffinity: 'None' })
})

const changes = [
  [{ timeoutSeconds: 5 }, { sessionAffinity: 'ClientIP', timeout: 5 }],
  [{ sessionAffinity: 'ClientIP' }, { sessionAffinity: 'ClientIP', timeout: undefined }],
  [{ sessionAffinity: 'None' }, { sessionAffinity: 'None', timeout: undefined }],
  [{}, { sessionAffinity: 'None', timeout: undefined }],
] as const

for (const [change, wanted] of changes) {
  test(`from None, ${JSON.stringify(change)}`, () => {
    const { spec } = shadowOf(original({ ports: [{ port: 80 }], sessionAffinity: 'None' }), change).service
    expect({
      sessionAffinity: spec.sessionAffinity,
      timeout: spec.sessionAffinityConfig?.clientIP?.timeoutSeconds,
    }).toStrictEqual(wanted)
  })
}

test('affinity None takes the timeout away, which the API server would refuse', () => {
  const { spec } = shadowOf(
    original({
      ports: [{ port: 80 }],
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } },
    }),
    { sessionAffinity: 'None' },
  ).service
  expect(spec).toStrictEqual({ type: 'ClusterIP', ports: [{ port: 80 }], sessionAffinity: 'None' })
})
