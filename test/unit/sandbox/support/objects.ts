import { types } from '../../../../src/sandbox/objects/resource.ts'

const container = {
  name: 'app',
  image: 'any/app:1',
  command: ['serve'],
  args: ['$(WHERE)'],
  env: [
    { name: 'WHERE', value: 'here' },
    { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
  ],
  ports: [
    { name: 'http', containerPort: 8080, protocol: 'TCP' },
    { name: 'dns', containerPort: 5353, protocol: 'UDP' },
  ],
  resources: { requests: { cpu: '50m' }, limits: { memory: '64Mi' } },
  readinessProbe: { httpGet: { port: 'http', path: '/' } },
}

const podSpec = {
  containers: [container],
  restartPolicy: 'Never',
  terminationGracePeriodSeconds: 1,
  nodeSelector: { 'kubernetes.io/os': 'linux' },
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [
          {
            matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['node1', 'node2'] }],
          },
        ],
      },
    },
  },
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: 'kubernetes.io/hostname',
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: { matchLabels: { app: 'web' } },
    },
  ],
}

const template = { metadata: { labels: { app: 'web' }, annotations: { note: 'x' } }, spec: podSpec }
const replicated = { replicas: 1, selector: { matchLabels: { app: 'web' } }, template }

const named = (spec: object): object => ({
  metadata: { name: 'web', labels: { app: 'web' }, annotations: { a: 'b' } },
  ...spec,
})

/** One valid object of each kind that something in the sandbox acts upon. */
export const samples = [
  {
    type: types.services,
    object: named({
      spec: {
        type: 'NodePort',
        selector: { app: 'web' },
        sessionAffinity: 'ClientIP',
        sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } },
        ipFamilyPolicy: 'PreferDualStack',
        externalIPs: ['240.40.9.9'],
        ports: [
          { name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' },
          { name: 'dns', port: 53, targetPort: 5353, protocol: 'UDP' },
        ],
      },
    }),
  },
  { type: types.pods, object: named({ spec: podSpec }) },
  { type: types.deployments, object: named({ spec: replicated }) },
  { type: types.replicasets, object: named({ spec: replicated }) },
  {
    type: types.jobs,
    object: named({
      spec: {
        parallelism: 1,
        completions: 1,
        completionMode: 'Indexed',
        activeDeadlineSeconds: 60,
        ttlSecondsAfterFinished: 60,
        template,
      },
    }),
  },
  {
    type: types.endpointslices,
    object: {
      metadata: { name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['240.40.129.9'], conditions: { ready: true }, nodeName: 'node1' }],
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    },
  },
  { type: types.resourcequotas, object: named({ spec: { hard: { pods: '5' } } }) },
  {
    type: types.limitranges,
    object: named({
      spec: { limits: [{ type: 'Container', min: { cpu: '10m' }, max: { cpu: '2', memory: '1Gi' } }] },
    }),
  },
  {
    type: types.rolebindings,
    object: named({
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'web' },
      subjects: [{ kind: 'User', name: 'restricted-1' }],
    }),
  },
  {
    type: types.roles,
    object: named({ rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] }),
  },
] as const
