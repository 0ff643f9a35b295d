import type { Interrupt } from '../../cli/interrupt.ts'
import type { AskNode, NodeAnswer } from '../../change/wait.ts'
import type { Cluster } from '../../cluster/index.ts'
import type { ProbeResult } from '../../model/probe-result.ts'

export interface ProberOptions {
  image: string | undefined
  path: string
  now: () => number
}

/** Probes of few requests: they have to see whether there is affinity, not to prove it. */
export function proberOf(
  cluster: Cluster,
  { image, path, now }: ProberOptions,
  interrupt: Interrupt,
): AskNode {
  return async ({ service: { namespace, name }, node, expect }, signal) => {
    const { runProbe } = await import('../../probe/run.ts')
    let seenAtMs = 0
    const options = {
      namespace,
      service: name,
      node,
      expect,
      path,
      scheme: 'auto',
      intervalMs: 20,
      timeoutMs: 2000,
      keepAlive: false,
      tls: { insecure: true },
      ...(image === undefined ? {} : { image }),
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
        seenAtMs = now()
        await Promise.resolve()
      },
    })
    return answerOf(result, seenAtMs)
  }
}

function answerOf({ verdict }: ProbeResult, atMs: number): NodeAnswer {
  if (verdict.result === 'as-expected') return { kind: 'served', atMs }
  const { reason } = verdict
  if (reason === undefined || reason === 'too-few-requests' || reason === 'interrupted')
    return { kind: 'not-yet' }
  return { kind: 'untold', why: reason }
}

function ignore(): void {}
