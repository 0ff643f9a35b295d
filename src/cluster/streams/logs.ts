import type { Pod } from '../../model/cluster/kubernetes.ts'
import { ApiError, isNotFound } from '../answers/errors.ts'
import { limited } from '../transport/limit.ts'
import { LineSplitter } from '../answers/lines.ts'
import { Outage, type OutageOptions } from './outage.ts'
import type { Cluster } from '../types.ts'
import { Backoff, unlessAborted, wait } from '../transport/wait.ts'

export interface FollowLogOptions extends OutageOptions {
  namespace: string
  pod: string
  container: string
  signal?: AbortSignal | undefined
  /** Whether the container has ended, where the caller knows better than to ask for the pod. */
  isFinished?: (() => boolean | Promise<boolean>) | undefined
  /**
   * After so long without a line the log is asked for anew: the connection may be dead without anybody
   * having said so.
   */
  silenceMs?: number | undefined
  /** Longer lines lose their end. */
  maxLineBytes?: number | undefined
}

const DEFAULT_LINE_LIMIT = 1 << 20
const SILENCE_MS = 60_000
/** How long the API may take to learn that a container ended whose log has ended. */
const STATUS_DELAYS_MS = [0, 100, 200, 400]
/** Resuming goes back this far: the server knows times to the second only. */
const OVERLAP_MS = 1000

/**
 * The lines of a container's log, without newlines, until the container has ended and all was read. Waits for
 * a container that has not started. A lost connection is taken up where it broke, a little earlier to be
 * sure: lines may come twice, and the reader must recognise them. Ends quietly when the signal is aborted.
 *
 * Rejects with ApiError when the pod is gone before its end or its log may not be read, and with the last error after
 * `giveUpAfterMs` without a connection.
 */
export async function* followLog(
  cluster: Cluster,
  options: FollowLogOptions,
): AsyncGenerator<string, void, undefined> {
  const { signal } = options
  const outage = new Outage(options)
  const starting = new Backoff(100, 1000)
  const reading: Reading = { stamp: '', limit: options.maxLineBytes ?? DEFAULT_LINE_LIMIT, tail: '' }
  // Once the container has ended, one more reading without following finds what was written after a cut.
  let ended = false
  let waiting = false
  for (;;) {
    if (signal?.aborted) return
    try {
      if (waiting && (await hasEnded(cluster, options))) return
      waiting = false
      yield* readLog(cluster, options, !ended, reading, outage)
      if (ended) {
        if (reading.tail !== '') yield reading.tail
        return
      }
      ended = await endedSoon(cluster, options)
    } catch (error) {
      // A pod that is removed after its end takes its log with it.
      if (signal?.aborted || (ended && isNotFound(error))) return
      waiting = isNotStarted(error)
      await unlessAborted(waiting ? starting.pause(signal) : outage.survive(error, signal), signal)
    }
  }
}

/** How far a log has been read. */
interface Reading {
  /** The time of the last line, as the server wrote it. */
  stamp: string
  limit: number
  /** What followed the last newline of the last reading. */
  tail: string
}

async function* readLog(
  cluster: Cluster,
  { namespace, pod, container, signal, silenceMs = SILENCE_MS }: FollowLogOptions,
  follow: boolean,
  reading: Reading,
  outage: Outage,
): AsyncGenerator<string, void, undefined> {
  const splitter = new LineSplitter(reading.limit)
  const query = { follow, container, timestamps: true, sinceTime: sinceTime(reading.stamp) }
  const limit = limited(signal, silenceMs, 'silence', cluster.server)
  let opened = false
  try {
    const stream = await cluster.stream(`${podPath(namespace, pod)}/log`, { query, signal: limit.signal })
    opened = true
    outage.worked()
    for await (const chunk of stream) {
      limit.progress()
      for (const line of splitter.push(chunk)) yield withoutStamp(line, reading)
    }
    const tail = splitter.tail()
    reading.tail = tail === '' ? '' : withoutStamp(tail, reading)
  } catch (error) {
    const silent = limit.signal.aborted && !signal?.aborted
    if (!(silent && opened && follow)) throw limit.explain(error)
  } finally {
    limit.stop()
  }
}

/** Takes the server's time stamp off a line and remembers it. Messages of the kubelet itself have none. */
function withoutStamp(line: string, reading: Reading): string {
  const space = line.indexOf(' ')
  if (space < 20 || line[10] !== 'T' || line[4] !== '-') return line
  reading.stamp = line.slice(0, space)
  return line.slice(space + 1)
}

function sinceTime(stamp: string): string | undefined {
  const time = Date.parse(stamp)
  return Number.isNaN(time) ? undefined : new Date(time - OVERLAP_MS).toISOString()
}

async function endedSoon(cluster: Cluster, options: FollowLogOptions): Promise<boolean> {
  for (const delay of STATUS_DELAYS_MS) {
    await wait(delay, options.signal)
    if (await hasEnded(cluster, options)) return true
  }
  return false
}

async function hasEnded(cluster: Cluster, options: FollowLogOptions): Promise<boolean> {
  const { namespace, pod, container, signal, isFinished } = options
  if (isFinished) return isFinished()
  const { status } = await cluster.get<Pod>(podPath(namespace, pod), { signal })
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') return true
  return (
    status?.containerStatuses?.some(
      ({ name, state }) => name === container && state?.terminated !== undefined,
    ) ?? false
  )
}

/** The kubelet's "not yet". */
function isNotStarted(error: unknown): boolean {
  if (!(error instanceof ApiError) || error.code !== 400) return false
  return /is waiting to start|does not have a host assigned|is not available/.test(error.status.message ?? '')
}

function podPath(namespace: string, pod: string): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}`
}
