import { isForbidden } from '../cluster/index.ts'
import { isRefusedByRbac, roleHints } from '../model/cluster/role.ts'
import { UserError } from '../model/common/user-error.ts'
import { explainRules } from './permissions.ts'

/**
 * What `explain` cannot do without was refused: says which Role allows it. What is no such refusal stays what it is.
 *
 * @param namespace undefined where all of them are asked for
 */
export function withExplainRole(error: Error, namespace: string | undefined): Error {
  if (!isForbidden(error) || !isRefusedByRbac(error.message)) return error
  const kind = namespace === undefined ? 'ClusterRole' : 'Role'
  return new UserError(error.status.message ?? error.message, {
    hints: roleHints(`this ${kind} holds all that explain reads; have it applied and bound to you:`, {
      name: 'kubectl-affinity-explain',
      namespace,
      rules: explainRules,
    }),
    cause: error,
  })
}
