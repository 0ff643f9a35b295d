import { describe, expect, test } from 'vitest'
import { refusalsOf } from '../../../src/validation/index.ts'

const service = (spec: object, metadata: object = {}): string[] =>
  paths({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', ...metadata }, spec })

const paths = (object: Record<string, unknown>): string[] => refusalsOf(object).map(({ path }) => path)

const ports = [{ port: 80 }]

test.each(['Ingress', 'IngressClass'])('what a server counts itself may be anything: %s', (kind) => {
  const object = { apiVersion: 'networking.k8s.io/v1', kind, metadata: { name: 'a', generation: -1 } }
  expect(paths(object)).not.toContain('metadata.generation')
})

describe('a Service that an API server refuses', () => {
  test.each<[string, object, string]>([
    [
      'two ports of one number',
      {
        ports: [
          { name: 'a', port: 80 },
          { name: 'b', port: 80 },
        ],
      },
      'spec.ports[1].port',
    ],
    [
      'one family twice',
      { ports, ipFamilyPolicy: 'PreferDualStack', ipFamilies: ['IPv4', 'IPv4'] },
      'spec.ipFamilies[1]',
    ],
    ['two families for one stack', { ports, ipFamilies: ['IPv4', 'IPv6'] }, 'spec.ipFamilyPolicy'],
    [
      'a host with a port as externalName',
      { type: 'ExternalName', externalName: 'db.example.net:5432' },
      'spec.externalName',
    ],
    [
      'a URL as externalName',
      { type: 'ExternalName', externalName: 'https://db.example.net' },
      'spec.externalName',
    ],
    ['a name as external IP', { ports, externalIPs: ['web.example.net'] }, 'spec.externalIPs[0]'],
    ['a loopback address as external IP', { ports, externalIPs: ['127.0.0.2'] }, 'spec.externalIPs[0]'],
    [
      'a health check without Local',
      { ports, type: 'LoadBalancer', healthCheckNodePort: 30_000 },
      'spec.healthCheckNodePort',
    ],
    [
      'a traffic policy that nobody from outside meets',
      { ports, externalTrafficPolicy: 'Local' },
      'spec.externalTrafficPolicy',
    ],
    [
      'a load balancer class without one',
      { ports, loadBalancerClass: 'example.com/x' },
      'spec.loadBalancerClass',
    ],
    [
      'source ranges without one',
      { ports, loadBalancerSourceRanges: ['10.0.0.0/8'] },
      'spec.loadBalancerSourceRanges',
    ],
    [
      'a range with bits of hosts',
      { ports, type: 'LoadBalancer', loadBalancerSourceRanges: ['10.0.0.1/8'] },
      'spec.loadBalancerSourceRanges[0]',
    ],
    [
      'a target port of more than 15 letters',
      { ports: [{ port: 80, targetPort: 'this-name-is-too-long' }] },
      'spec.ports[0].targetPort',
    ],
    [
      'a number in quotes as target port',
      { ports: [{ port: 80, targetPort: '8080' }] },
      'spec.ports[0].targetPort',
    ],
    ['an upper case port name', { ports: [{ name: 'UPPER', port: 80 }] }, 'spec.ports[0].name'],
    ['headless with node ports', { ports, type: 'NodePort', clusterIP: 'None' }, 'spec.clusterIP'],
    ['cluster IPs without the first', { ports, clusterIPs: ['10.96.0.7'] }, 'spec.clusterIPs'],
    [
      'a cluster IP of the other family',
      { ports, clusterIP: '10.96.0.7', ipFamilies: ['IPv6'] },
      'spec.clusterIP',
    ],
    ['an address with leading zeros', { ports, clusterIP: '010.96.0.7' }, 'spec.clusterIP'],
    ['a selector of two words', { ports, selector: { app: 'my app' } }, 'spec.selector.app'],
  ])('%s', (_, spec, path) => {
    expect(service(spec)).toEqual([path])
  })

  test('a name with an underscore, and no name', () => {
    expect(service({ ports }, { name: 'my_service' })).toEqual(['metadata.name'])
    expect(service({ ports }, { name: '' })).toEqual(['metadata'])
    expect(service({ ports }, { name: '', generateName: 'web-' })).toEqual([])
  })

  const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'a' }
  test.each<[object, string]>([
    [{ generateName: 'Web' }, 'generateName'],
    [{ creationTimestamp: '2026-01-02' }, 'creationTimestamp'],
    [{ deletionTimestamp: '2026-02-30T00:00:00Z' }, 'deletionTimestamp'],
    [{ generation: -1 }, 'generation'],
    [{ finalizers: ['hold'] }, 'finalizers[0]'],
    [{ ownerReferences: [{ ...owner, apiVersion: 'a/b/c' }] }, 'ownerReferences[0].apiVersion'],
    [{ ownerReferences: [owner, { ...owner, uid: '' }] }, 'ownerReferences[1]'],
    [
      {
        ownerReferences: [
          { ...owner, controller: true },
          { ...owner, name: 'api', controller: true },
        ],
      },
      'ownerReferences',
    ],
    [{ managedFields: [{ time: '' }] }, 'managedFields[0].time'],
  ])('metadata %j', (metadata, path) => {
    expect(service({ ports }, metadata)).toEqual([`metadata.${path}`])
  })

  test('a key that holds dots', () => {
    const labels = { 'app.kubernetes.io/name': 'my app', app: 'a b' }
    expect(service({ ports }, { labels })).toEqual([
      'metadata.labels["app.kubernetes.io/name"]',
      'metadata.labels.app',
    ])
  })

  test('says nothing of what a cluster has written into metadata', () => {
    const written = {
      resourceVersion: '7',
      generation: 2,
      creationTimestamp: '2026-01-02T03:04:05.5+01:00',
      finalizers: ['orphan', 'example.com/hold'],
      ownerReferences: [owner, { ...owner, controller: true }, { ...owner, controller: true }],
      managedFields: [{ time: '2026-01-02T03:04:05Z' }],
    }
    expect(service({ ports }, written)).toEqual([])
  })

  test('says nothing of what is good', () => {
    expect(service({ ports })).toEqual([])
    expect(service({ clusterIP: 'None' })).toEqual([])
    expect(service({ ports, externalIPs: ['198.51.100.7'], externalTrafficPolicy: 'Local' })).toEqual([])
    expect(
      service({
        ports: [
          { name: 'a', port: 53 },
          { name: 'b', port: 53, protocol: 'UDP' },
        ],
      }),
    ).toEqual([])
    expect(service({ type: 'ExternalName', externalName: 'db.example.net.' })).toEqual([])
  })
})

describe('an EndpointSlice', () => {
  const slice = (addressType: string, address: string): string[] =>
    paths({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'web-1' },
      addressType,
      endpoints: [{ addresses: [address] }],
    })

  test.each([
    ['IPv4', '10.1.2.3'],
    ['IPv6', '2001:db8::7'],
    ['FQDN', 'db.example.com'],
  ])('takes %s addresses such as %s', (type, address) => {
    expect(slice(type, address)).toEqual([])
  })

  test.each([
    ['IPv4', '2001:db8::7'],
    ['IPv4', 'db.example.com'],
    ['IPv4', '169.254.3.3'],
    ['IPv4', '224.0.0.9'],
    ['IPv6', '10.1.2.3'],
    ['IPv6', 'fe80::1'],
    ['IPv6', '::1'],
    ['IPv6', 'ff02::1'],
    ['FQDN', 'db'],
  ])('refuses as %s address %s', (type, address) => {
    expect(slice(type, address)).toEqual(['endpoints[0].addresses[0]'])
  })
})

describe('an Ingress', () => {
  const ingress = (rule: object): string[] =>
    paths({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'web' },
      spec: { rules: [rule] },
    })
  const backend = { service: { name: 'web', port: { number: 80 } } }
  const at = (path: string, pathType: string): object => ({ http: { paths: [{ path, pathType, backend }] } })

  test.each([
    [{ host: '10.0.0.1' }, 'spec.rules[0].host'],
    [{ host: 'a.*.example.com' }, 'spec.rules[0].host'],
    [{ host: 'Web.example.com' }, 'spec.rules[0].host'],
    [at('', 'Prefix'), 'spec.rules[0].http.paths[0].path'],
    [at('/a//b', 'Exact'), 'spec.rules[0].http.paths[0].path'],
    [at('a', 'ImplementationSpecific'), 'spec.rules[0].http.paths[0].path'],
    [
      { http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web' } } }] } },
      'spec.rules[0].http.paths[0].backend.service',
    ],
  ])('refuses %j', (rule, path) => {
    expect(ingress(rule)).toEqual([path])
  })

  test.each([
    { host: '*.example.com' },
    at('/(a|b)/.*', 'ImplementationSpecific'),
    at('', 'ImplementationSpecific'),
  ])('takes %j', (rule) => {
    expect(ingress(rule)).toEqual([])
  })
})

describe('what is refused is said in words', () => {
  const said = (object: Record<string, unknown>): string[] =>
    refusalsOf({ metadata: { name: 'a' }, ...object }).map(({ message }) => message)

  const ofService = (spec: object): object => ({ apiVersion: 'v1', kind: 'Service', spec })
  test.each<[object, string]>([
    [{ type: 'ExternalName' }, 'type ExternalName needs externalName'],
    [
      { ports, clusterIP: '10.96.0.7', clusterIPs: ['10.96.0.8'] },
      'clusterIPs: must begin with clusterIP, 10.96.0.7',
    ],
    [{ ports, clusterIP: 'None', clusterIPs: ['None', '10.96.0.8'] }, 'clusterIPs: None stands alone'],
    [
      { ports, clusterIP: '10.96.0.7', clusterIPs: ['10.96.0.7', 'fd00::1', '10.96.0.8'] },
      'clusterIPs: two at most',
    ],
    [
      { ports, clusterIP: '10.96.0.7', clusterIPs: ['10.96.0.7', '10.96.0.8'] },
      'clusterIPs: one of each family at most',
    ],
    [
      { ports, allocateLoadBalancerNodePorts: false },
      'allocateLoadBalancerNodePorts: only with type LoadBalancer',
    ],
    [
      { ports: [{ port: 80, targetPort: 'a--b' }] },
      'targetPort "a--b": may hold single "-" only, and none at its ends',
    ],
    [{ ports: [{ port: 80, appProtocol: 'a/b/c' }] }, 'appProtocol "a/b/c": may hold one "/"'],
    [{ ports: [{ port: 80, appProtocol: '/b' }] }, 'appProtocol "/b": has nothing before its "/"'],
    [{ ports: [{ port: 80, appProtocol: 'a/' }] }, 'appProtocol "a/": must have a name'],
  ])('a Service %j', (spec, message) => {
    expect(said(ofService(spec) as Record<string, unknown>)).toEqual([message])
  })

  test('annotations of more than 256 kB, and ranges in one', () => {
    const metadata = { name: 'a', annotations: { note: 'x'.repeat(262_144) } }
    expect(said({ ...ofService({ ports }), metadata })).toEqual(['annotations: more than 256 kB'])
    const annotations = { 'service.beta.kubernetes.io/load-balancer-source-ranges': '10.0.0.0/8,10.0.0.1/8' }
    const balanced = ofService({ ports, type: 'LoadBalancer' })
    expect(paths({ ...balanced, metadata: { name: 'a', annotations } })).toEqual([
      'metadata.annotations["service.beta.kubernetes.io/load-balancer-source-ranges"]',
    ])
  })

  const many = (count: number, make: (index: number) => unknown): unknown[] =>
    Array.from({ length: count }, (_, index) => make(index))
  const addresses = ['10.1.2.3']
  test.each<[object, object, string]>([
    [{ ports: [{ protocol: '' }] }, {}, 'protocol "": must be "TCP", "UDP" or "SCTP"'],
    [{}, { addresses: many(101, (index) => `10.1.2.${index}`) }, 'addresses: more than 100'],
    [{}, { addresses, hints: { forZones: [{ name: 'a' }, { name: 'a' }] } }, 'forZones: "a" stands twice'],
    [
      {},
      { addresses, hints: { forNodes: many(9, (index) => ({ name: `n${index}` })) } },
      'forNodes: more than 8',
    ],
    [{}, { addresses: ['0.0.0.0'] }, 'addresses "0.0.0.0": is no address of anything'],
    [
      { addressType: 'FQDN' },
      { addresses: [`${'a'.repeat(64)}.example`] },
      `addresses "${'a'.repeat(64)}.ex…": has a part of more than 63 characters`,
    ],
  ])('an EndpointSlice %j with an endpoint %j', (slice, endpoint, message) => {
    const whole = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4', ...slice }
    expect(said({ ...whole, endpoints: [endpoint] })).toEqual([message])
  })

  test.each<[object, string]>([
    [{ ports: [{ port: 80 }] }, 'subsets[0]: addresses or notReadyAddresses is needed'],
    [
      { addresses: [{ ip: '10.1.2.3' }], ports: [{ port: 80 }, { name: 'b', port: 81 }] },
      'subsets[0].ports[0].name is missing: with several ports each needs one',
    ],
  ])('Endpoints %j', (subset, message) => {
    expect(said({ apiVersion: 'v1', kind: 'Endpoints', subsets: [subset] })).toEqual([message])
  })

  const web = { name: 'web', port: { number: 80 } }
  const backend = (of: object, path = '/', pathType = 'Prefix'): object => ({
    rules: [{ http: { paths: [{ path, pathType, backend: of }] } }],
  })
  test.each<[object, string]>([
    [{ rules: [{ http: { paths: [] } }] }, 'spec.rules[0].http.paths: at least one path is needed'],
    [backend({ service: web }, '/a/..'), 'path "/a/..": may not end with "/.."'],
    [backend({ service: web, resource: { kind: 'A', name: 'a' } }), 'backend: service or resource, not both'],
    [backend({ resource: { kind: 'A', name: 'a/b' } }), 'name "a/b": may not hold "/" or "%"'],
    [backend({ resource: { kind: '..', name: 'a' } }), 'kind "..": may not be ".."'],
    [
      backend({ service: { port: { number: 80 } } }),
      'spec.rules[0].http.paths[0].backend.service.name is missing',
    ],
    [
      backend({ service: { name: 'web', port: { name: 'a', number: 80 } } }),
      'port: name or number, not both',
    ],
    [
      backend({ service: { name: 'web', port: { name: '80' } } }),
      'name "80": must hold a letter: a number goes without quotes',
    ],
  ])('an Ingress %j', (spec, message) => {
    expect(said({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', spec })).toEqual([message])
  })

  test('an Ingress of two classes', () => {
    const annotations = { 'kubernetes.io/ingress.class': 'nginx' }
    const ingress = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'a', annotations },
    }
    const spec = { ...backend({ service: web }), ingressClassName: 'traefik' }
    expect(said({ ...ingress, spec })).toEqual([
      'kubernetes.io/ingress.class "nginx": not with ingressClassName "traefik"',
    ])
    expect(said({ ...ingress, spec: { ...spec, ingressClassName: 'nginx' } })).toEqual([])
  })

  const controller = 'example.com/x'
  const parameters = { kind: 'A', name: 'a' }
  test.each<[object, string]>([
    [{ controller: `example.com/${'x'.repeat(240)}` }, 'has more than 250 characters'],
    [{ controller: 'Example/x' }, 'must begin with a domain name'],
    [{ controller: 'example.com/a b' }, 'must have a path after its domain that a URL may hold'],
    [
      { controller, parameters: { ...parameters, scope: 'Namespace' } },
      'spec.parameters.namespace is missing: scope is Namespace',
    ],
    [{ controller, parameters: { ...parameters, scope: 'Namespace', namespace: 'A' } }, 'namespace "A": '],
    [{ controller, parameters: { ...parameters, namespace: 'a' } }, 'namespace: not with scope Cluster'],
  ])('an IngressClass %j', (spec, message) => {
    expect(said({ apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', spec })).toEqual([
      expect.stringContaining(message),
    ])
  })
})
