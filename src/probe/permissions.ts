import { mergeRules, roleHints, type RoleRule } from '../model/cluster/role.ts'
import { UserError } from '../model/common/user-error.ts'

/** Every request that `probe` makes, as RBAC rules. */
export const probeRules: readonly RoleRule[] = [
  { apiGroups: [''], resources: ['services'], verbs: ['get'] },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
  { apiGroups: ['batch'], resources: ['jobs'], verbs: ['create', 'get', 'list', 'delete'] },
  { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
  { apiGroups: [''], resources: ['events'], verbs: ['list', 'watch'] },
]

/** Programs in containers: a connection by WebSocket is authorised as `create` since 1.35, before as `get`. */
const execRule: RoleRule = { apiGroups: [''], resources: ['pods/exec'], verbs: ['create', 'get'] }

/** The same with `--identify sockets`. */
export const socketsRules: readonly RoleRule[] = [...probeRules, execRule]

/** The same with `--in-pod`, which makes nothing. Logs are for recognising pods whose answers do not name them. */
export const inPodRules: readonly RoleRule[] = [
  { apiGroups: [''], resources: ['services'], verbs: ['get'] },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
  { apiGroups: [''], resources: ['pods', 'pods/log'], verbs: ['get'] },
  execRule,
]

/** The same with the flags that make a shadow of the Service or echo pods. */
export const shadowRules: readonly RoleRule[] = mergeRules([
  ...probeRules,
  { apiGroups: [''], resources: ['services'], verbs: ['create', 'delete'] },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['create'] },
  { apiGroups: [''], resources: ['pods'], verbs: ['create'] },
])

/** What `cleanup` needs, in each namespace that it is for. */
export const cleanupRules: readonly RoleRule[] = [
  { apiGroups: ['batch'], resources: ['jobs'], verbs: ['list', 'delete'] },
  { apiGroups: [''], resources: ['pods'], verbs: ['list', 'delete'] },
  { apiGroups: [''], resources: ['services'], verbs: ['list', 'delete'] },
]

/** The same in the whole cluster, for the namespaces of demos. */
export const cleanupClusterRules: readonly RoleRule[] = [
  { apiGroups: [''], resources: ['namespaces'], verbs: ['list', 'delete'] },
]

/**
 * Tells which permission is missing and prints the Role that would grant it, as YAML that `kubectl apply -f -` takes.
 * `words` are the API server's own.
 */
export function missingPermission(
  words: string,
  namespace: string | undefined,
  cause: unknown,
  rules: readonly RoleRule[] = probeRules,
  command = 'probe',
): UserError {
  const kind = namespace === undefined ? 'ClusterRole' : 'Role'
  return new UserError(words, {
    hints: roleHints(`this ${kind} holds all that ${command} needs; have it applied and bound to you:`, {
      name: `kubectl-affinity-${command}`,
      namespace,
      rules,
    }),
    cause,
  })
}
