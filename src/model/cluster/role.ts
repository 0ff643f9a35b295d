/** RBAC rules as this tool shows them to a user who lacks them. */

export interface RoleRule {
  apiGroups: readonly string[]
  resources: readonly string[]
  verbs: readonly string[]
}

/** Rules for the same resources become one, so that a Role of several parts stays short. */
export function mergeRules(rules: readonly RoleRule[]): RoleRule[] {
  const merged = new Map<string, RoleRule>()
  for (const { apiGroups, resources, verbs } of rules) {
    const key = `${apiGroups.join(',')}/${resources.join(',')}`
    const known = merged.get(key)?.verbs ?? []
    merged.set(key, { apiGroups, resources, verbs: [...new Set([...known, ...verbs])] })
  }
  return [...merged.values()]
}

/** A Role, or without a namespace a ClusterRole. */
export interface NamedRole {
  name: string
  namespace?: string | undefined
  rules: readonly RoleRule[]
}

/** The YAML of it that `kubectl apply -f -` takes. */
export function roleYaml({ name, namespace, rules }: NamedRole): string {
  const list = (words: readonly string[]): string => `[${words.map((word) => `"${word}"`).join(', ')}]`
  return [
    'apiVersion: rbac.authorization.k8s.io/v1',
    namespace === undefined ? 'kind: ClusterRole' : 'kind: Role',
    `metadata: {name: ${name}${namespace === undefined ? '' : `, namespace: ${namespace}`}}`,
    'rules:',
    ...rules.map(
      ({ apiGroups, resources, verbs }) =>
        `- apiGroups: ${list(apiGroups)}\n  resources: ${list(resources)}\n  verbs: ${list(verbs)}`,
    ),
  ].join('\n')
}

/** What to do for somebody who lacks these rules: a sentence, and the Role or ClusterRole below it, a line each. */
export function roleHints(sentence: string, role: NamedRole): string[] {
  return [sentence, '', ...roleYaml(role).split('\n')]
}

/**
 * True when RBAC refused. Quota and admission answer Forbidden as well; only RBAC says who cannot do what.
 * `words` are the API server's own.
 */
export function isRefusedByRbac(words: string): boolean {
  return / cannot \w+ resource /.test(words)
}
