import { ApiError, type Cluster, isForbidden, isNotFound } from '../../cluster/index.ts'
import { type Fact, known, type Unknown, unknown } from '../../model/cluster/store.ts'

export interface ReadOptions {
  query?: Readonly<Record<string, string | number>>
  accept?: string
  signal?: AbortSignal | undefined
  timeoutMs?: number
}

/** What was asked for, in words, for the list of what is unknown. */
type What = string

/**
 * One object; undefined where it does not exist. What the server refuses becomes an unknown fact; a lost connection
 * rejects, since nothing else will be read either.
 */
export async function readObject<T>(
  cluster: Cluster,
  path: string,
  what: What,
  options: ReadOptions = {},
): Promise<Fact<T | undefined>> {
  try {
    return known(await cluster.get<T>(path, options))
  } catch (error) {
    if (isNotFound(error)) return known(undefined)
    return unknown(refused(error, what))
  }
}

/**
 * All items of a list. A kind that the server does not have is an empty list. Items of a list name no
 * kind: it is put in. `keep` may drop what is not needed before the next item is read; `onMissing` tells an absent kind.
 */
export async function readList<T extends object>(
  cluster: Cluster,
  path: string,
  what: What,
  type: { apiVersion: string; kind: string },
  { keep, onMissing, ...options }: ReadOptions & { keep?: (item: T) => T; onMissing?: () => void } = {},
): Promise<Fact<T[]>> {
  const items: T[] = []
  try {
    for await (const item of cluster.list<T>(path, options)) {
      const typed = Object.assign(item, type)
      items.push(keep === undefined ? typed : keep(typed))
    }
    return known(items)
  } catch (error) {
    if (isNotFound(error)) {
      onMissing?.()
      return known([])
    }
    return unknown(refused(error, what))
  }
}

/** Why something could not be read. Rethrows what is no answer of the server, and a refusal of the user as such. */
function refused(error: unknown, what: What): Unknown {
  if (!(error instanceof ApiError) || error.code === 401) throw error
  const reason = isForbidden(error) ? 'forbidden' : 'failed'
  return { what, reason, detail: error.status.message ?? error.message }
}
