import { setTimeout as sleep } from 'node:timers/promises'
import { type Cluster, watchList } from '../../../cluster/index.ts'
import type { Shares } from '../../../judge/statistics/shares.ts'
import type { Service } from '../../../model/cluster/kubernetes.ts'
import type { Timing } from '../../../model/affinity/expectation.ts'
import { balancesSockets, clockOf, semanticsOf } from '../../../mechanisms/service/proxies/semantics.ts'
import type { SurveyEntry } from '../../../model/probe/results/survey.ts'
import type { ProxyFacts } from '../../../model/cluster/snapshot.ts'
import { findService, nameOf } from '../../../snapshot/cluster/targets.ts'
import { servicesPath } from '../../../cluster/paths.ts'
import { type Held, ServiceHistory } from './service-history.ts'

/** What decides about a verdict and is not in the answers. */
export interface SeenAround {
  /** What became of the Service while it was asked, and when, in words. */
  serviceChanges: string[]
  /** And of what stands in front of it. */
  frontChanges: readonly string[]
  /** What it was, one after the other. */
  held: readonly Held[]
  timing: Timing | undefined
  shares: Shares
  /** Each address of a Service remembers clients by itself, and pods are served at their own node whichever they ask. */
  remembersByEntry: boolean
}

/** How often a Service is read again, in milliseconds. It is watched as well where that is allowed; the right to it is not asked for. */
const everyMs = 1000

/**
 * Begins to look at what is around a run; the function that it returns tells what was found, once the run is over.
 * `startedAt` is its first request by our clock.
 */
export function lookAround(
  cluster: Cluster,
  before: Service,
  entries: readonly SurveyEntry[],
  proxy: Promise<ProxyFacts | undefined>,
  signal: AbortSignal,
  changesInFront: () => Promise<readonly string[]> = () => Promise.resolve([]),
): (startedAt: number | undefined) => Promise<SeenAround> {
  const isAskedInside = entries.every(({ kind }) => kind === 'cluster-ip' || kind === 'dns')
  const history = new ServiceHistory(before, Date.now(), isAskedInside)
  const over = new AbortController()
  const following = follow(cluster, before, history, AbortSignal.any([signal, over.signal]))
  return async (startedAt) => {
    over.abort()
    await following
    const [frontChanges] = await Promise.all([changesInFront(), look(cluster, before, history, signal)])
    const facts = await proxy
    return {
      shares: facts === undefined ? 'unknown' : sharesOf(facts),
      remembersByEntry: facts !== undefined && facts.outside === undefined && balancesSockets(facts),
      timing: facts && timingOf(facts),
      serviceChanges: history.changes(startedAt),
      frontChanges,
      held: history.held,
    }
  }
}

/** Reads the Service again and again until the signal, and hears of what came and went between. */
async function follow(
  cluster: Cluster,
  before: Service,
  history: ServiceHistory,
  signal: AbortSignal,
): Promise<void> {
  let isWatched = false
  const watching = watch(cluster, before, history, signal, (so) => (isWatched = so)).catch(() => {
    isWatched = false
  })
  while (!signal.aborted) {
    await sleep(everyMs, undefined, { signal, ref: false }).catch(() => undefined)
    if (!signal.aborted) await look(cluster, before, history, signal, () => isWatched)
  }
  await watching
}

/** Tells the history of every change, until the signal. Rejects where that is not allowed. */
async function watch(
  cluster: Cluster,
  { metadata: { name, namespace = '' } }: Service,
  history: ServiceHistory,
  signal: AbortSignal,
  onWatched: (so: boolean) => void,
): Promise<void> {
  for await (const event of watchList<Service>(cluster, servicesPath(namespace), {
    query: { fieldSelector: `metadata.name=${name}` },
    signal,
    onDisconnect: () => onWatched(false),
    onReconnect: () => onWatched(true),
  })) {
    if (event.type === 'synced') onWatched(true)
    else if (event.type !== 'bookmark' && event.object.metadata.name === name)
      history.look(event.type === 'deleted' ? undefined : event.object, Date.now())
  }
}

async function look(
  cluster: Cluster,
  before: Service,
  history: ServiceHistory,
  signal: AbortSignal,
  isWatched: () => boolean = () => false,
): Promise<void> {
  try {
    const found = await findService(cluster, nameOf(before), signal)
    if (!found.known) return
    const [service] = found.value
    // Whoever watches hears of it, or has heard of what is newer.
    if (!isWatched() || history.isLast(service)) history.look(service, Date.now())
  } catch {
    // What cannot be read again is not said to have changed.
  }
}

/** Who serves Services, where that can be found out. */
export async function readProxyInCharge(
  cluster: Cluster,
  signal: AbortSignal,
): Promise<ProxyFacts | undefined> {
  const { readProxy } = await import('../../../snapshot/cluster/proxy.ts')
  const proxy = await readProxy(cluster, signal).catch(() => undefined)
  return proxy?.known === true ? proxy.value : undefined
}

/** When the proxy may end an entry; undefined where nobody looked at its clock. */
export function timingOf(facts: ProxyFacts): Timing | undefined {
  const clock = clockOf(facts)
  return clock && { earlyMs: clock.earlyMs, isAbsolute: semanticsOf(facts).timer !== 'idle' }
}

/**
 * How a Service proxy shares out connections without affinity. kube-proxy's rules pick by a uniform random number
 * (iptables: statistic mode random; nftables: numgen random), and so does Cilium by default. IPVS has schedulers.
 */
export function sharesOf({ kind, mode, nodes = {} }: ProxyFacts): Shares {
  if (kind === 'cilium') return 'even'
  if (kind !== 'kube-proxy') return 'unknown'
  const modes = [mode, ...Object.values(nodes)]
  return modes.every((one) => one === 'iptables' || one === 'nftables') ? 'even' : 'unknown'
}
