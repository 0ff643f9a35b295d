import { setTimeout as sleep } from 'node:timers/promises'
import { type Cluster, isForbidden } from '../../../../cluster/index.ts'
import { jobPath } from '../../../../cluster/paths.ts'

/** What a Job may go on for when nobody renews its deadline any more, in seconds: longer than an API server is away. */
export const leaseSeconds = 1800

/** How often it is renewed, in milliseconds. */
const renewEveryMs = 300_000

export interface LeaseOptions {
  namespace: string
  job: string
  /** How long the agent may need, in seconds: what the Job's own deadline allows for. */
  maxRunSeconds: number
  signal: AbortSignal
}

/**
 * Keeps the deadline of a long run's Job half an hour ahead, so that a command that was killed leaves it no longer than
 * that. (`activeDeadlineSeconds` of a Job may be changed; the Job controller takes it into account at once.)
 * Who may not change Jobs leaves the deadline as it was made. Never rejects.
 */
export async function keepLease(cluster: Cluster, options: LeaseOptions): Promise<void> {
  const { namespace, job, maxRunSeconds, signal } = options
  const startedAt = performance.now()
  while (!signal.aborted) {
    const age = (performance.now() - startedAt) / 1000
    const activeDeadlineSeconds = Math.ceil(Math.min(maxRunSeconds, age) + leaseSeconds)
    try {
      const patch = { type: 'merge' as const, body: { spec: { activeDeadlineSeconds } } }
      await cluster.patch(jobPath(namespace, job), patch, { signal })
    } catch (error) {
      if (isForbidden(error)) return
      // The API server is away, or the run is over: there are several more tries before the deadline.
    }
    await sleep(renewEveryMs, undefined, { signal, ref: false }).catch(() => {})
  }
}
