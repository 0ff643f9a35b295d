import { randomBytes } from 'node:crypto'
import type { AgentConfig, AgentTarget } from '../../../agent/config.ts'
import type { Cluster } from '../../../cluster/index.ts'
import type { DirectAccess, DirectFrom } from '../../../model/probe/direct.ts'
import type { Endpoint } from '../../../model/cluster/endpoint.ts'
import type { Pod } from '../../../model/cluster/kubernetes.ts'
import type { Observation, Outcome } from '../../../model/probe/observation.ts'
import { usageError, UserError } from '../../../model/common/user-error.ts'
import { clientNodes } from '../clients/nodes.ts'
import { podEvents, podsOf } from '../observe.ts'
import type { Origin } from '../../plan/origin.ts'
import type { ProbePlan } from '../../plan/plan.ts'
import type { ProbeOptions } from '../../plan/options.ts'
import type { ProbeSubject } from '../../plan/preflight.ts'
import { endpointsBehind } from '../../plan/entries/behind.ts'
import type { ProbeStep, RunControl } from '../../steps.ts'
import type { Said } from './confirm.ts'
import { fingerprintOf, Fingerprints } from './learn.ts'
import { defined } from '../../../model/common/values.ts'

/** More endpoints than these would take minutes when they do not answer. */
const mostEndpoints = 100

/** Enough to meet two or three that take turns behind one address. */
const requests = 6

/** What was found out past the Service. */
export interface DirectRound {
  access: DirectAccess[]
  fingerprints: Fingerprints
  /** What each said, everything once. */
  said: Said[]
  notes: string[]
}

/** Which endpoints are asked, and with what. */
export interface DirectQuestion {
  subject: ProbeSubject
  plan: ProbePlan
  origin: Origin
  /** After the run, to see whether answers still mean the same. */
  isAgain?: boolean
  /** After the run: these, from one client. */
  only?: readonly Endpoint[]
}

/**
 * Connects to every endpoint directly, past the Service, from clients on several nodes: learns by which answers each is
 * known, and whether it can be reached from there at all. Returns what was found; rejects as `runClients` does.
 */
export async function* askDirectly(
  cluster: Cluster,
  options: ProbeOptions,
  { subject, plan, origin, isAgain = false, only }: DirectQuestion,
  { interrupted, abandoned }: RunControl,
): AsyncGenerator<ProbeStep, DirectRound, undefined> {
  const targets = directTargets(plan, subject).filter(({ endpoint }) => isAmong(only, endpoint))
  if (targets.length > mostEndpoints)
    throw usageError(
      `every endpoint is to be asked directly: ${targets.length} are too many, ${mostEndpoints} can be asked`,
    )
  const containers = origin.kind === 'containers' ? origin.containers.length : undefined
  const isOne = options.node !== undefined || only !== undefined || containers !== undefined
  const nodes = isOne ? undefined : await clientNodes(cluster, interrupted)
  if (!isOne && nodes === undefined)
    yield { kind: 'note', text: 'you may not list nodes: the endpoints are asked from one node only' }
  const clients = containers ?? Math.max(1, nodes?.usable.length ?? 1)
  const places = containers === undefined ? 'clients on as many nodes' : 'pods'
  const from = clients === 1 ? 'one client' : `${clients} ${places}`
  if (only !== undefined)
    yield {
      kind: 'stage',
      text: `asking ${targets.map(({ endpoint }) => endpoint.pod ?? endpoint.address).join(', ')} directly`,
    }
  else if (isAgain) yield { kind: 'stage', text: 'asking each endpoint directly once more' }
  else yield { kind: 'note', text: `first each of ${targets.length} endpoints directly, from ${from}` }
  const round = {
    runId: randomBytes(4).toString('hex'),
    agent: directConfig(plan.agent, targets),
    clients,
    maxRunSeconds: longest(targets.length, options.timeoutMs),
  }
  const spread = clients > 1 ? { ...options, spreadNodes: true } : options
  const seen = new DirectAnswers(targets)
  const failed = new AbortController()
  const stopped = AbortSignal.any([interrupted, failed.signal])
  for await (const event of podEvents(cluster, podsOf(spread, round, origin), {
    interrupted: stopped,
    abandoned,
  })) {
    if (event.kind === 'note' || event.kind === 'stage') yield event
    else if (event.kind === 'pod') seen.place(event.client, event.pod)
    else if (event.kind === 'said') {
      const { error } = event.decoded
      if (error !== undefined) failed.abort(new UserError(`the probe's agent failed: ${error}`))
      seen.add(event.client, event.decoded.observations)
    }
  }
  stopped.throwIfAborted()
  return seen.round()
}

/** An endpoint, and how it is asked: as the entry that leads to it is. */
interface DirectTarget {
  endpoint: Endpoint
  through: AgentTarget | undefined
}

const isAmong = (some: readonly Endpoint[] | undefined, { address, port }: Endpoint): boolean =>
  some === undefined || some.some((one) => one.address === address && one.port === port)

/** The ready endpoints of all ports and families that are probed, each once. */
function directTargets({ agent, entries }: ProbePlan, { slices }: ProbeSubject): DirectTarget[] {
  const found = new Map<string, DirectTarget>()
  for (const [index, entry] of entries.entries()) {
    for (const endpoint of endpointsBehind(slices, entry)) {
      const key = `${endpoint.address} ${endpoint.port}`
      if (endpoint.ready && !found.has(key)) found.set(key, { endpoint, through: agent.targets[index] })
    }
  }
  return [...found.values()]
}

/** What endpoints answered to whom. */
class DirectAnswers {
  readonly #targets: readonly DirectTarget[]
  readonly #fingerprints = new Fingerprints()
  readonly #said = new Map<string, Said>()
  readonly #nodes = new Map<number, string>()
  readonly #counts: readonly Map<number, Map<Outcome, number>>[]

  constructor(targets: readonly DirectTarget[]) {
    this.#targets = targets
    this.#counts = targets.map(() => new Map())
  }

  place(client: number, { spec: { nodeName } }: Pod): void {
    if (nodeName !== undefined) this.#nodes.set(client, nodeName)
  }

  add(client: number, observations: readonly Observation[]): void {
    for (const { target, outcome, identity, status } of observations) {
      const endpoint = this.#targets[target]?.endpoint
      const byClient = this.#counts[target]
      if (endpoint === undefined || byClient === undefined) continue
      const byOutcome = byClient.get(client) ?? new Map<Outcome, number>()
      byClient.set(client, byOutcome.set(outcome, (byOutcome.get(outcome) ?? 0) + 1))
      if (identity === undefined) continue
      this.#fingerprints.add(identity, endpoint)
      this.#said.set(`${target} ${fingerprintOf(identity)}`, { endpoint, identity, ...defined({ status }) })
    }
  }

  round(): DirectRound {
    const access = this.#targets.map(({ endpoint }, index) =>
      accessOf(endpoint, this.#counts[index], this.#nodes),
    )
    const { learned, ambiguous } = this.#fingerprints
    return {
      access,
      fingerprints: this.#fingerprints,
      said: [...this.#said.values()],
      notes: notesOf(access, learned, ambiguous),
    }
  }
}

/** In seconds; the agent asks one endpoint after the other. */
function longest(endpoints: number, timeoutMs: number): number {
  return Math.ceil((endpoints * (timeoutMs + requests * 20)) / 1000) + 10
}

function directConfig(agent: AgentConfig, targets: readonly DirectTarget[]): AgentConfig {
  const { requests: _, durationMs: __, pausesMs: ___, ...rest } = agent
  return {
    ...rest,
    targets: targets.map(({ endpoint: { address, port }, through }) => ({
      scheme: 'auto',
      ...through,
      host: address,
      port,
    })),
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
  return defined({ address, port, pod, from })
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
