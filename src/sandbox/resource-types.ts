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

function define(groupVersion: string, plural: string, kind: string, extras: Extras = {}): ResourceType {
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

/** Everything that the sandbox stores. What has no controller here is kept and given back, and nothing more. */
export const types = {
  namespaces: define('v1', 'namespaces', 'Namespace', { cluster: true, short: ['ns'], sub: ['status'] }),
  nodes: define('v1', 'nodes', 'Node', { cluster: true, short: ['no'], sub: ['status'] }),
  pods: define('v1', 'pods', 'Pod', { short: ['po'], sub: ['status', 'log', 'eviction', 'exec', 'proxy'] }),
  services: define('v1', 'services', 'Service', { short: ['svc'], sub: ['status'] }),
  configmaps: define('v1', 'configmaps', 'ConfigMap', { short: ['cm'] }),
  events: define('v1', 'events', 'Event', { short: ['ev'] }),
  resourcequotas: define('v1', 'resourcequotas', 'ResourceQuota', { short: ['quota'], sub: ['status'] }),
  limitranges: define('v1', 'limitranges', 'LimitRange', { short: ['limits'] }),
  serviceaccounts: define('v1', 'serviceaccounts', 'ServiceAccount', { short: ['sa'] }),
  deployments: define('apps/v1', 'deployments', 'Deployment', {
    short: ['deploy'],
    sub: ['status', 'scale'],
  }),
  replicasets: define('apps/v1', 'replicasets', 'ReplicaSet', { short: ['rs'], sub: ['status', 'scale'] }),
  daemonsets: define('apps/v1', 'daemonsets', 'DaemonSet', { short: ['ds'], sub: ['status'] }),
  jobs: define('batch/v1', 'jobs', 'Job', { sub: ['status'] }),
  endpointslices: define('discovery.k8s.io/v1', 'endpointslices', 'EndpointSlice'),
  ingresses: define('networking.k8s.io/v1', 'ingresses', 'Ingress', { short: ['ing'], sub: ['status'] }),
  networkpolicies: define('networking.k8s.io/v1', 'networkpolicies', 'NetworkPolicy', { short: ['netpol'] }),
  horizontalpodautoscalers: define('autoscaling/v2', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler', {
    short: ['hpa'],
  }),
  servicecidrs: define('networking.k8s.io/v1', 'servicecidrs', 'ServiceCIDR', { cluster: true }),
  ingressclasses: define('networking.k8s.io/v1', 'ingressclasses', 'IngressClass', { cluster: true }),
  roles: define(rbac, 'roles', 'Role'),
  rolebindings: define(rbac, 'rolebindings', 'RoleBinding'),
  clusterroles: define(rbac, 'clusterroles', 'ClusterRole', { cluster: true }),
  clusterrolebindings: define(rbac, 'clusterrolebindings', 'ClusterRoleBinding', { cluster: true }),
} as const satisfies Record<string, ResourceType>

/** Questions that are answered and not stored. */
export const reviewTypes: readonly (ResourceType & { verbs: string[] })[] = [
  define('authorization.k8s.io/v1', 'selfsubjectaccessreviews', 'SelfSubjectAccessReview', { cluster: true }),
  define('authorization.k8s.io/v1', 'selfsubjectrulesreviews', 'SelfSubjectRulesReview', { cluster: true }),
  define('authentication.k8s.io/v1', 'selfsubjectreviews', 'SelfSubjectReview', { cluster: true }),
].map((type) => ({ ...type, verbs: review }))

export const allTypes: readonly ResourceType[] = Object.values(types)

export function findType(group: string, version: string, plural: string): ResourceType | undefined {
  return allTypes.find((type) => type.group === group && type.version === version && type.plural === plural)
}

export const apiVersionOf = ({ group, version }: ResourceType): string =>
  group === '' ? version : `${group}/${version}`

/** `services`, or `deployments.apps` as the API server writes it in its messages. */
export const qualified = ({ group, plural }: ResourceType): string =>
  group === '' ? plural : `${plural}.${group}`
