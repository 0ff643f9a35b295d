import { asText, at } from '../objects/resource.ts'
import type { ObjectStore } from '../objects/store.ts'
import { isAllowed, rulesFor } from './access.ts'

/** Answers what the user may do, or who they are. */
export function review(store: ObjectStore, kind: string, user: string, body: unknown): object {
  const given = body as { apiVersion: string; kind: string; spec?: object }
  const answer = (status: object): object => ({ ...given, metadata: { creationTimestamp: null }, status })
  if (kind === 'SelfSubjectReview')
    return answer({ userInfo: { username: user, groups: ['system:authenticated'] } })
  if (kind === 'SelfSubjectRulesReview') {
    const rules = rulesFor(store, user, asText(at(given, 'spec', 'namespace')) || 'default')
    return answer({ resourceRules: rules, nonResourceRules: [], incomplete: false })
  }
  const word = (name: string): string => asText(at(given, 'spec', 'resourceAttributes', name))
  const allowed = isAllowed(store, {
    user,
    verb: word('verb'),
    group: word('group'),
    plural: word('resource'),
    subresource: word('subresource') || undefined,
    namespace: word('namespace') || undefined,
    name: word('name') || undefined,
  })
  return answer({ allowed })
}
