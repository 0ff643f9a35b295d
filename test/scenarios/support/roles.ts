import { expect } from 'vitest'
import { parse } from 'yaml'
import type { Ended } from './command.ts'
import type { Playground } from './namespace.ts'

export interface Role {
  metadata: { name: string; namespace: string }
  rules: { apiGroups: string[]; resources: string[]; verbs: string[] }[]
}

/** The Role that a message prints, as someone would copy it from the terminal. */
export function roleIn({ stderr }: Ended): Role {
  const from = stderr.indexOf('  apiVersion: rbac')
  expect(from, stderr).toBeGreaterThan(0)
  const text = stderr
    .slice(from)
    .split('\n')
    .map((line) => line.slice(2))
    .join('\n')
  return parse(text) as Role
}

/** Grants a Role to a user in the namespace of the playground, instead of what the user had there before. */
export async function bindRole(place: Playground, user: string, role: Role): Promise<void> {
  const metadata = { name: `probe-${user}`, namespace: place.name }
  await place.apply(
    { ...role, apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: metadata.name },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
    },
  )
}

/** The Role without one verb on one resource. */
export function without(role: Role, resource: string, verb: string): Role {
  return {
    ...role,
    rules: role.rules
      .map((rule) =>
        rule.resources.includes(resource)
          ? { ...rule, verbs: rule.verbs.filter((word) => word !== verb) }
          : rule,
      )
      .filter(({ verbs }) => verbs.length > 0),
  }
}
