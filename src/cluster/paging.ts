import type { KubernetesList } from '../model/kubernetes.ts'
import { ApiError } from './errors.ts'
import type { Query } from './types.ts'

/** kubectl's --chunk-size. */
const PAGE_SIZE = 500

type FetchPage<T> = (query: Query) => Promise<KubernetesList<T>>

/** The items of a list, page by page. Rejects as the fetch does. */
export async function* listItems<T>(
  fetch: FetchPage<T>,
  query: Query | undefined,
): AsyncGenerator<T, void, undefined> {
  for await (const page of listPages(fetch, query)) yield* page.items
}

/**
 * The pages of a list. When the server has forgotten the list's version before the last page (410, after some
 * minutes), the whole list is read again in one piece, and given out as a page that replaces the earlier ones:
 * its items may have been seen before.
 */
export async function* listPages<T>(
  fetch: FetchPage<T>,
  query: Query | undefined,
): AsyncGenerator<KubernetesList<T>, void, undefined> {
  let token: string | undefined
  do {
    let page: KubernetesList<T>
    try {
      page = await fetch({ limit: PAGE_SIZE, ...query, ...(token ? { continue: token } : {}) })
    } catch (error) {
      if (!token || !(error instanceof ApiError && error.code === 410)) throw error
      page = await fetch({ ...query })
    }
    // A list without items is written as null by some servers.
    yield { ...page, items: page.items ?? [] }
    token = page.metadata.continue
  } while (token)
}
