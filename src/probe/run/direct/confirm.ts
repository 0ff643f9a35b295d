import type { Cluster } from '../../../cluster/index.ts'
import { podPath } from '../../../cluster/paths.ts'
import type { Endpoint } from '../../../model/cluster/endpoint.ts'
import { createMentions } from '../../../agent/answers/mentions.ts'
import { namesOf } from '../../plan/needles.ts'

/** So many other pods are asked before it is left open. */
const mostAsked = 3
/** For each of them, in milliseconds. */
const patienceMs = 3000

/** A run whose every answer names the same pod. */
export interface OnlyName {
  namespace: string
  /** The one that is named. */
  named: Endpoint
  /** The others behind the Service. */
  others: readonly Endpoint[]
  scheme: 'http' | 'https'
  path: string
}

/**
 * Asks another pod the same, through the API server: an answer that names the same one, a leader or a database, shows that
 * the name is not of the one who answers. `unknown` where none could be asked.
 */
export async function confirmName(
  cluster: Cluster,
  { namespace, named, others, scheme, path }: OnlyName,
  signal: AbortSignal,
): Promise<'own' | 'shared' | 'unknown'> {
  const names = createMentions([namesOf(named).map(({ value }) => value)], [])
  const askable = others.filter(({ pod, ready }) => pod !== undefined && pod !== named.pod && ready)
  for (const { pod = '', port } of askable.slice(0, mostAsked)) {
    const target = `${scheme === 'https' ? 'https:' : ''}${pod}:${port}`
    const url = `${podPath(namespace, target)}/proxy${path}`
    try {
      const answer = await cluster.text(url, {
        signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]),
      })
      return names.find(answer).length > 0 ? 'shared' : 'own'
    } catch {
      // Not allowed, or no answer: perhaps another one.
    }
  }
  return 'unknown'
}
