import { roleYaml, type Rule } from '../model/role.ts'
import { UserError } from '../model/user-error.ts'

/** Every request that `probe` makes, as RBAC rules; docs/security.md shows the same and a test compares them. */
export const probeRules: readonly Rule[] = [
  { apiGroups: [''], resources: ['services'], verbs: ['get'] },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
  { apiGroups: ['batch'], resources: ['jobs'], verbs: ['create', 'get', 'list', 'delete'] },
  { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
  { apiGroups: [''], resources: ['events'], verbs: ['list', 'watch'] },
]

/** The Role that grants what `probe` needs, as YAML that `kubectl apply -f -` takes. */
export function probeRole(namespace: string): string {
  return roleYaml('kubectl-affinity-probe', namespace, probeRules)
}

/** Tells which permission is missing and prints the Role that would grant it. `words` are the API server's own. */
export function missingPermission(words: string, namespace: string, cause: unknown): UserError {
  return new UserError(words, {
    hints: [
      'this Role holds all that probe needs; have it applied and bound to you:',
      '',
      ...probeRole(namespace).split('\n'),
    ],
    cause,
  })
}
