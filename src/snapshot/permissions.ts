import { objectTypes } from '../mechanisms/index.ts'
import type { ObjectType } from '../model/object.ts'
import type { Rule } from '../model/role.ts'

/** What `explain` reads in the namespace of a Service. Only the Service is needed; the rest is unknown where it is refused. */
export const explainRules: readonly Rule[] = [
  { apiGroups: [''], resources: ['services'], verbs: ['get', 'list'] },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list'] },
  { apiGroups: [''], resources: ['pods', 'events'], verbs: ['list'] },
  { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: ['list'] },
  { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: ['list'] },
  ...listRules(objectTypes.filter(({ scope }) => scope === 'namespaced')),
]

/** What it reads in kube-system, to recognise the Service proxy and its mode. */
export const explainProxyRules: readonly Rule[] = [
  { apiGroups: ['apps'], resources: ['daemonsets'], verbs: ['list'] },
  { apiGroups: [''], resources: ['configmaps'], verbs: ['get'] },
]

/** What it reads that belongs to no namespace. */
export const explainClusterRules: readonly Rule[] = [
  { apiGroups: [''], resources: ['nodes'], verbs: ['list'] },
  ...listRules(objectTypes.filter(({ scope, within }) => scope === 'cluster' || within === 'everywhere')),
]

function listRules(types: readonly ObjectType[]): Rule[] {
  return Map.groupBy(types, ({ group }) => group)
    .entries()
    .map(([group, members]): Rule => {
      const resources = members.map(({ resource }) => resource)
      return { apiGroups: [group], resources: [...new Set(resources)], verbs: ['list'] }
    })
    .toArray()
}
