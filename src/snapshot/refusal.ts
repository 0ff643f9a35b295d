import { type Cluster, isForbidden } from '../cluster/index.ts'
import { isRefusedByRbac, roleHints } from '../model/cluster/role.ts'
import { UserError } from '../model/common/user-error.ts'
import { readGroups } from './cluster/groups.ts'
import { explainRules } from './permissions.ts'

/**
 * What `explain` cannot do without was refused: says which Role allows it, of the kinds that the server has where it says which
 * those are. What is no such refusal stays what it is.
 *
 * @param namespace undefined where all of them are asked for
 */
export async function withExplainRole(
  error: Error,
  {
    cluster,
    namespace,
    signal,
  }: { cluster: Cluster; namespace: string | undefined; signal?: AbortSignal | undefined },
): Promise<Error> {
  if (!isForbidden(error) || !isRefusedByRbac(error.message)) return error
  const groups = await readGroups(cluster, signal)
  const isServed = (group: string): boolean => group === '' || !groups.known || groups.value.has(group)
  const kind = namespace === undefined ? 'ClusterRole' : 'Role'
  return new UserError(error.status.message ?? error.message, {
    hints: roleHints(`this ${kind} holds all that explain reads; have it applied and bound to you:`, {
      name: 'kubectl-affinity-explain',
      namespace,
      rules: explainRules.filter(({ apiGroups }) => apiGroups.some(isServed)),
    }),
    cause: error,
  })
}
