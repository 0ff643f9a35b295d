import { frontResources } from '../mechanisms/index.ts'
import type { Rule } from '../model/role.ts'

/** What `explain` reads in the namespace of a Service. Only the Service is needed; the rest is unknown where it is refused. */
export const explainRules: readonly Rule[] = [
  { apiGroups: [''], resources: ['services'], verbs: ['get', 'list'] },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list'] },
  { apiGroups: [''], resources: ['pods', 'events'], verbs: ['list'] },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses', 'networkpolicies'], verbs: ['list'] },
  { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: ['list'] },
  ...Map.groupBy(frontResources, ({ group }) => group)
    .entries()
    .map(([group, members]): Rule => {
      const resources = members.map(({ resource }) => resource)
      return { apiGroups: [group], resources: [...new Set(resources)], verbs: ['list'] }
    }),
]

/** What it reads in kube-system, to recognise the Service proxy and its mode. */
export const explainProxyRules: readonly Rule[] = [
  { apiGroups: ['apps'], resources: ['daemonsets'], verbs: ['list'] },
  { apiGroups: [''], resources: ['configmaps'], verbs: ['get'] },
]

/** What it reads that belongs to no namespace. */
export const explainClusterRules: readonly Rule[] = [
  { apiGroups: [''], resources: ['nodes'], verbs: ['list'] },
  { apiGroups: ['networking.k8s.io'], resources: ['ingressclasses'], verbs: ['list'] },
]
