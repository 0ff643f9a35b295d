import type { Interrupt } from '../../cli/interrupt.ts'
import type { AskNode, NodeAnswer } from '../../change/wait.ts'
import type { Cluster } from '../../cluster/index.ts'
import type { IdentifyMode } from '../../model/observation.ts'
import type { ProbeSurvey } from '../../model/survey.ts'

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

function answerOf({ cells, verdict }: ProbeSurvey, atMs: number): NodeAnswer {
  if (verdict.result === 'as-expected') return { kind: 'served', atMs }
  const reason = cells[0]?.verdict.reason
  if (reason === undefined || reason === 'too-few-requests' || reason === 'interrupted')
    return { kind: 'not-yet' }
  return { kind: 'untold', why: reason }
}
