import { randomBytes } from 'node:crypto'
import type { AgentConfig } from '../../agent/config.ts'
import type { Decoded } from '../../agent/protocol.ts'
import type { Cluster } from '../../cluster/index.ts'
import type { DirectAccess, DirectFrom } from '../../model/direct.ts'
import type { Endpoint } from '../../model/endpoint.ts'
import type { Outcome } from '../../model/observation.ts'
import { UserError } from '../../model/user-error.ts'
import type { ImageChoice } from '../../model/image-choice.ts'
import { clientNodes } from '../clients/nodes.ts'
import { runClients } from '../clients/run.ts'
import { clientsSpec } from '../observe.ts'
import type { ProbeOptions, ProbePlan } from '../plan.ts'
import type { ProbeSubject } from '../preflight.ts'
import type { ProbeSurroundings } from '../run.ts'
import { Fingerprints } from './learn.ts'

/** More endpoints than these would take minutes when they do not answer. */
const mostEndpoints = 100

/** Enough to meet two or three that take turns behind one address. */
const requests = 6

/** What was found out past the Service. */
export interface DirectRound {
  access: DirectAccess[]
  learned: ReadonlyMap<string, Endpoint>
  notes: string[]
}

/**
 * Connects to every endpoint directly, past the Service, from clients on several nodes: learns by which answers each is
 * known, and whether it can be reached from there at all. Rejects as `runClients` does.
 */
export async function askDirectly(
  cluster: Cluster,
  options: ProbeOptions,
  { subject, plan, image }: { subject: ProbeSubject; plan: ProbePlan; image: ImageChoice },
  { progress, interrupted, abandoned }: Omit<ProbeSurroundings, 'report'>,
): Promise<DirectRound> {
  const endpoints = subject.endpoints.filter(({ ready }) => ready)
  if (endpoints.length > mostEndpoints)
    throw new UserError(
      `--fingerprint asks every endpoint: ${endpoints.length} are too many, ${mostEndpoints} can be asked`,
      { exitCode: 2 },
    )
  const agent = directConfig(plan.agent, endpoints)
  const fingerprints = new Fingerprints()
  const nodes = new Map<number, string>()
  const counts = endpoints.map(() => new Map<number, Map<Outcome, number>>())
  const clients = await countClients(cluster, options, interrupted, progress.note)
  progress.note(
    `first each of ${endpoints.length} endpoints directly, from ${clients === 1 ? 'one client' : `${clients} clients on as many nodes`}`,
  )
  const round = { ...plan, agent, maxRunSeconds: longest(endpoints.length, options.timeoutMs) }
  const places = clients > 1 ? { ...options, spreadNodes: true } : options
  const spec = clientsSpec(places, round, image, randomBytes(4).toString('hex'), clients)
  const sink = {
    onPod: (client: number, { spec: { nodeName } }: { spec: { nodeName?: string } }) => {
      if (nodeName !== undefined) nodes.set(client, nodeName)
    },
    onDecoded: (client: number, { observations, error }: Decoded) => {
      if (error !== undefined) throw new UserError(`the probe's agent failed: ${error}`)
      for (const { target, outcome, identity } of observations) {
        const endpoint = endpoints[target]
        const byClient = counts[target]
        if (endpoint === undefined || byClient === undefined) continue
        const byOutcome = byClient.get(client) ?? new Map<Outcome, number>()
        byClient.set(client, byOutcome.set(outcome, (byOutcome.get(outcome) ?? 0) + 1))
        if (identity !== undefined) fingerprints.add(identity, endpoint)
      }
    },
    onEnded: () => undefined,
    onStage: progress.stage,
    onNote: progress.note,
  }
  return await runClients(cluster, spec, sink, {
    interrupted,
    abandoned,
    // oxlint-disable-next-line require-await -- runClients' signature
    whenEnded: async () => {
      interrupted.throwIfAborted()
      const access = endpoints.map((endpoint, index) => accessOf(endpoint, counts[index], nodes))
      const { learned, ambiguous } = fingerprints
      return { access, learned, notes: notesOf(access, learned, ambiguous) }
    },
  })
}

/** In seconds; the agent asks one endpoint after the other. */
function longest(endpoints: number, timeoutMs: number): number {
  return Math.ceil((endpoints * (timeoutMs + requests * 20)) / 1000) + 10
}

/** One on each node that can have one, or on the one that is asked for. */
async function countClients(
  cluster: Cluster,
  { node }: ProbeOptions,
  signal: AbortSignal,
  note: (text: string) => void,
): Promise<number> {
  if (node !== undefined) return 1
  const nodes = await clientNodes(cluster, signal)
  if (nodes === undefined) note('you may not list nodes: the endpoints are asked from one node only')
  return Math.max(1, nodes?.usable.length ?? 1)
}

function directConfig(agent: AgentConfig, endpoints: readonly Endpoint[]): AgentConfig {
  const [through] = agent.targets
  const { requests: _, durationMs: __, pausesMs: ___, ...rest } = agent
  return {
    ...rest,
    targets: endpoints.map(({ address, port }) => ({ scheme: 'auto', ...through, host: address, port })),
    requests,
    intervalMs: 20,
    keepAlive: false,
  }
}

function accessOf(
  { address, port, pod }: Endpoint,
  counts: ReadonlyMap<number, ReadonlyMap<Outcome, number>> | undefined,
  nodes: ReadonlyMap<number, string>,
): DirectAccess {
  const from = [...nodes]
    .map(([client, node]): DirectFrom => {
      const outcomes = [...(counts?.get(client) ?? [])]
      const asked = outcomes.reduce((sum, [, count]) => sum + count, 0)
      const answered = outcomes.find(([outcome]) => outcome === 'answered')?.[1] ?? 0
      const [worst] = outcomes.filter(([outcome]) => outcome !== 'answered').sort((a, b) => b[1] - a[1])
      const failure = worst?.[0]
      return {
        node,
        answered,
        requests: asked,
        ...(failure === undefined || failure === 'answered' ? {} : { failure }),
      }
    })
    .sort((a, b) => ((a.node ?? '') < (b.node ?? '') ? -1 : 1))
  return { address, port, ...(pod === undefined ? {} : { pod }), from }
}

function notesOf(
  access: readonly DirectAccess[],
  learned: ReadonlyMap<string, Endpoint>,
  ambiguous: number,
): string[] {
  const answering = access.filter(({ from }) => from.some(({ answered }) => answered > 0))
  if (answering.length === 0)
    return ['no endpoint answered when it was asked directly: nothing was learned about them']
  const known = new Set([...learned.values()].map(({ address, port }) => `${address} ${port}`))
  const alike = answering.filter(({ address, port }) => !known.has(`${address} ${port}`))
  return [
    ...(alike.length === 0
      ? []
      : [
          `${alike.map(({ address }) => address).join(', ')} ${alike.length === 1 ? 'answers' : 'answer'} as others do: ${alike.length === 1 ? 'it' : 'they'} cannot be told apart by ${alike.length === 1 ? 'its' : 'their'} answers`,
        ]),
    ...(ambiguous > 0 && alike.length === 0
      ? [`${ambiguous} of the answers came from more than one endpoint, and say nothing`]
      : []),
  ]
}
