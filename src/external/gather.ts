import type { Cluster } from '../cluster/index.ts'
import type { NamespacedName } from '../model/cluster/object.ts'
import type { ChangeNotice } from '../model/affinity/change.ts'
import { usageError, UserError } from '../model/common/user-error.ts'
import type { TypedAddress } from './plan/addresses.ts'
import {
  clusterWords,
  type Note,
  type OriginRequest,
  readOrigin,
  type ResolveHost,
  type ReadOrigin,
} from './origin/read.ts'
import { type OwnAddresses, readOwnAddresses } from './refuse/own-addresses.ts'
import { demandNames, portText } from './plan/ports.ts'
import { explainProblem } from './refuse/problems.ts'
import { type Existing, refuseBackends } from './refuse/refuse.ts'
import type { ExternalPort, Source, Wanted } from './types.ts'
import { fromOrigin, fromSlices, fromTyped, type GatheredBackends, servicePorts } from './plan/wanted.ts'
import { wait } from '../cluster/transport/wait.ts'

/** Where backends come from: one of these, or with neither the endpoints that there are, to be taken over. */
export interface BackendSources {
  ports: readonly ExternalPort[] | undefined
  typed: readonly TypedAddress[]
  origin: { cluster: Cluster; request: OriginRequest } | undefined
}

export interface GatherOptions {
  resolve: ResolveHost
  signal: AbortSignal
  /** How long to wait for an address that is pending; not at all without it. */
  waitMs?: number | undefined
  /** Said once, when the waiting begins. */
  onWait: (text: string) => void
  /** While following: what is pending or gone is left out instead of being an error. */
  lenient?: boolean
}

/** What a run found out beside the backends. */
export interface GatherRemarks {
  notes: readonly Note[]
  warnings: readonly ChangeNotice[]
}

/** Brings together what is wanted, and refuses what cannot be; asked again when the Service changed meanwhile. */
export class Gatherer {
  readonly #cluster: Cluster
  readonly #ref: NamespacedName
  readonly #sources: BackendSources
  readonly #options: GatherOptions
  readonly #own = new Map<string, Promise<OwnAddresses>>()
  #notes: readonly Note[] = []
  #unknown: readonly string[] = []

  constructor(cluster: Cluster, ref: NamespacedName, sources: BackendSources, options: GatherOptions) {
    this.#cluster = cluster
    this.#ref = ref
    this.#sources = sources
    this.#options = options
  }

  /** Rejects with UserError when something about it cannot be. */
  async wantedFor(existing: Existing): Promise<Wanted> {
    const { ports, backends } = await this.#gather(existing)
    if (backends.length === 0) throw nothingFound(this.#ref, this.#sources)
    demandNames(ports)
    const own = await this.#ownAddresses(backends.map(({ address }) => address))
    this.#unknown = own.unknown
    refuseBackends(backends, own)
    return { ports, backends, source: this.#source() }
  }

  get remarks(): GatherRemarks {
    const unknown = this.#unknown
    return {
      notes: this.#notes,
      warnings:
        unknown.length === 0
          ? []
          : [
              {
                message: `not checked, as you may not read them: ${unknown.join(', ')}`,
                hints: ['an address that leads back into this cluster would make a loop'],
              },
            ],
    }
  }

  async #gather(existing: Existing): Promise<GatheredBackends> {
    const { ports, typed, origin } = this.#sources
    if (origin !== undefined) {
      const read = () =>
        readOrigin(origin.cluster, origin.request, this.#options).catch((error: unknown) => {
          throw explainProblem(error, origin.request.namespace, 'origin')
        })
      const { waitMs, onWait, signal, lenient } = this.#options
      const found =
        waitMs === undefined ? await read() : await waitForOrigin(read, { waitMs, onWait, signal })
      this.#notes = found.notes
      if (found.pending.length > 0 && lenient !== true)
        throw new UserError(
          `${found.pending.map(({ text }) => text).join(', ')} of ${clusterWords(origin.cluster)} ${found.pending.length === 1 ? 'has' : 'have'} no address yet (pending)`,
          {
            hints: [{ remedy: 'wait-for-address', waited: waitMs !== undefined }],
          },
        )
      return fromOrigin(
        ports,
        found.resolved.filter(({ addresses }) => addresses.length > 0),
      )
    }
    if (typed.length > 0) {
      const known = ports ?? servicePorts(existing.service)
      if (known === undefined)
        throw usageError('the ports of the Service are required', { remedy: 'give-ports' })
      return fromTyped(known, typed)
    }
    return fromSlices(ports, existing.service, existing.slices)
  }

  #ownAddresses(addresses: readonly string[]): Promise<OwnAddresses> {
    const key = [...addresses].sort().join()
    const known = this.#own.get(key) ?? readOwnAddresses(this.#cluster, addresses, this.#options.signal)
    // A cluster changes: what was read is good for one run, not for days of following.
    this.#own.clear()
    this.#own.set(key, known)
    return known
  }

  #source(): Source {
    const { typed, origin } = this.#sources
    if (origin === undefined) return typed.length === 0 ? {} : { to: typed.map(({ text }) => text) }
    const { cluster, request } = origin
    return {
      ...(cluster.contextName === undefined ? {} : { context: cluster.contextName }),
      server: cluster.server,
      namespace: request.namespace,
      from: request.refs.map(({ text }) => text),
      ...(request.nodePort ? { nodePort: true } : {}),
    }
  }
}

/** Sentences about ports that are not what their number in the Service says. */
export function portNotes({ ports, backends }: Wanted): string[] {
  return ports.flatMap((port, index) => {
    const others = [...new Set(backends.map((backend) => backend.ports[index]))].filter(
      (at) => at !== port.port,
    )
    if (others.length === 0) return []
    return [
      `port ${portText(port)} of the Service leads to port ${others.join(' and ')}: without a selector the port of the endpoint counts`,
    ]
  })
}

function nothingFound({ name }: NamespacedName, { origin }: BackendSources): UserError {
  if (origin !== undefined)
    return new UserError(
      `${origin.request.refs.map(({ text }) => text).join(', ')} of ${clusterWords(origin.cluster)} ${origin.request.refs.length === 1 ? 'has' : 'have'} no address`,
    )
  return new UserError(`service/${name} has no endpoints that could be taken over`, {
    hints: [{ remedy: 'give-addresses' }],
  })
}

/** How often is looked for an address: a load balancer takes seconds to minutes. */
const pauseMs = 1000

/** Reads until nothing is pending any more, or time is up; the last reading is returned either way. */
async function waitForOrigin(
  read: () => Promise<ReadOrigin>,
  { waitMs, onWait, signal }: { waitMs: number; onWait: (text: string) => void; signal: AbortSignal },
): Promise<ReadOrigin> {
  const until = performance.now() + waitMs
  let isFirst = true
  for (;;) {
    const origin = await read()
    if (origin.pending.length === 0 || performance.now() >= until) return origin
    if (isFirst) onWait(`waiting for an address of ${origin.pending.map(({ text }) => text).join(', ')}`)
    isFirst = false
    await wait(Math.min(pauseMs, Math.max(0, until - performance.now())), signal)
  }
}
