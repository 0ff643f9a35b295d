import { type Marker, markerOfClient } from '../../../agent/config.ts'
import type { Cluster } from '../../../cluster/index.ts'
import type { Endpoint } from '../../../model/cluster/endpoint.ts'
import type { IdentifyMode, Observation } from '../../../model/probe/observation.ts'
import { usageError, UserError } from '../../../model/common/user-error.ts'
import { isRefusedByRbac } from '../../../model/cluster/role.ts'
import { missingPermission, probeRules, socketsRules } from '../../permissions.ts'
import { readAccessLogs } from './access-log.ts'
import { type BackendPod, readPods, type RefusedRead } from './pods.ts'
import { endKey, readSockets, visibleMs } from './sockets.ts'

/** What one client saw without being told by whom. */
export interface UnattributedClient {
  /** Its index, −1 for this machine. */
  client: number
  observations: readonly Observation[]
  /** Its own. */
  addresses: readonly string[]
}

/** What is known of a run whose answers name nobody. */
export interface Unattributed {
  clients: readonly UnattributedClient[]
  /** All that were behind the Service in the course of the run, for the ports that are asked. */
  endpoints: readonly Endpoint[]
  /** The first request, in milliseconds since 1970, by the clock of this machine. */
  startedAt: number
}

/** Which endpoint took which request, and by which of the ways that was found out. */
export interface Attribution {
  by: 'access-log' | 'sockets'
  /** A sentence on what could not be looked at. */
  incomplete?: string
  endpointOf: (client: number, observation: Observation) => Endpoint | undefined
}

export interface Attributed {
  /** Absent when no way led to anything. */
  found?: Attribution
  /** Why ways led to nothing. */
  notes: string[]
}

export interface AttributeOptions {
  cluster: Cluster
  namespace: string
  mode: IdentifyMode
  /** Of the port that is asked. */
  protocol: 'TCP' | 'UDP'
  /** The run's, as its first client has it. */
  marker: Marker
  signal: AbortSignal
}

/** What is found for fewer of the answers than this says too little to be taken instead of the answers themselves. */
const smallestShare = 0.5

/**
 * Finds out which pod took each request of a run, without the answers: by the marker in the pods' access logs, then by the
 * sockets of the pods. With `auto` both are tried in this order, and what is not allowed or does not lead anywhere is
 * told in a note. Rejects with the signal's reason only.
 */
export async function attribute(options: AttributeOptions, run: Unattributed): Promise<Attributed> {
  const { cluster, namespace, mode, protocol, signal } = options
  const answered = run.clients.flatMap(({ client, observations }) =>
    observations.flatMap((observation) =>
      observation.outcome === 'answered' ? [{ client, observation }] : [],
    ),
  )
  const notes: string[] = []
  const pods = await readPods(cluster, namespace, run.endpoints, signal)
  if ('refused' in pods) return { notes: [`no other way to recognise pods: ${pods.refused}`] }
  for (const by of ['access-log', 'sockets'] as const) {
    if (mode.kind !== 'auto' && mode.kind !== by) continue
    if (by === 'sockets' && protocol === 'UDP') continue
    const result =
      by === 'access-log' ? await byAccessLog(options, run, pods) : await bySockets(options, run, pods)
    if ('refused' in result) {
      notes.push(`pods cannot be recognised by their ${names[by]}: ${result.refused}`)
      continue
    }
    const found = answered.filter(
      ({ client, observation }) => result.endpointOf(client, observation) !== undefined,
    ).length
    if (found === 0)
      notes.push(
        `pods cannot be recognised by their ${names[by]}: ${protocol === 'UDP' ? nothingOverUdp : nothing[by]}`,
      )
    else if (mode.kind === 'auto' && found < answered.length * smallestShare)
      notes.push(
        `pods cannot be recognised by their ${names[by]}: these tell of ${found} of ${answered.length} answers only`,
      )
    else
      return {
        found: result,
        notes: result.incomplete === undefined ? notes : [...notes, result.incomplete],
      }
  }
  return { notes }
}

const names = { 'access-log': 'access logs', sockets: 'sockets' } as const
const nothing = {
  'access-log': 'no log tells of a request of the probe',
  sockets:
    'none of their connections is the client’s (its address is rewritten on the way, or it closed first)',
} as const

/** A datagram carries no mark, so that it is what the user said. */
const nothingOverUdp = 'no log tells of the client’s address and port'

/** Logs are written a moment after the answer is sent, in milliseconds. */
const logDelayMs = 300

async function byAccessLog(
  { cluster, namespace, marker, signal }: AttributeOptions,
  { clients, startedAt }: Unattributed,
  pods: readonly BackendPod[],
): Promise<Attribution | RefusedRead> {
  await new Promise((resolve) => setTimeout(resolve, logDelayMs))
  // Clocks differ, and a line too many costs nothing.
  const sinceSeconds = Math.ceil((Date.now() - startedAt) / 1000) + 30
  const marked = clients.map(({ client, addresses }) => ({
    marker: markerOfClient(marker, client).text,
    addresses,
  }))
  const logged = await readAccessLogs(cluster, namespace, pods, { clients: marked, sinceSeconds, signal })
  if ('refused' in logged) return logged
  const isUnique = uniquePorts(clients)
  const byClient = new Map(clients.map(({ client }, index) => [client, logged.clients[index]]))
  return {
    by: 'access-log',
    endpointOf: (client, { number, localPort }) => {
      const own = byClient.get(client)
      const byPort =
        localPort !== undefined && isUnique(client, localPort) ? own?.byPort.get(localPort) : undefined
      return (own?.byNumber.get(number) ?? byPort)?.endpoints[0]
    },
  }
}

async function bySockets(
  { cluster, namespace, signal }: AttributeOptions,
  { clients, startedAt }: Unattributed,
  pods: readonly BackendPod[],
): Promise<Attribution | RefusedRead> {
  const sinceMs = Date.now() - startedAt - visibleMs
  const read = await readSockets(cluster, namespace, pods, signal)
  if ('refused' in read) return read
  const isUnique = uniquePorts(
    clients.map(({ observations, ...client }) => ({
      ...client,
      observations: observations.filter(({ atMs }) => atMs >= sinceMs),
    })),
  )
  const addressesOf = new Map(clients.map(({ client, addresses }) => [client, addresses]))
  const { unread } = read
  return {
    by: 'sockets',
    ...(unread.length === 0
      ? {}
      : { incomplete: `the sockets of ${unread.length} of ${pods.length} pods are not known: ${unread[0]}` }),
    endpointOf: (client, { localPort, atMs }) => {
      if (localPort === undefined || atMs < sinceMs || !isUnique(client, localPort)) return undefined
      const holders = new Set(
        (addressesOf.get(client) ?? [])
          .map((address) => read.ends.get(endKey(address, localPort)))
          .filter((pod) => pod !== undefined),
      )
      return holders.size === 1 ? [...holders][0]?.endpoints[0] : undefined
    },
  }
}

/** Connections from the same port are told apart by nothing; clients with their node's network share its ports. */
function uniquePorts(clients: readonly UnattributedClient[]): (client: number, port: number) => boolean {
  const uses = new Map<string, number>()
  const placeOf = new Map(clients.map(({ client, addresses }) => [client, addresses.join(' ')]))
  const key = (client: number, port: number): string => `${placeOf.get(client)} ${port}`
  for (const { client, observations } of clients)
    for (const { localPort, newConnection } of observations) {
      if (localPort === undefined || !newConnection) continue
      const own = key(client, localPort)
      uses.set(own, (uses.get(own) ?? 0) + 1)
    }
  return (client, port) => uses.get(key(client, port)) === 1
}

/**
 * Tries before the run what the user demands: a run of an hour is not to end with a refusal.
 * Rejects with UserError when pods cannot be recognised in that way.
 */
export async function checkAttribution(
  { cluster, namespace, mode, protocol, signal }: Omit<AttributeOptions, 'marker'>,
  endpoints: readonly Endpoint[],
): Promise<void> {
  if (mode.kind !== 'access-log' && mode.kind !== 'sockets') return
  if (mode.kind === 'sockets' && protocol === 'UDP') {
    throw usageError('pods cannot be told by their sockets over UDP, which do not say who sent', {
      remedy: 'identify-by-log',
    })
  }
  const pods = await readPods(cluster, namespace, endpoints, signal)
  const tried =
    'refused' in pods
      ? pods
      : mode.kind === 'sockets'
        ? await readSockets(cluster, namespace, pods, signal)
        : await readAccessLogs(cluster, namespace, pods, {
            clients: [],
            sinceSeconds: 1,
            signal,
          })
  if (!('refused' in tried)) return
  const { refused } = tried
  if (isRefusedByRbac(refused))
    throw missingPermission(
      refused,
      namespace,
      undefined,
      mode.kind === 'sockets' ? socketsRules : probeRules,
    )
  throw new UserError(`pods cannot be told by their ${names[mode.kind]}: ${refused}`, {
    hints: [{ remedy: 'identify-by-any' }],
  })
}
