import { type Attempt, Refused, forbidden } from '../failure.ts'
import { type JsonObject, type Resource, types } from '../objects/resource.ts'
import type { ObjectStore } from '../objects/store.ts'

interface AccessRule {
  apiGroups?: string[]
  resources?: string[]
  resourceNames?: string[]
  verbs: string[]
}

interface Binding {
  roleRef: { kind: string; name: string }
  subjects?: { kind: string; name: string }[]
}

/** The user who may do everything. */
export const administrator = 'admin'

/** Who asks, by the token that they bring; impersonation is for the administrator. Throws 401 and 403. */
export function whoAsks(
  headers: NodeJS.Dict<string | string[]>,
  tokens: ReadonlyMap<string, string>,
): string {
  const token = /^Bearer (.+)$/.exec(String(headers['authorization'] ?? ''))?.[1]
  const user = token === undefined ? undefined : tokens.get(token)
  if (user === undefined) throw new Refused(401, 'Unauthorized', 'Unauthorized')
  const as = headers['impersonate-user']
  if (as === undefined) return user
  if (user !== administrator)
    throw forbidden({ user, verb: 'impersonate', group: '', plural: 'users', name: String(as) })
  return String(as)
}

/** RBAC: Roles and ClusterRoles that are bound to the user, as the API server evaluates them. */
export function isAllowed(store: ObjectStore, attempt: Attempt): boolean {
  if (attempt.user === administrator || attempt.user.startsWith('system:')) return true
  return rulesFor(store, attempt.user, attempt.namespace).some((rule) => covers(rule, attempt))
}

export function rulesFor(store: ObjectStore, user: string, namespace: string | undefined): AccessRule[] {
  const local = namespace === undefined ? [] : store.list(types.rolebindings, namespace)
  return [...store.list(types.clusterrolebindings), ...local].flatMap((object) => {
    const { roleRef, subjects = [] } = object as Resource & Binding
    if (
      !subjects.some(
        ({ kind, name }) =>
          (kind === 'User' && name === user) || (kind === 'Group' && name === 'system:authenticated'),
      )
    )
      return []
    const type = roleRef.kind === 'Role' ? types.roles : types.clusterroles
    return ((store.find(type, namespace, roleRef.name) as JsonObject | undefined)?.['rules'] ??
      []) as AccessRule[]
  })
}

function covers(rule: AccessRule, { verb, group, plural, subresource, name }: Attempt): boolean {
  const resource = subresource === undefined ? plural : `${plural}/${subresource}`
  const includes = (list: string[] | undefined, word: string): boolean =>
    (list ?? []).some((one) => one === word || one === '*')
  const names = rule.resourceNames ?? []
  return (
    includes(rule.verbs, verb) &&
    includes(rule.apiGroups, group) &&
    includes(rule.resources, resource) &&
    (names.length === 0 || (name !== undefined && names.includes(name)))
  )
}
