/** Generated Services and EndpointSlices, as heavy as a cluster's: with managed fields, labels and owners. */
const perNamespace = 100

export interface Size {
  services: number
  endpointsEach: number
}

export const managedFields = (manager: string, fields: readonly string[]): unknown => [
  {
    manager,
    operation: 'Update',
    apiVersion: 'v1',
    time: '2026-01-02T03:04:05Z',
    fieldsType: 'FieldsV1',
    fieldsV1: {
      'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
      'f:spec': Object.fromEntries(fields.map((field) => [`f:${field}`, {}])),
    },
  },
]

export const place = (index: number) => ({
  name: `service-${String(index % perNamespace).padStart(4, '0')}`,
  namespace: `team-${String(Math.floor(index / perNamespace)).padStart(4, '0')}`,
})

/** Every third is sticky, every tenth a NodePort, every fiftieth headless. */
export function service(index: number): object {
  const { name, namespace } = place(index)
  const isSticky = index % 3 === 0
  const isNodePort = index % 10 === 0
  return {
    metadata: {
      name,
      namespace,
      uid: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
      resourceVersion: String(100_000 + index),
      creationTimestamp: '2026-01-02T03:04:05Z',
      labels: { app: name, 'app.kubernetes.io/managed-by': 'Helm', team: namespace },
      annotations: { 'meta.helm.sh/release-name': name, 'meta.helm.sh/release-namespace': namespace },
      managedFields: managedFields('helm', [
        'internalTrafficPolicy',
        'ports',
        'selector',
        'sessionAffinity',
        'type',
      ]),
    },
    spec: {
      type: isNodePort ? 'NodePort' : 'ClusterIP',
      clusterIP: index % 50 === 1 ? 'None' : `10.${96 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`,
      ports: [
        {
          name: 'http',
          port: 80,
          targetPort: 8080,
          protocol: 'TCP',
          ...(isNodePort ? { nodePort: 30_000 + (index % 2700) } : {}),
        },
      ],
      selector: { app: name },
      sessionAffinity: isSticky ? 'ClientIP' : 'None',
      ...(isSticky ? { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } } : {}),
      internalTrafficPolicy: 'Cluster',
      ...(isNodePort ? { externalTrafficPolicy: 'Cluster' } : {}),
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
    },
    status: { loadBalancer: {} },
  }
}

export function slice(index: number, endpoints: number): object {
  const { name, namespace } = place(index)
  return {
    metadata: {
      name: `${name}-x${String(index).padStart(5, '0')}`,
      namespace,
      uid: `10000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
      resourceVersion: String(200_000 + index),
      generateName: `${name}-`,
      labels: {
        app: name,
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
        'kubernetes.io/service-name': name,
      },
      annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': '2026-01-02T03:04:05Z' },
      ownerReferences: [
        { apiVersion: 'v1', kind: 'Service', name, uid: 'x', controller: true, blockOwnerDeletion: true },
      ],
      managedFields: managedFields('kube-controller-manager', ['addressType', 'endpoints', 'ports']),
    },
    addressType: 'IPv4',
    endpoints: Array.from({ length: endpoints }, (_, number) => {
      const host = index * endpoints + number
      return {
        addresses: [`10.${128 + (host >> 16)}.${(host >> 8) & 255}.${host & 255}`],
        conditions: { ready: true, serving: true, terminating: false },
        nodeName: `node-${host % 500}`,
        zone: `zone-${host % 3}`,
        targetRef: {
          kind: 'Pod',
          namespace,
          name: `${name}-6d4b75cb6d-${String(host).padStart(5, '0')}`,
          uid: 'y',
        },
      }
    }),
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  }
}
