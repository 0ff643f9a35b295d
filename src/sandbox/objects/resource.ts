import type { ObjectMeta } from '../../model/cluster/kubernetes.ts'
import { isRecord } from '../../model/common/values.ts'

/** An object of the API as it is stored: complete, and never changed in place. */
export interface Resource {
  apiVersion: string
  kind: string
  metadata: Metadata
  [field: string]: unknown
}

export interface Metadata extends ObjectMeta {
  uid: string
  resourceVersion: string
  generation?: number
  deletionGracePeriodSeconds?: number
  managedFields?: ManagedFieldsEntry[]
}

export interface ManagedFieldsEntry {
  manager: string
  operation: 'Apply' | 'Update'
  apiVersion: string
  time: string
  fieldsType: 'FieldsV1'
  fieldsV1: FieldSet
  subresource?: string
}

/** FieldsV1: a tree whose keys are `f:NAME` and `k:{…}`; an empty leaf is an owned field. */
export interface FieldSet {
  [key: string]: FieldSet
}

export type JsonObject = Record<string, unknown>

/** The value at a path of field names; undefined where the path ends early. */
export function at(value: unknown, ...path: string[]): unknown {
  let here = value
  for (const name of path) here = isRecord(here) ? here[name] : undefined
  return here
}

/** What is written for a value in words: nothing for none, and for what is not a single value. */
export function asText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : ''
}

export const now = (): string => new Date().toISOString().replace(/\.\d+Z$/, 'Z')

/** A kind of object and how it is addressed. */
export interface ResourceType {
  group: string
  version: string
  plural: string
  singular: string
  kind: string
  namespaced: boolean
  shortNames: readonly string[]
  subresources: readonly string[]
}

type Extras = { cluster?: boolean; short?: string[]; sub?: string[] }

/** A type of `networking.k8s.io/v1`, say. */
export function defineType(
  groupVersion: string,
  plural: string,
  kind: string,
  extras: Extras = {},
): ResourceType {
  const slash = groupVersion.indexOf('/')
  return {
    group: slash < 0 ? '' : groupVersion.slice(0, slash),
    version: groupVersion.slice(slash + 1),
    plural,
    singular: kind.toLowerCase(),
    kind,
    namespaced: extras.cluster !== true,
    shortNames: extras.short ?? [],
    subresources: extras.sub ?? [],
  }
}

const rbac = 'rbac.authorization.k8s.io/v1'
const review = ['create']

/** Everything that each sandbox stores. What has no controller here is kept and given back, and nothing more. */
export const types = {
  namespaces: defineType('v1', 'namespaces', 'Namespace', { cluster: true, short: ['ns'], sub: ['status'] }),
  nodes: defineType('v1', 'nodes', 'Node', { cluster: true, short: ['no'], sub: ['status'] }),
  pods: defineType('v1', 'pods', 'Pod', {
    short: ['po'],
    sub: ['status', 'log', 'eviction', 'exec', 'proxy'],
  }),
  services: defineType('v1', 'services', 'Service', { short: ['svc'], sub: ['status'] }),
  secrets: defineType('v1', 'secrets', 'Secret'),
  configmaps: defineType('v1', 'configmaps', 'ConfigMap', { short: ['cm'] }),
  events: defineType('v1', 'events', 'Event', { short: ['ev'] }),
  resourcequotas: defineType('v1', 'resourcequotas', 'ResourceQuota', { short: ['quota'], sub: ['status'] }),
  limitranges: defineType('v1', 'limitranges', 'LimitRange', { short: ['limits'] }),
  serviceaccounts: defineType('v1', 'serviceaccounts', 'ServiceAccount', { short: ['sa'] }),
  deployments: defineType('apps/v1', 'deployments', 'Deployment', {
    short: ['deploy'],
    sub: ['status', 'scale'],
  }),
  replicasets: defineType('apps/v1', 'replicasets', 'ReplicaSet', {
    short: ['rs'],
    sub: ['status', 'scale'],
  }),
  daemonsets: defineType('apps/v1', 'daemonsets', 'DaemonSet', { short: ['ds'], sub: ['status'] }),
  jobs: defineType('batch/v1', 'jobs', 'Job', { sub: ['status'] }),
  endpointslices: defineType('discovery.k8s.io/v1', 'endpointslices', 'EndpointSlice'),
  ingresses: defineType('networking.k8s.io/v1', 'ingresses', 'Ingress', { short: ['ing'], sub: ['status'] }),
  networkpolicies: defineType('networking.k8s.io/v1', 'networkpolicies', 'NetworkPolicy', {
    short: ['netpol'],
  }),
  horizontalpodautoscalers: defineType(
    'autoscaling/v2',
    'horizontalpodautoscalers',
    'HorizontalPodAutoscaler',
    {
      short: ['hpa'],
    },
  ),
  servicecidrs: defineType('networking.k8s.io/v1', 'servicecidrs', 'ServiceCIDR', { cluster: true }),
  ingressclasses: defineType('networking.k8s.io/v1', 'ingressclasses', 'IngressClass', { cluster: true }),
  roles: defineType(rbac, 'roles', 'Role'),
  rolebindings: defineType(rbac, 'rolebindings', 'RoleBinding'),
  clusterroles: defineType(rbac, 'clusterroles', 'ClusterRole', { cluster: true }),
  clusterrolebindings: defineType(rbac, 'clusterrolebindings', 'ClusterRoleBinding', { cluster: true }),
} as const satisfies Record<string, ResourceType>

/** Questions that are answered and not stored. */
export const reviewTypes: readonly (ResourceType & { verbs: string[] })[] = [
  defineType('authorization.k8s.io/v1', 'selfsubjectaccessreviews', 'SelfSubjectAccessReview', {
    cluster: true,
  }),
  defineType('authorization.k8s.io/v1', 'selfsubjectrulesreviews', 'SelfSubjectRulesReview', {
    cluster: true,
  }),
  defineType('authentication.k8s.io/v1', 'selfsubjectreviews', 'SelfSubjectReview', { cluster: true }),
].map((type) => ({ ...type, verbs: review }))

/** What every sandbox serves; those of gateways come on top. */
export const builtInTypes: readonly ResourceType[] = Object.values(types)

export const apiVersionOf = ({ group, version }: ResourceType): string =>
  group === '' ? version : `${group}/${version}`

/** `services`, or `deployments.apps` as the API server writes it in its messages. */
export const qualified = ({ group, plural }: ResourceType): string =>
  group === '' ? plural : `${plural}.${group}`
