import { type ApiError, isConflict, isForbidden } from '../../cluster/index.ts'
import { objectName, type ObjectRef } from '../../model/findings/finding.ts'
import { isRefusedByRbac, roleHints, type RoleRule } from '../../model/cluster/role.ts'
import { UserError } from '../../model/common/user-error.ts'
import type { Keeper } from '../owners/keepers.ts'
import type { FieldOwner } from '../owners/managers.ts'

/** Every request that `enable` and `disable` cannot do without; what the findings read besides is left out if it is refused. */
export const changeRules: readonly RoleRule[] = [
  { apiGroups: [''], resources: ['services'], verbs: ['get', 'list', 'patch'] },
]

/** A failure in words that say what to do about it; what needs none stays what it is. */
export function explainProblem(
  error: unknown,
  namespace: string,
  rules: readonly RoleRule[] = changeRules,
): unknown {
  if (!isForbidden(error) || !isRefusedByRbac(error.message)) return error
  return new UserError(error.status.message ?? error.message, {
    hints: roleHints(
      'enable and disable need this Role; ask an administrator to apply it and bind it to you:',
      {
        name: 'kubectl-affinity-change',
        namespace,
        rules,
      },
    ),
    cause: error,
  })
}

/** What is needed to wait on every node; a probe tells by itself what it needs. */
export const waitRules: readonly RoleRule[] = [{ apiGroups: [''], resources: ['nodes'], verbs: ['list'] }]

/** The same for waiting, which needs to know the nodes. */
export function explainWaitProblem(error: unknown): unknown {
  if (!isForbidden(error) || !error.path.endsWith('/nodes')) return error
  return new UserError(error.status.message ?? error.message, {
    hints: roleHints(
      'waiting asks every node and needs this ClusterRole; ask an administrator to apply it and bind it to you, or prove the change from one node with probe:',
      { name: 'kubectl-affinity-wait', rules: waitRules },
    ),
    cause: error,
  })
}

/** Fields belong to managers that must not be overruled unasked. */
export function ownedByOthers(
  object: ObjectRef,
  owners: readonly FieldOwner[],
  keeper: Keeper | undefined,
): UserError {
  const fields = owners.flatMap((owner) =>
    owner.fields.map((field) => `conflict with ${JSON.stringify(owner.manager)}: ${field}`),
  )
  const count = `${fields.length} conflict${fields.length === 1 ? '' : 's'}`
  const declared = owners.filter(({ operation }) => operation === 'Apply')
  return new UserError(`${objectName(object)} not changed, ${count}: ${fields.join(', ')}`, {
    hints: [
      ...(keeper === undefined
        ? [`change it in what ${quoted(owners)} ${owners.length === 1 ? 'applies' : 'apply'}`]
        : [`${keeper.name} keeps this ${object.kind}: ${keeper.consequence}`, keeper.instead]),
      { remedy: 'take-over-fields', declared: declared.length > 0 ? quoted(declared) : undefined },
    ],
  })
}

function quoted(owners: readonly FieldOwner[]): string {
  return [...new Set(owners.map(({ manager }) => JSON.stringify(manager)))].join(', ')
}

/** The API server found a conflict that was not there when the object was read. */
export function isFieldConflict(error: unknown): error is ApiError {
  return isConflict(error) && causes(error).includes('FieldManagerConflict')
}

/** The object was changed by somebody else since it was read. */
export function isStale(error: unknown): error is ApiError {
  return isConflict(error) && !isFieldConflict(error)
}

function causes(error: ApiError): (string | undefined)[] {
  return (error.status.details?.causes ?? []).map(({ reason }) => reason)
}
