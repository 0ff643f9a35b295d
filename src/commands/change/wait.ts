import type { FlagValues } from '../../cli/base-command.ts'
import type { changeFlags } from './flags.ts'
import type { Cluster } from '../../cluster/index.ts'
import { nodesForPods } from '../../cluster/nodes.ts'
import { mapOrdered } from '../../change/ordered.ts'
import { type AskNode, type NodeOutcome, waitForNode, type WaitOptions } from '../../change/wait.ts'
import type { Interrupt } from '../../cli/interrupt.ts'
import type { ChangeDone, ChangeOutcome } from '../../model/change.ts'
import type { ProbeResult } from '../../model/probe-result.ts'
import type { WaitReport } from '../../report/change/wait.ts'

export type WaitFlags = Pick<FlagValues<typeof changeFlags>, 'image' | 'path' | 'wait-timeout'>

const defaultWaitMs = 60_000

/** Pods that start at the same time; each is on another node or of another Service. */
const parallel = 4

/** Waits until a probe on every node has seen the changes, and says how long that took. False when some has not. */
export async function waitUntilServed(
  cluster: Cluster,
  outcomes: readonly ChangeOutcome[],
  flags: WaitFlags,
  {
    interrupt,
    changedAtMs,
    say,
  }: { interrupt: Interrupt; changedAtMs: number; say: (report: WaitReport) => void },
): Promise<boolean> {
  const patched = outcomes.filter((outcome): outcome is ChangeDone => outcome.kind === 'patched')
  const switched = patched.filter(({ before, after }) => before.kind !== after.kind)
  if (switched.length < patched.length) say({ kind: 'timeout-only' })
  if (switched.length === 0) return true
  const { usable, unusable } = await nodesForPods(cluster, interrupt.first)
  const limitMs = flags['wait-timeout'] ?? defaultWaitMs
  const deadline = AbortSignal.any([AbortSignal.timeout(limitMs), interrupt.first])
  const options: WaitOptions = {
    ask: await prober(cluster, switched, flags, interrupt),
    now: () => performance.now(),
    changedAtMs,
    deadline,
  }
  const places = switched.flatMap(({ service }) => usable.map((node) => ({ service, node })))
  const results: NodeOutcome[] = []
  for await (const result of mapOrdered(places, parallel, ({ service, node }) =>
    waitForNode(service, node, options),
  ))
    results.push(result)
  interrupt.first.throwIfAborted()
  say({ kind: 'done', results, unusable, limitMs })
  return results.length > 0 && results.every(({ kind }) => kind === 'served')
}

/** A probe of few requests: it has to see whether there is affinity, not to prove it. */
async function prober(
  cluster: Cluster,
  switched: readonly ChangeDone[],
  flags: WaitFlags,
  interrupt: Interrupt,
): Promise<AskNode> {
  const { runProbe } = await import('../../probe/run.ts')
  const expect = switched[0]?.after.kind === 'client-ip' ? 'sticky' : 'spread'
  return async ({ namespace, name }, node, signal) => {
    let seenAtMs = 0
    const options = {
      namespace,
      service: name,
      node,
      expect,
      path: flags.path,
      scheme: 'auto',
      intervalMs: 20,
      timeoutMs: 2000,
      keepAlive: false,
      tls: { insecure: true },
      ...(flags.image === undefined ? {} : { image: flags.image }),
      acceptedError: 1e-3,
      identify: { kind: 'auto' },
      podRunningTimeoutMs: 60_000,
    } as const
    const result = await runProbe(cluster, options, {
      progress: { stage: ignore, note: ignore, update: ignore },
      interrupted: signal,
      abandoned: interrupt.second,
      // The Job is removed after this, which is not part of the wait.
      report: async () => {
        seenAtMs = performance.now()
        await Promise.resolve()
      },
    })
    return answerOf(result, seenAtMs)
  }
}

function answerOf({ verdict }: ProbeResult, atMs: number): Awaited<ReturnType<AskNode>> {
  if (verdict.result === 'as-expected') return { kind: 'served', atMs }
  const { reason } = verdict
  if (reason === undefined || reason === 'too-few-requests' || reason === 'interrupted')
    return { kind: 'not-yet' }
  return { kind: 'untold', why: reason }
}

function ignore(): void {}
