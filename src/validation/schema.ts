/**
 * The shape of the objects that decide where connections go, as small tables: enough to find what an API server would
 * refuse or drop, without a cluster. Source: k8s.io/api v0.36 core/v1, discovery/v1, networking/v1 (types.go), with the
 * values that k8s.io/kubernetes pkg/apis/core/validation allows.
 */
export type Schema =
  | {
      type: 'object'
      fields: Readonly<Record<string, Schema>>
      required?: readonly string[]
      /** There are more fields than these, which are not looked at. */
      open?: boolean
    }
  | { type: 'array'; items: Schema; minItems?: number }
  /** Keys are free. */
  | { type: 'map'; values: Schema }
  | {
      type: 'string'
      values?: readonly string[]
      /** An empty text is taken for one that is not there, and the default counts. */
      orEmpty?: boolean
    }
  | { type: 'integer'; min?: number; max?: number }
  | { type: 'boolean' }
  | { type: 'int-or-string' }
  | { type: 'any' }

const text: Schema = { type: 'string' }
const flag: Schema = { type: 'boolean' }
/** int64, as far as JSON's numbers hold it. */
const long: Schema = { type: 'integer', min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }
const texts: Schema = { type: 'map', values: text }
const listOf = (items: Schema): Schema => ({ type: 'array', items })
const oneOf = (...values: string[]): Schema => ({ type: 'string', values })
const oneOfOrEmpty = (...values: string[]): Schema => ({ type: 'string', values, orEmpty: true })
const object = (fields: Record<string, Schema>, required?: string[]): Schema => ({
  type: 'object',
  fields,
  ...(required === undefined ? {} : { required }),
})
const portNumber: Schema = { type: 'integer', min: 1, max: 65_535 }
const protocols = ['TCP', 'UDP', 'SCTP']
const protocol = oneOfOrEmpty(...protocols)
const reference = object({
  kind: text,
  namespace: text,
  name: text,
  uid: text,
  apiVersion: text,
  resourceVersion: text,
  fieldPath: text,
})

export const metadata: Schema = object({
  name: text,
  generateName: text,
  namespace: text,
  selfLink: text,
  uid: text,
  resourceVersion: text,
  generation: long,
  creationTimestamp: text,
  deletionTimestamp: text,
  deletionGracePeriodSeconds: long,
  labels: texts,
  annotations: texts,
  ownerReferences: listOf(
    object({
      apiVersion: text,
      kind: text,
      name: text,
      uid: text,
      controller: flag,
      blockOwnerDeletion: flag,
    }),
  ),
  finalizers: listOf(text),
  managedFields: listOf(
    object({
      manager: text,
      operation: text,
      apiVersion: text,
      time: text,
      fieldsType: text,
      fieldsV1: { type: 'any' },
      subresource: text,
    }),
  ),
})

const root = (fields: Record<string, Schema>, required: string[] = []): Schema =>
  object({ apiVersion: text, kind: text, metadata, ...fields }, ['metadata', ...required])

const servicePort = object(
  {
    name: text,
    port: portNumber,
    protocol,
    appProtocol: text,
    targetPort: { type: 'int-or-string' },
    nodePort: { type: 'integer', min: 0, max: 65_535 },
  },
  ['port'],
)

/** What a load balancer writes into `status`. A server takes none from who creates the object, but reads it. */
const balancer = (more: Record<string, Schema> = {}): Schema =>
  object({
    ingress: listOf(
      object({
        ip: text,
        hostname: text,
        ports: listOf(object({ port: { type: 'integer' }, protocol: text, error: text })),
        ...more,
      }),
    ),
  })

const condition = object({
  type: text,
  status: text,
  observedGeneration: long,
  lastTransitionTime: text,
  reason: text,
  message: text,
})

const service = root(
  {
    spec: object({
      type: oneOfOrEmpty('ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'),
      ports: listOf(servicePort),
      selector: texts,
      clusterIP: text,
      clusterIPs: listOf(text),
      externalIPs: listOf(text),
      externalName: text,
      sessionAffinity: oneOfOrEmpty('ClientIP', 'None'),
      // The range of timeoutSeconds is looked at by an analyzer, which says more than that it is wrong.
      sessionAffinityConfig: object({ clientIP: object({ timeoutSeconds: { type: 'integer' } }) }),
      loadBalancerIP: text,
      loadBalancerSourceRanges: listOf(text),
      loadBalancerClass: text,
      allocateLoadBalancerNodePorts: flag,
      externalTrafficPolicy: oneOfOrEmpty('Cluster', 'Local'),
      internalTrafficPolicy: oneOf('Cluster', 'Local'),
      trafficDistribution: oneOf('PreferClose', 'PreferSameZone', 'PreferSameNode'),
      healthCheckNodePort: { type: 'integer', min: 0, max: 65_535 },
      publishNotReadyAddresses: flag,
      ipFamilies: listOf(oneOf('IPv4', 'IPv6')),
      ipFamilyPolicy: oneOf('SingleStack', 'PreferDualStack', 'RequireDualStack'),
    }),
    status: object({ loadBalancer: balancer({ ipMode: text }), conditions: listOf(condition) }),
  },
  ['spec'],
)

const hint = listOf(object({ name: text }))

const endpointSlice = root(
  {
    addressType: oneOf('IPv4', 'IPv6', 'FQDN'),
    endpoints: listOf(
      object(
        {
          addresses: listOf(text),
          conditions: object({ ready: flag, serving: flag, terminating: flag }),
          hostname: text,
          targetRef: reference,
          deprecatedTopology: texts,
          nodeName: text,
          zone: text,
          hints: object({ forZones: hint, forNodes: hint }),
        },
        ['addresses'],
      ),
    ),
    // Nobody looks at the number of a slice's port, and an empty protocol is not taken for the default.
    ports: listOf(
      object({ name: text, protocol: oneOf(...protocols), port: { type: 'integer' }, appProtocol: text }),
    ),
  },
  ['addressType'],
)

const endpointAddresses = listOf(
  object({ ip: text, hostname: text, nodeName: text, targetRef: reference }, ['ip']),
)

const endpoints = root({
  subsets: listOf(
    object({
      addresses: endpointAddresses,
      notReadyAddresses: endpointAddresses,
      ports: listOf(object({ name: text, port: portNumber, protocol, appProtocol: text }, ['port'])),
    }),
  ),
})

const backend = object({
  service: object({ name: text, port: object({ name: text, number: portNumber }) }, ['name']),
  resource: object({ apiGroup: text, kind: text, name: text }, ['kind', 'name']),
})

const ingress = root({
  spec: object({
    ingressClassName: text,
    defaultBackend: backend,
    tls: listOf(object({ hosts: listOf(text), secretName: text })),
    rules: listOf(
      object({
        host: text,
        http: object(
          {
            paths: listOf(
              object({ path: text, pathType: oneOf('Exact', 'Prefix', 'ImplementationSpecific'), backend }, [
                'pathType',
                'backend',
              ]),
            ),
          },
          ['paths'],
        ),
      }),
    ),
  }),
  status: object({ loadBalancer: balancer() }),
})

const ingressClass = root({
  spec: object({
    controller: text,
    parameters: object({
      apiGroup: text,
      kind: text,
      name: text,
      namespace: text,
      scope: oneOf('Cluster', 'Namespace'),
    }),
  }),
})

/** kind → its apiVersion and shape. Kinds that are not here are not looked at. */
export const schemas: Readonly<Record<string, { apiVersion: string; schema: Schema }>> = {
  Service: { apiVersion: 'v1', schema: service },
  EndpointSlice: { apiVersion: 'discovery.k8s.io/v1', schema: endpointSlice },
  Endpoints: { apiVersion: 'v1', schema: endpoints },
  Ingress: { apiVersion: 'networking.k8s.io/v1', schema: ingress },
  IngressClass: { apiVersion: 'networking.k8s.io/v1', schema: ingressClass },
}

/** Every kind of the groups that those kinds are of: another one in them is a mistake. */
export const kindsOfGroup: Readonly<Record<string, readonly string[]>> = {
  v1: [
    'Binding',
    'ConfigMap',
    'Endpoints',
    'Event',
    'LimitRange',
    'List',
    'Namespace',
    'Node',
    'PersistentVolume',
    'PersistentVolumeClaim',
    'Pod',
    'PodTemplate',
    'ReplicationController',
    'ResourceQuota',
    'Secret',
    'Service',
    'ServiceAccount',
    'ServiceList',
  ],
  'discovery.k8s.io/v1': ['EndpointSlice', 'EndpointSliceList'],
  'networking.k8s.io/v1': [
    'Ingress',
    'IngressList',
    'IngressClass',
    'IPAddress',
    'NetworkPolicy',
    'ServiceCIDR',
  ],
}
