import { ApiError } from '../../../cluster/index.ts'
import { UserError } from '../../../model/common/user-error.ts'
import { isRefusedByRbac } from '../../../model/cluster/role.ts'
import { missingPermission, shadowRules } from '../../permissions.ts'

/** Turns the cluster's refusal to take a temporary object into what the user can do about it. */
export function explainRefusal(error: unknown, kind: string, namespace: string): unknown {
  if (!(error instanceof ApiError)) return error
  const words = error.status.message ?? error.message
  if (isRefusedByRbac(words)) return missingPermission(words, namespace, error, shadowRules)
  if (![400, 403, 422].includes(error.code)) return error
  return new UserError(`the cluster refuses the temporary ${kind}: ${words}`, {
    hints: words.includes('exceeded quota')
      ? [`see what is used:  kubectl describe resourcequota -n ${namespace}`]
      : [],
    cause: error,
  })
}

/** The error of something that is not allowed, with the Role for shadows instead of that for probes alone. */
export function withShadowRole(error: unknown, namespace: string): unknown {
  if (!(error instanceof UserError && error.cause instanceof ApiError)) return error
  const { cause, message } = error
  return isRefusedByRbac(message) ? missingPermission(message, namespace, cause, shadowRules) : error
}
