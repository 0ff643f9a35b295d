import { randomBytes } from 'node:crypto'
import { pointsOf } from '../model/affinity/policy.ts'
import type { Cluster } from '../cluster/index.ts'
import type { PodNodes } from '../cluster/nodes.ts'
import { UserError } from '../model/common/user-error.ts'
import type { Endpoint } from '../model/cluster/endpoint.ts'
import type { Service } from '../model/cluster/kubernetes.ts'
import { announcement } from './plan/announce.ts'
import { lookAround, readProxyInCharge, timingOf } from './run/around/look.ts'
import { checkNode, clientNodes } from './run/clients/nodes.ts'
import { RunCollector } from './count/collector.ts'
import { askDirectly, type DirectQuestion } from './run/direct/ask.ts'
import { findEntries } from './plan/entries/find.ts'
import { readZones } from './plan/entries/nodes.ts'
import { observe, type RunEvent, sendersOf } from './run/observe.ts'
import { takeEach } from './run/stream.ts'
import { chooseOrigin, type Origin, originWords, readOrigins } from './plan/origin.ts'
import { planProbe, type ProbePlan } from './plan/plan.ts'
import type { ProbeOptions } from './plan/options.ts'
import { examineService, type ProbeSubject } from './plan/preflight.ts'
import { readService } from './plan/read.ts'
import type { ProbeStep, RunControl } from './steps.ts'
import { defined } from '../model/common/values.ts'

/**
 * Probes a Service: reads it, runs the agent wherever requests are to come from, judges what it observed. The result is
 * one step of the stream; what was made in the cluster is removed after it, and on every other way out.
 *
 * Rejects with UserError for what the user can mend, with the errors of src/cluster, or with the reason of
 * `interrupted` when nothing had been observed yet.
 *
 * @param capacity how many clients the Service proxy remembers per pod and port on each node, where that is limited
 */
export async function* probe(
  cluster: Cluster,
  options: ProbeOptions,
  control: RunControl,
  capacity?: number,
): AsyncGenerator<ProbeStep, void, undefined> {
  const { finished, abandoned } = control
  const interrupted = AbortSignal.any([control.interrupted, ...(finished === undefined ? [] : [finished])])
  const run = { startedAt: new Date().toISOString(), begunMs: performance.now() }
  const { service, subject, plan, origin } = await prepare(cluster, options, interrupted)
  if (plan.leavesTraces && (options.identify.kind === 'access-log' || options.identify.kind === 'sockets')) {
    const { checkAttribution } = await import('./count/attribution/attribute.ts')
    const { namespace, identify } = options
    const { protocol } = subject.service
    await checkAttribution(
      { cluster, namespace, mode: identify, protocol, signal: interrupted },
      subject.endpoints,
    )
  }
  for (const text of announcement(subject, plan, fromWords(origin, options, plan)))
    yield { kind: 'note', text }
  const question = options.fingerprint === true ? { subject, plan, origin } : undefined
  const direct =
    question === undefined
      ? undefined
      : yield* askDirectly(cluster, options, question, { interrupted, abandoned })
  const expected = plan.expectations[0]?.[0]?.behaviour ?? 'sticky'
  const users = plan.sessions.filter(({ keeps }) => keeps === 'cookies').length
  yield {
    kind: 'planned',
    expected,
    endpoints: subject.endpoints.length,
    clients: plan.clients + Number(options.viaLocal === true),
    entries: plan.entries.length,
    users,
    isHashed: pointsOf(plan.entries[0]?.front?.policy) === 'into-a-hash',
  }
  const over = new AbortController()
  const whileRunning = AbortSignal.any([interrupted, over.signal])
  const proxy = readProxyInCharge(cluster, whileRunning)
  const around = lookAround(cluster, service, plan.entries, proxy, whileRunning, options.frontChanges)
  const collector = new RunCollector({
    options,
    subject,
    plan,
    run,
    origin,
    direct,
    interrupted,
    control,
    capacity,
    cluster,
    around,
  })
  let isTimed = false
  const take = async function* (event: RunEvent): AsyncGenerator<ProbeStep> {
    if (event.kind === 'said' && !isTimed) {
      isTimed = true
      const facts = await proxy
      collector.settle(facts && timingOf(facts))
    }
    yield* collector.take(event)
    if (event.kind !== 'all-ended') return
    if (question !== undefined && direct?.fingerprints.learned.size !== 0 && !interrupted.aborted)
      collector.confirm(
        yield* askDirectly(cluster, options, { ...question, isAgain: true }, { interrupted, abandoned }),
      )
    const open = await collector.lookBack()
    if (plan.clients > 0 && open.length > 0 && !control.interrupted.aborted)
      yield* askOpen(cluster, options, { subject, plan, ...oneClient(origin, open) }, control, collector)
    yield* collector.conclude()
  }
  try {
    yield* takeEach(
      (failed) =>
        observe(cluster, options, sendersOf(options, plan, origin), {
          interrupted: AbortSignal.any([interrupted, failed]),
          abandoned,
        }),
      take,
    )
  } finally {
    over.abort()
  }
}

/** Who asks these directly, of the places that requests come from. A shell in a pod that is made asks one. */
function oneClient(origin: Origin, open: Endpoint[]): Pick<DirectQuestion, 'origin' | 'only'> {
  if (origin.kind === 'containers')
    return { origin: { ...origin, containers: origin.containers.slice(0, 1) }, only: open }
  return { origin, only: origin.image.agent === 'node' ? open : open.slice(0, 1) }
}

/** No longer than this for the pod of further questions, in milliseconds. */
const mostPatienceMs = 20_000

/** Asks endpoints directly what is still open once the run is over. That it cannot be is no failure of the run. */
async function* askOpen(
  cluster: Cluster,
  options: ProbeOptions,
  question: DirectQuestion,
  control: RunControl,
  collector: RunCollector,
): AsyncGenerator<ProbeStep, void, undefined> {
  const patient = { ...options, podRunningTimeoutMs: Math.min(options.podRunningTimeoutMs, mostPatienceMs) }
  try {
    const { said } = yield* askDirectly(cluster, patient, question, control)
    await collector.settleBy(said)
  } catch (error) {
    if (control.abandoned.aborted) throw error
  }
}

/** All that is decided before anything is made. */
async function prepare(
  cluster: Cluster,
  options: ProbeOptions,
  signal: AbortSignal,
): Promise<{ service: Service; subject: ProbeSubject; plan: ProbePlan; origin: Origin }> {
  const { spreadNodes } = options
  const [{ service, slices }, nodes, origins] = await Promise.all([
    readService(cluster, options.namespace, options.service, signal),
    spreadNodes === true ? clientNodes(cluster, signal) : undefined,
    readOrigins(cluster, options, signal),
    checkNode(cluster, options.node, signal),
  ])
  const own = examineService(service, slices, options.port, options.protocol, options.via?.allPorts)
  const subject = await withOthers(cluster, own, options.front, signal)
  const [{ entries, notes, unasked = [] }, zones] = await Promise.all([
    findEntries(cluster, service, subject, options, signal),
    readZones(cluster, slices, signal),
  ])
  const plan = planProbe(options, subject, {
    runId: randomBytes(4).toString('hex'),
    cookieSalt: randomBytes(8).toString('hex'),
    entries,
    clients: clientCount(options, nodes),
    notes: [...nodeNotes(nodes), ...notes],
    unasked,
    ...defined({ zones }),
  })
  return { service, subject, plan, origin: chooseOrigin(origins, options, plan) }
}

/** Further Services behind the same way in. */
async function withOthers(
  cluster: Cluster,
  subject: ProbeSubject,
  front: ProbeOptions['front'],
  signal: AbortSignal,
): Promise<ProbeSubject> {
  const names = front?.others ?? []
  if (names.length === 0) return subject
  const { namespace } = subject.service
  const read = await Promise.all(
    names.map(async (name) => await readService(cluster, namespace, name, signal)),
  )
  const beside = new Set(front?.places.flatMap((place) => place.beside?.map(({ name }) => name) ?? []))
  const others = read.flatMap(({ service, slices }) => {
    try {
      return [examineService(service, slices, undefined)]
    } catch (error) {
      // Who has no pods answers nobody, and the others do.
      if (error instanceof UserError && beside.has(service.metadata.name)) return []
      throw error
    }
  })
  return {
    ...subject,
    others: others.map(({ service }) => service),
    slices: [subject, ...others].flatMap(({ slices }) => slices),
  }
}

function clientCount({ clients, inPods, spreadNodes }: ProbeOptions, nodes: PodNodes | undefined): number {
  if (inPods !== undefined && inPods.length > 0) return inPods.length
  if (clients !== undefined || spreadNodes !== true) return clients ?? 1
  if (nodes === undefined) {
    throw new UserError(
      'listing nodes is not allowed, so there is no telling how many clients to spread over them',
      { hints: [{ remedy: 'say-clients' }] },
    )
  }
  if (nodes.usable.length > 0) return nodes.usable.length
  throw new UserError('no node takes pods', { hints: nodeNotes(nodes) })
}

function nodeNotes(nodes: PodNodes | undefined): string[] {
  return (nodes?.unusable ?? []).map(({ name, why }) => `no client runs on ${name}: ${why}`)
}

function fromWords(origin: Origin, options: ProbeOptions, { clients, here, runId }: ProbePlan): string {
  if (clients === 0) return 'this machine'
  const pods = originWords(origin, options, runId)
  return here ? `${pods}, and from this machine` : pods
}
