import { metadata, type Schema, schemas } from '../../../validation/schema.ts'
import { type ResourceType, types } from '../../objects/resource.ts'

/**
 * The shapes that this API server demands: those that `explain -f` checks files with, and of all other kinds the fields
 * that something here reads. Their other fields may hold anything (`open`).
 */

const text: Schema = { type: 'string' }
const flag: Schema = { type: 'boolean' }
const texts: Schema = { type: 'map', values: text }
/** Go's int32, as most counts are. */
const count: Schema = { type: 'integer', min: 0, max: 2 ** 31 - 1 }
const portNumber: Schema = { type: 'integer', min: 1, max: 65_535 }
const oneOf = (...values: string[]): Schema => ({ type: 'string', values, orEmpty: true })
const list = (items: Schema): Schema => ({ type: 'array', items })
const part = (fields: Record<string, Schema>, ...required: string[]): Schema => ({
  type: 'object',
  fields,
  required,
  open: true,
})

const labelSelector = part({
  matchLabels: texts,
  matchExpressions: list(part({ key: text, operator: text, values: list(text) }, 'key', 'operator')),
})

const probe = part({
  tcpSocket: part({ port: { type: 'int-or-string' } }, 'port'),
  httpGet: part({ port: { type: 'int-or-string' }, path: text }, 'port'),
})

const quantities: Schema = { type: 'map', values: { type: 'int-or-string' } }

const container = part(
  {
    name: text,
    image: text,
    command: list(text),
    args: list(text),
    env: list(
      part(
        { name: text, value: text, valueFrom: part({ fieldRef: part({ fieldPath: text }, 'fieldPath') }) },
        'name',
      ),
    ),
    ports: list(
      part({ containerPort: portNumber, name: text, protocol: oneOf('TCP', 'UDP', 'SCTP') }, 'containerPort'),
    ),
    resources: part({ requests: quantities, limits: quantities }),
    readinessProbe: probe,
  },
  'name',
)

const requirements = list(part({ key: text, operator: text, values: list(text) }, 'key', 'operator'))

const podSpec = part(
  {
    containers: { type: 'array', items: container, minItems: 1 },
    restartPolicy: oneOf('Always', 'OnFailure', 'Never'),
    terminationGracePeriodSeconds: count,
    nodeName: text,
    nodeSelector: texts,
    hostNetwork: flag,
    affinity: part({
      nodeAffinity: part({
        requiredDuringSchedulingIgnoredDuringExecution: part(
          { nodeSelectorTerms: list(part({ matchFields: requirements, matchExpressions: requirements })) },
          'nodeSelectorTerms',
        ),
      }),
    }),
    topologySpreadConstraints: list(
      part(
        {
          maxSkew: { type: 'integer', min: 1 },
          topologyKey: text,
          whenUnsatisfiable: oneOf('DoNotSchedule', 'ScheduleAnyway'),
          labelSelector,
        },
        'maxSkew',
        'topologyKey',
        'whenUnsatisfiable',
      ),
    ),
  },
  'containers',
)

const conditions = list(part({ type: text, status: text }, 'type', 'status'))

const podStatus = part({
  phase: text,
  podIP: text,
  podIPs: list(part({ ip: text }, 'ip')),
  conditions,
  containerStatuses: list(part({ name: text, ready: flag, restartCount: count, state: part({}) })),
})

const template = part({ metadata: part({ labels: texts, annotations: texts }), spec: podSpec }, 'spec')

const replicated = part({ replicas: count, selector: labelSelector, template }, 'selector', 'template')
const replicatedStatus = part({ replicas: count, conditions })

const job = part(
  {
    parallelism: count,
    completions: count,
    backoffLimit: count,
    backoffLimitPerIndex: count,
    activeDeadlineSeconds: { type: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER },
    ttlSecondsAfterFinished: count,
    completionMode: oneOf('Indexed', 'NonIndexed'),
    template,
  },
  'template',
)

const rules = list(
  part(
    { apiGroups: list(text), resources: list(text), resourceNames: list(text), verbs: list(text) },
    'verbs',
  ),
)
const binding = {
  roleRef: part({ kind: text, name: text }, 'kind', 'name'),
  subjects: list(part({ kind: text, name: text }, 'kind', 'name')),
}

const shape = (fields: Record<string, Schema>, ...required: string[]): Schema =>
  part({ metadata, ...fields }, 'metadata', ...required)

const shapes = new Map<ResourceType, Schema>([
  [types.pods, shape({ spec: podSpec, status: podStatus }, 'spec')],
  [types.deployments, shape({ spec: replicated, status: replicatedStatus }, 'spec')],
  [types.replicasets, shape({ spec: replicated, status: replicatedStatus }, 'spec')],
  [types.jobs, shape({ spec: job, status: part({ conditions }) }, 'spec')],
  [types.daemonsets, shape({ spec: part({ selector: labelSelector, template }) })],
  [types.namespaces, shape({ status: part({ phase: text }) })],
  [
    types.nodes,
    shape({
      spec: part({ unschedulable: flag }),
      status: part({ conditions, addresses: list(part({ type: text, address: text }, 'type', 'address')) }),
    }),
  ],
  [types.configmaps, shape({ data: texts })],
  [types.resourcequotas, shape({ spec: part({ hard: quantities }) })],
  [
    types.limitranges,
    shape(
      {
        spec: part(
          {
            limits: list(
              part(
                {
                  type: text,
                  min: quantities,
                  max: quantities,
                  default: quantities,
                  defaultRequest: quantities,
                },
                'type',
              ),
            ),
          },
          'limits',
        ),
      },
      'spec',
    ),
  ],
  [types.roles, shape({ rules })],
  [types.clusterroles, shape({ rules })],
  [types.rolebindings, shape(binding, 'roleRef')],
  [types.clusterrolebindings, shape(binding, 'roleRef')],
])

/** The shape of a type's objects; that of any object where nothing here reads more. */
export function shapeOf(type: ResourceType): Schema {
  const known = schemas[type.kind]
  return known?.apiVersion.split('/')[0] === (type.group || 'v1')
    ? known.schema
    : (shapes.get(type) ?? shape({}))
}
