import { objectTypes, targetKinds } from '../mechanisms/index.ts'
import { autoscalers, networkPolicies } from '../mechanisms/service/objects.ts'
import { type ObjectType, resourceName } from '../model/cluster/object.ts'
import { mergeRules, type RoleRule } from '../model/cluster/role.ts'

/** What `explain` reads in the namespace of a Service. Only the Service is needed; the rest is unknown where it is refused. */
export const explainRules: readonly RoleRule[] = mergeRules([
  { apiGroups: [''], resources: ['services'], verbs: ['get', 'list'] },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list'] },
  { apiGroups: [''], resources: ['pods', 'events'], verbs: ['list'] },
  ...readRules([networkPolicies, autoscalers, ...objectTypes.filter(({ scope }) => scope === 'namespaced')]),
])

/** What it reads in kube-system, to recognise the Service proxy and its mode. */
export const explainProxyRules: readonly RoleRule[] = [
  { apiGroups: ['apps'], resources: ['daemonsets'], verbs: ['list'] },
  { apiGroups: [''], resources: ['configmaps'], verbs: ['get'] },
  // Where neither tells: kube-proxy in static pods.
  { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
]

/** What it reads that belongs to no namespace. */
export const explainClusterRules: readonly RoleRule[] = [
  { apiGroups: [''], resources: ['nodes'], verbs: ['list'] },
  // Whether Calico replaces kube-proxy.
  {
    apiGroups: ['crd.projectcalico.org', 'projectcalico.org'],
    resources: ['felixconfigurations'],
    verbs: ['list'],
  },
  ...readRules(objectTypes.filter(({ scope, within }) => scope === 'cluster' || within === 'everywhere')),
]

/** Lists, and single objects of the kinds that a user can name. */
export function readRules(types: readonly ObjectType[]): RoleRule[] {
  const named = new Set(targetKinds.map(({ type }) => resourceName(type)))
  const isNamed = (type: ObjectType): boolean => named.has(resourceName(type))
  return Map.groupBy(types, (type) => `${type.group} ${isNamed(type) ? 'named' : ''}`)
    .values()
    .map((members): RoleRule => {
      const verbs = members.every(isNamed) ? ['get', 'list'] : ['list']
      return {
        apiGroups: members.slice(0, 1).map(({ group }) => group),
        resources: [...new Set(members.map(({ resource }) => resource))],
        verbs,
      }
    })
    .toArray()
}
