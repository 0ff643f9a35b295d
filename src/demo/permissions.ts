import type { RoleRule } from '../model/cluster/role.ts'

/** What `demo --on-cluster` needs for its namespace and what is in it, besides what the commands that it shows need. */
export const demoNamespaceRules: readonly RoleRule[] = [
  { apiGroups: [''], resources: ['namespaces'], verbs: ['create', 'delete'] },
  { apiGroups: ['apps'], resources: ['deployments'], verbs: ['create', 'get'] },
  { apiGroups: [''], resources: ['services'], verbs: ['create'] },
]
