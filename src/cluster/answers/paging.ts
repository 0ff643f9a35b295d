import type { KubernetesList } from '../../model/cluster/kubernetes.ts'
import { ApiError, ConnectionError } from './errors.ts'
import type { Query } from '../types.ts'

/** kubectl's --chunk-size. */
const PAGE_SIZE = 500

/** As much as is known of whatever a list holds. */
interface Listed {
  metadata?: { uid?: string; namespace?: string; name?: string }
}

type FetchPage<T> = (query: Query) => Promise<KubernetesList<T>>

/**
 * The items of a list, page by page. When the server has forgotten the list's version before the last page
 * (410, after some minutes), the list is read again in one piece, and what was given out already is left out.
 * Rejects as the fetch does, and where a list would not end.
 */
export async function* listItems<T extends Listed>(
  fetch: FetchPage<T>,
  query: Query | undefined,
): AsyncGenerator<T, void, undefined> {
  const seen = new Set<string>()
  let token: string | undefined
  do {
    let page: KubernetesList<T>
    try {
      page = await fetch({ limit: PAGE_SIZE, ...query, ...(token ? { continue: token } : {}) })
    } catch (error) {
      if (!token || !(error instanceof ApiError && error.code === 410)) throw error
      page = await fetch({ ...query })
    }
    // Some servers write an empty list as null.
    for (const item of page.items ?? []) {
      const key = keyOf(item)
      if (key !== undefined && seen.has(key)) continue
      if (key !== undefined) seen.add(key)
      yield item
    }
    const next = page.metadata?.continue
    if (next && next === token)
      throw new ConnectionError(
        'protocol',
        'error: the server does not answer as a Kubernetes API server does',
        { hint: 'a list goes on with the page that it just gave' },
      )
    token = next
  } while (token)
}

function keyOf({ metadata }: Listed): string | undefined {
  return metadata === undefined
    ? undefined
    : (metadata.uid ?? `${metadata.namespace ?? ''}/${metadata.name ?? ''}`)
}
