import type { KubernetesObject } from '../../model/cluster/kubernetes.ts'

/** What this tool makes is marked so, and it may take it away. */
export const ours = { 'app.kubernetes.io/managed-by': 'kubectl-affinity' }

export function isOurs({ metadata: { labels } }: KubernetesObject): boolean {
  return labels?.['app.kubernetes.io/managed-by'] === ours['app.kubernetes.io/managed-by']
}
