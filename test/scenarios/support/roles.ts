import { expect } from 'vitest'
import { parse } from 'yaml'
import type { Ended } from './command.ts'
import type { Playground } from './namespace.ts'
import { site } from './site.ts'

export interface Rule {
  apiGroups: string[]
  resources: string[]
  verbs: string[]
  resourceNames?: string[]
}

export interface Role {
  metadata: { name: string; namespace: string }
  rules: Rule[]
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

/**
 * Grants a Role to a user in the namespace of the playground, instead of what the user had there before. Resolves when
 * the API server goes by it, which may take it a while after the objects are there.
 */
export async function bindRole(
  place: Playground,
  user: string,
  role: { rules: readonly Rule[]; metadata?: object },
): Promise<void> {
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
  await expect.poll(() => rightsOf(user, place.name), { timeout: 30_000 }).toStrictEqual(rightsIn(role.rules))
}

/** Of these everybody may make some. */
const everybodys = new Set(['authentication.k8s.io', 'authorization.k8s.io'])

/** What the API server lets a user do in a namespace, other than everybody. */
async function rightsOf(user: string, namespace: string): Promise<string[]> {
  const apiVersion = 'authorization.k8s.io/v1'
  const review = { apiVersion, kind: 'SelfSubjectRulesReview', spec: { namespace } }
  // To validate it, kubectl would read what the user may not.
  const words = ['--context', user, 'create', '--validate=false', '-f', '-', '-o', 'json']
  const answer = await site.kubectl(words, JSON.stringify(review))
  return rightsIn((JSON.parse(answer) as { status: { resourceRules: Rule[] } }).status.resourceRules)
}

function rightsIn(rules: readonly Rule[]): string[] {
  const rights = rules.flatMap(({ apiGroups, resources, verbs, resourceNames = [''] }) =>
    apiGroups
      .filter((group) => !everybodys.has(group))
      .flatMap((group) => resources.map((resource) => `${group}/${resource}`))
      .flatMap((resource) => resourceNames.map((name) => `${resource} ${name}`))
      .flatMap((object) => verbs.map((verb) => `${verb} ${object}`)),
  )
  return [...new Set(rights)].sort()
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
