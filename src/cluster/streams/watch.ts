import type { KubernetesList, KubernetesObject, Status } from '../../model/cluster/kubernetes.ts'
import { ApiError } from '../answers/errors.ts'
import { readEvent } from '../answers/door.ts'
import { limited } from '../transport/limit.ts'
import { LineSplitter } from '../answers/lines.ts'
import { Outage, type OutageOptions } from './outage.ts'
import type { CallOptions, Cluster, Query } from '../types.ts'
import { Backoff, unlessAborted } from '../transport/wait.ts'

export type WatchEvent<T> =
  | { type: 'added' | 'modified' | 'deleted'; object: T }
  /** Everything that was there at this version has been told. */
  | { type: 'synced'; resourceVersion: string }
  /** Nothing changed up to this version. */
  | { type: 'bookmark'; resourceVersion: string }

export interface WatchOptions extends Pick<CallOptions, 'query' | 'signal'>, OutageOptions {}

/** The server ends a watch after this long; the next one goes on where it stopped. */
const WATCH_SECONDS = 290
/** So much longer than that, and the connection is dead without anybody having said so. */
const SILENT_DEATH_MS = (WATCH_SECONDS + 30) * 1000

interface ObjectEvent<T> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'
  object: T
}

/** A failure that is told inside a watch; whatever it is, the list must be read again. */
interface ErrorEvent {
  type: 'ERROR'
  object: Status
}

/**
 * A list and everything that happens to it from then on. A lost connection is taken up where it broke; when the
 * server no longer knows that version, the list is read again and the difference told. Ends quietly when the
 * signal is aborted.
 *
 * Rejects with ApiError when the user may not watch or the path does not exist, and with the last error after
 * `giveUpAfterMs` without a connection.
 */
export async function* watchList<T extends KubernetesObject>(
  cluster: Cluster,
  path: string,
  options: WatchOptions = {},
): AsyncGenerator<WatchEvent<T>, void, undefined> {
  const { query, signal } = options
  const known = new Map<string, T>()
  const outage = new Outage(options)
  // Keeps answers that end at once from becoming a storm of requests.
  const pacing = new Backoff(100, 5000)
  let version: string | undefined
  for (;;) {
    if (signal?.aborted) return
    try {
      if (version === undefined) {
        const list = await cluster.get<KubernetesList<T>>(path, { query, signal })
        outage.worked()
        yield* difference(known, list.items ?? [])
        version = list.metadata.resourceVersion ?? ''
        yield { type: 'synced', resourceVersion: version }
      }
      let events = 0
      for await (const { type, object } of watchOnce<T>(
        cluster,
        path,
        { ...query, resourceVersion: version },
        signal,
        outage,
      )) {
        events++
        version = object.metadata.resourceVersion ?? version
        if (type === 'BOOKMARK') yield { type: 'bookmark', resourceVersion: version }
        else if (type === 'DELETED') {
          known.delete(keyOf(object))
          yield { type: 'deleted', object }
        } else {
          const isNew = !known.has(keyOf(object))
          known.set(keyOf(object), object)
          yield { type: isNew ? 'added' : 'modified', object }
        }
      }
      if (events > 0) pacing.reset()
      else await pacing.pause(signal)
    } catch (error) {
      if (signal?.aborted) return
      const isStale = error instanceof ApiError && (error.code === 410 || error.verb === 'WATCH')
      if (isStale) version = undefined
      await unlessAborted(isStale ? pacing.pause(signal) : outage.survive(error, signal), signal)
    }
  }
}

async function* watchOnce<T>(
  cluster: Cluster,
  path: string,
  query: Query,
  signal: AbortSignal | undefined,
  outage: Outage,
): AsyncGenerator<ObjectEvent<T>, void, undefined> {
  const limit = limited(signal, SILENT_DEATH_MS, 'total', cluster.server)
  const splitter = new LineSplitter()
  const watch = { ...query, watch: true, allowWatchBookmarks: true, timeoutSeconds: WATCH_SECONDS }
  try {
    const stream = await cluster.stream(path, { query: watch, signal: limit.signal })
    outage.worked()
    for await (const chunk of stream) {
      for (const line of splitter.push(chunk)) {
        const event = readEvent(line, path, cluster.server) as ObjectEvent<T> | ErrorEvent
        if (event.type === 'ERROR') throw new ApiError(event.object, { verb: 'WATCH', path })
        yield event
      }
    }
  } catch (error) {
    throw limit.explain(error)
  } finally {
    limit.stop()
  }
}

/** Brings `known` to what was listed, and tells how. */
function* difference<T extends KubernetesObject>(
  known: Map<string, T>,
  items: T[],
): Generator<WatchEvent<T>> {
  const listed = new Set(items.map((item) => keyOf(item)))
  // First what is gone, for readers who go by names: one may have come back as another object.
  for (const [key, object] of known) {
    if (listed.has(key)) continue
    known.delete(key)
    yield { type: 'deleted', object }
  }
  for (const object of items) {
    const before = known.get(keyOf(object))
    known.set(keyOf(object), object)
    if (before === undefined) yield { type: 'added', object }
    else if (before.metadata.resourceVersion !== object.metadata.resourceVersion) {
      yield { type: 'modified', object }
    }
  }
}

/** An object that was deleted and made again under its old name is another one. */
function keyOf({ metadata }: KubernetesObject): string {
  return metadata.uid ?? `${metadata.namespace ?? ''}/${metadata.name}`
}
