import type { Interrupt } from '../../cli/interrupt.ts'
import type { AskNode, NodeAnswer } from '../../change/wait.ts'
import type { Cluster } from '../../cluster/index.ts'
import type { IdentifyMode } from '../../model/probe/observation.ts'
import type { ProbeSurvey } from '../../model/probe/survey.ts'
import type { InconclusiveReason } from '../../model/probe/verdict.ts'

export interface ProberOptions {
  image: string | undefined
  path: string
  identify: IdentifyMode
  now: () => number
}

/** Probes of few requests: they have to see whether there is affinity, not to prove it. */
export function proberOf(
  cluster: Cluster,
  { image, path, identify, now }: ProberOptions,
  interrupt: Interrupt,
): AskNode {
  return async ({ service: { namespace, name }, node, expect }, signal) => {
    const { probe } = await import('../../probe/probe.ts')
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
      identify,
      podRunningTimeoutMs: 60_000,
    } as const
    const control = { interrupted: signal, abandoned: interrupt.second }
    let answer: NodeAnswer = { kind: 'not-yet' }
    // The Job is removed after the result, which is not part of the wait.
    for await (const step of probe(cluster, options, control))
      if (step.kind === 'result') answer = answerOf(step.result, now())
    return answer
  }
}

/** Reasons that stay, however often is asked; others pass, as failures on a busy node do. */
const lasting: ReadonlySet<InconclusiveReason> = new Set<InconclusiveReason>([
  'backends-not-told-apart',
  'one-connection',
  'one-endpoint',
  'one-name',
  'silences',
  'uneven-shares',
])

/** What a short probe says about a change. */
export function answerOf(
  { cells, verdict }: Pick<ProbeSurvey, 'cells' | 'verdict'>,
  atMs: number,
): NodeAnswer {
  if (verdict.result === 'as-expected') return { kind: 'served', atMs }
  const reason = cells[0]?.verdict.reason
  return reason !== undefined && lasting.has(reason) ? { kind: 'untold', why: reason } : { kind: 'not-yet' }
}
