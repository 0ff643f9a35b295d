import type { Interrupt } from '../../cli/interrupt.ts'
import type { AskNode, NodeAnswer, WatchedPlace } from '../../change/wait.ts'
import { serviceKind } from '../../mechanisms/service/objects.ts'
import { UserError } from '../../model/common/user-error.ts'
import type { Cluster } from '../../cluster/index.ts'
import type { ProbeOptions } from '../../probe/plan/options.ts'
import type { IdentifyMode } from '../../model/probe/observation.ts'
import type { ProbeSurvey } from '../../model/probe/results/survey.ts'
import type { InconclusiveReason } from '../../model/probe/results/verdict.ts'

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
  return async (place, signal) => {
    const { probe } = await import('../../probe/probe.ts')
    const way = await wayTo(cluster, place, path, signal)
    if ('why' in way) return { kind: 'untold', why: way.why }
    const options = {
      ...way,
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
      if (step.kind === 'result') answer = answerOf(step.result, now(), place.cookie)
    return answer
  }
}

type ProbeWay = Pick<ProbeOptions, 'namespace' | 'service' | 'node' | 'expect' | 'front' | 'users'>

/** A Service from a node; what stands in front of one by users with jars, at the first place where it is reached. */
async function wayTo(
  cluster: Cluster,
  { target: { kind, namespace, name }, node, expect }: WatchedPlace,
  path: string,
  signal: AbortSignal,
): Promise<ProbeWay | { why: string }> {
  if (node !== undefined) return { namespace, service: name, node, expect }
  const [{ findFront }, { firstPlaceOf }, { targetKinds }] = await Promise.all([
    import('../../probe/front/find.ts'),
    import('../../probe/front/journey.ts'),
    import('../../mechanisms/index.ts'),
  ])
  const found = targetKinds.find((one) => one.name === kind)
  if (found === undefined) throw new Error(`no kind of target is called ${kind}`)
  const query = {
    kind: found,
    name,
    isService: kind === serviceKind.name,
    scheme: 'auto',
    ...(path === '/' ? {} : { paths: [path] }),
  } as const
  try {
    const { service, front } = await findFront(cluster, query, signal)
    return {
      namespace: service.namespace,
      service: service.name,
      front: firstPlaceOf(front),
      users: fewUsers,
    }
  } catch (error) {
    // Objects do not say by which host or at which address it is reached.
    if (error instanceof UserError) return { why: error.message }
    throw error
  }
}

/** Enough to be on several pods by chance, and few requests. */
const fewUsers = 4

/** Reasons that stay, however often is asked; others pass, as failures on a busy node do. */
const lasting: ReadonlySet<InconclusiveReason> = new Set<InconclusiveReason>([
  'backends-not-told-apart',
  'one-connection',
  'one-endpoint',
  'one-name',
  'silences',
])

/** What a short probe says about a change. */
export function answerOf(
  { cells, verdict }: Pick<ProbeSurvey, 'cells' | 'verdict'>,
  atMs: number,
  cookie?: string,
): NodeAnswer {
  if (verdict.result === 'as-expected') {
    const isSeen =
      cookie === undefined || cells.some(({ cookies = [] }) => cookies.some(({ name }) => name === cookie))
    return isSeen ? { kind: 'served', atMs } : { kind: 'not-yet' }
  }
  const reason = cells[0]?.verdict.reason
  if (reason !== undefined && lasting.has(reason)) return { kind: 'untold', why: reason }
  // Weights stay; but while the workers of a gateway follow one after the other, shares are uneven as well.
  return reason === 'uneven-shares' ? { kind: 'not-yet', why: reason } : { kind: 'not-yet' }
}
