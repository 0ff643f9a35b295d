import type { KubernetesObject } from './kubernetes.ts'

/** Who looks after an object, as charts and controllers say it. */
export const managedByLabel = 'app.kubernetes.io/managed-by'

/** What this tool makes is marked so: it may take it away, and `cleanup` finds what is left of it. */
export const ours = { [managedByLabel]: 'kubectl-affinity' }

/** The same as a label selector. */
export const oursSelector = `${managedByLabel}=${ours[managedByLabel]}`

export function isOurs({ metadata: { labels } }: KubernetesObject): boolean {
  return labels?.[managedByLabel] === ours[managedByLabel]
}
