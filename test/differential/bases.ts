/** Good objects of every kind that is compared, between them with every field that the kind has. */
export interface Base {
  kind: string
  /** Where such objects are created, without the namespace's part. */
  path: string
  /** What it differs in from another base of its kind. */
  name: string
  object: Record<string, unknown>
}

const web = { app: 'web' }
const http = { name: 'http', port: 80, protocol: 'TCP', targetPort: 8080 }

const service = (name: string, spec: object, metadata: object = {}): Base => ({
  kind: 'Service',
  path: '/api/v1/namespaces/NS/services',
  name,
  object: { apiVersion: 'v1', kind: 'Service', metadata: { name: 'x', ...metadata }, spec },
})

/** Every field that metadata have, between the two. What no object that is created may have is empty. */
const written = {
  generateName: 'x-',
  selfLink: '/x',
  uid: '4a4a0f6e-6f0c-4a55-8d0c-2f6f6b0d7a11',
  resourceVersion: '',
  generation: 3,
  creationTimestamp: '2026-01-02T03:04:05Z',
  deletionTimestamp: '2026-01-02T03:04:05Z',
  deletionGracePeriodSeconds: 30,
}
const owned = {
  finalizers: ['example.com/hold'],
  ownerReferences: [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      name: 'web',
      uid: '4a4a0f6e-6f0c-4a55-8d0c-2f6f6b0d7a11',
      controller: true,
      blockOwnerDeletion: false,
    },
  ],
  managedFields: [
    {
      manager: 'kubectl',
      operation: 'Apply',
      apiVersion: 'v1',
      time: '2026-01-02T03:04:05Z',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:metadata': {} },
      subresource: 'status',
    },
  ],
}
const reached = {
  ip: '192.0.2.9',
  hostname: 'lb.example.com',
  ports: [{ port: 80, protocol: 'TCP', error: 'example.com/Refused' }],
}
const pod = {
  kind: 'Pod',
  namespace: 'default',
  name: 'web-0',
  uid: '4a4a0f6e-6f0c-4a55-8d0c-2f6f6b0d7a11',
  apiVersion: 'v1',
  resourceVersion: '7',
  fieldPath: 'spec.containers{web}',
}

const slice = (name: string, addressType: string, endpoints: object[], ports: object[] = [http80]): Base => ({
  kind: 'EndpointSlice',
  path: '/apis/discovery.k8s.io/v1/namespaces/NS/endpointslices',
  name,
  object: {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: 'x',
      labels: { 'kubernetes.io/service-name': 'web' },
      annotations: { 'example.com/note': 'x' },
    },
    addressType,
    endpoints,
    ports,
  },
})

const http80 = { name: 'http', protocol: 'TCP', port: 80, appProtocol: 'kubernetes.io/h2c' }

const ingress = (name: string, spec: object, metadata: object = {}): Base => ({
  kind: 'Ingress',
  path: '/apis/networking.k8s.io/v1/namespaces/NS/ingresses',
  name,
  object: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'x', ...metadata }, spec },
})

const path = (value: string, pathType: string, port: object = { number: 80 }) => ({
  path: value,
  pathType,
  backend: { service: { name: 'web', port } },
})

const bucket = { apiGroup: 'k8s.example.com', kind: 'Bucket', name: 'static' }

const ingressClass = (name: string, spec: object, metadata: object = {}): Base => ({
  kind: 'IngressClass',
  path: '/apis/networking.k8s.io/v1/ingressclasses',
  name,
  object: {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'x', ...metadata },
    spec,
  },
})

export const bases: readonly Base[] = [
  service('plain', { selector: web, ports: [http] }, { labels: web, annotations: { note: 'x' } }),
  service('sticky', {
    type: 'ClusterIP',
    selector: web,
    ports: [
      { ...http, appProtocol: 'http' },
      { name: 'dns', port: 53, protocol: 'UDP', targetPort: 'dns' },
    ],
    sessionAffinity: 'ClientIP',
    sessionAffinityConfig: { clientIP: { timeoutSeconds: 1800 } },
    internalTrafficPolicy: 'Cluster',
    trafficDistribution: 'PreferSameZone',
    publishNotReadyAddresses: false,
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
  }),
  service('node port', {
    type: 'NodePort',
    selector: web,
    ports: [{ ...http, nodePort: 30_700 }],
    externalTrafficPolicy: 'Local',
    externalIPs: ['198.51.100.7'],
  }),
  service(
    'load balancer',
    {
      type: 'LoadBalancer',
      selector: web,
      ports: [http, { name: 'https', port: 443, targetPort: 8443 }],
      loadBalancerClass: 'example.com/lb',
      loadBalancerSourceRanges: ['192.0.2.0/24'],
      allocateLoadBalancerNodePorts: true,
      externalTrafficPolicy: 'Local',
      healthCheckNodePort: 30_701,
      loadBalancerIP: '192.0.2.9',
    },
    { annotations: { 'service.kubernetes.io/topology-mode': 'Auto' } },
  ),
  service('written', { selector: web, ports: [http] }, written),
  service('owned', { selector: web, ports: [http] }, owned),
  {
    ...service('status', {}),
    object: {
      ...service('status', { selector: web, ports: [http] }).object,
      status: {
        loadBalancer: { ingress: [{ ...reached, ipMode: 'VIP' }] },
        conditions: [
          {
            type: 'Ready',
            status: 'True',
            observedGeneration: 2,
            lastTransitionTime: '2026-01-02T03:04:05Z',
            reason: 'Made',
            message: 'made',
          },
        ],
      },
    },
  },
  service('addresses', { clusterIP: '10.96.77.7', clusterIPs: ['10.96.77.7'], ports: [http] }),
  service('headless', { clusterIP: 'None', selector: web, ports: [http] }),
  service('external name', { type: 'ExternalName', externalName: 'db.example.com' }),
  service('dual stack', {
    selector: web,
    ports: [http],
    ipFamilies: ['IPv4', 'IPv6'],
    ipFamilyPolicy: 'PreferDualStack',
  }),
  slice('IPv4', 'IPv4', [
    {
      addresses: ['10.1.2.3'],
      conditions: { ready: true, serving: true, terminating: false },
      hostname: 'web-0',
      nodeName: 'node1',
      zone: 'a',
      targetRef: pod,
      deprecatedTopology: { 'example.com/rack': 'r1' },
      hints: { forZones: [{ name: 'a' }], forNodes: [{ name: 'node1' }] },
    },
    { addresses: ['10.1.2.4'] },
  ]),
  slice('IPv6', 'IPv6', [{ addresses: ['2001:db8::7'] }]),
  slice('FQDN', 'FQDN', [{ addresses: ['db.example.com'] }]),
  {
    kind: 'Endpoints',
    path: '/api/v1/namespaces/NS/endpoints',
    name: 'whole',
    object: {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { name: 'x', labels: web, annotations: { 'example.com/note': 'x' } },
      subsets: [
        {
          addresses: [{ ip: '10.1.2.3', hostname: 'web-0', nodeName: 'node1', targetRef: pod }],
          notReadyAddresses: [{ ip: '2001:db8::7' }],
          ports: [
            { name: 'http', port: 80, protocol: 'TCP', appProtocol: 'http' },
            { name: 'dns', port: 53, protocol: 'UDP' },
          ],
        },
      ],
    },
  },
  ingress(
    'rules',
    {
      ingressClassName: 'nginx',
      tls: [{ hosts: ['web.example.com', '*.example.org'], secretName: 'web-tls' }],
      rules: [
        {
          host: 'web.example.com',
          http: {
            paths: [path('/', 'Prefix'), path('/api', 'Exact', { name: 'http' })],
          },
        },
        { host: '*.example.org', http: { paths: [path('/(a|b)/.*', 'ImplementationSpecific')] } },
      ],
    },
    { labels: web, annotations: { 'nginx.ingress.kubernetes.io/affinity': 'cookie' } },
  ),
  ingress('default backend', { defaultBackend: { service: { name: 'web', port: { number: 80 } } } }),
  ingress('resource backends', {
    defaultBackend: { resource: bucket },
    rules: [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend: { resource: bucket } }] } }],
  }),
  ingress('written', { defaultBackend: { resource: bucket } }, written),
  ingress('owned', { defaultBackend: { resource: bucket } }, owned),
  {
    ...ingress('status', {}),
    object: {
      ...ingress('status', { defaultBackend: { resource: bucket } }).object,
      status: { loadBalancer: { ingress: [reached] } },
    },
  },
  ingressClass(
    'parameters',
    {
      controller: 'example.com/ingress',
      parameters: {
        apiGroup: 'k8s.example.com',
        kind: 'Parameters',
        name: 'p',
        namespace: 'default',
        scope: 'Namespace',
      },
    },
    { labels: web, annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
  ),
  ingressClass('plain', { controller: 'k8s.io/ingress-nginx' }),
]
