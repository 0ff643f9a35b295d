import { type ApiError, isForbidden } from '../../cluster/index.ts'
import { isFieldConflict } from '../../change/write/problems.ts'
import { isRefusedByRbac, roleHints, type RoleRule } from '../../model/cluster/role.ts'
import { UserError } from '../../model/common/user-error.ts'

/** Every request that `external` cannot do without in the cluster of the Service. */
export const externalRules: readonly RoleRule[] = [
  { apiGroups: [''], resources: ['services'], verbs: ['get', 'list', 'create', 'patch', 'delete'] },
  {
    apiGroups: ['discovery.k8s.io'],
    resources: ['endpointslices'],
    verbs: ['list', 'create', 'patch', 'delete'],
  },
]

/** What its own addresses are found by, so that none of them is taken; what is refused is named and not checked. */
export const loopRules: readonly RoleRule[] = [
  { apiGroups: [''], resources: ['services', 'nodes', 'pods'], verbs: ['list'] },
  { apiGroups: ['networking.k8s.io'], resources: ['servicecidrs'], verbs: ['list'] },
]

/** With --adopt, where there is an Endpoints object. */
const adoptRules: readonly RoleRule[] = [
  { apiGroups: [''], resources: ['endpoints'], verbs: ['get', 'delete'] },
]

/** In the other cluster, for all that --from takes; --watch needs no more. */
const originRules: readonly RoleRule[] = [
  { apiGroups: [''], resources: ['services'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: ['gateway.networking.k8s.io'], resources: ['gateways'], verbs: ['get', 'list', 'watch'] },
]

/** With --node-port, in the other cluster. */
const nodeRules: readonly RoleRule[] = [{ apiGroups: [''], resources: ['nodes'], verbs: ['list', 'watch'] }]

/** A refusal in words that say what to do about it; what needs none stays what it is. */
export function explainProblem(error: unknown, namespace: string, where: 'here' | 'origin'): unknown {
  if (!isForbidden(error) || !isRefusedByRbac(error.message)) return error
  const isNodes = /resource "nodes"/.test(error.message)
  const isEndpoints = /resource "endpoints"/.test(error.message)
  const role = isNodes
    ? { name: 'kubectl-affinity-nodes', rules: nodeRules }
    : isEndpoints
      ? { name: 'kubectl-affinity-adopt', namespace, rules: adoptRules }
      : where === 'origin'
        ? { name: 'kubectl-affinity-origin', namespace, rules: originRules }
        : { name: 'kubectl-affinity-external', namespace, rules: externalRules }
  return new UserError(error.status.message ?? error.message, {
    hints: roleHints(
      where === 'origin'
        ? 'external needs this in the other cluster; ask its administrator to apply it and bind it to you:'
        : 'external needs this Role (edit and admin do not hold EndpointSlices); ask an administrator to apply it and bind it to you:',
      role,
    ),
    cause: error,
  })
}

/** Fields of the Service that others declare, in the API server's words. */
export function explainConflict(error: unknown, service: string): unknown {
  if (!isFieldConflict(error)) return error
  return new UserError(`service/${service} not changed: ${conflictsIn(error).join(', ')}`, {
    hints: [
      'change it in what the other manager applies',
      { remedy: 'take-over-fields', declared: 'the other manager' },
    ],
    cause: error,
  })
}

function conflictsIn({ status }: ApiError): string[] {
  return (status.details?.causes ?? []).map(
    ({ field, message }) => `${message ?? 'conflict'}: ${field ?? ''}`,
  )
}

/**
 * Whether every manager in a conflict is a tool that writes once, when a person tells it: kubectl itself. What was
 * declared by somebody's server-side apply stays his.
 */
export function isPersonsTool(error: ApiError): boolean {
  return conflictsIn(error).every((text) =>
    /^conflicts? with "(kubectl-(client-side-apply|create|edit|patch|expose|replace)|kubectl)" using/.test(
      text,
    ),
  )
}
