import type { Environment } from '../types.ts'
import { loadKubeconfig } from './load.ts'

/** What a kubeconfig gives names to. */
export interface KubeconfigNames {
  contexts: string[]
  clusters: string[]
  users: string[]
}

/**
 * The names in the kubeconfig that kubectl would read.
 *
 * @throws KubeconfigError for a file that is missing, unreadable or malformed.
 */
export async function kubeconfigNames(
  explicit: string | undefined,
  environment: Pick<Environment, 'env' | 'homedir'>,
): Promise<KubeconfigNames> {
  const { contexts, clusters, users } = await loadKubeconfig(explicit, environment)
  return { contexts: [...contexts.keys()], clusters: [...clusters.keys()], users: [...users.keys()] }
}
