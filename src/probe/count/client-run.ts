import type { Decoded, End, FailureReason, Gap } from '../../agent/protocol/protocol.ts'
import type { Pod } from '../../model/cluster/kubernetes.ts'
import type { Observation, Scheme } from '../../model/probe/observation.ts'
import { UserError } from '../../model/common/user-error.ts'
import type { Cell, Seen } from './cell.ts'
import { hereIndex } from '../run/clients/here-index.ts'
import { NodeClock } from '../run/clock.ts'
import type { Zones } from '../plan/entries/nodes.ts'
import { defined } from '../../model/common/values.ts'

/** Lines in the pod's log that are not the agent's, kept for when it fails. */
const mostForeignLines = 5
/** Failures that are kept in words; all are counted. */
const mostFailures = 16

/** What one client says, from the start of its pod to its last line: its cells add it up. */
export class ClientRun {
  readonly index: number
  /** One for each session at each target of the agent, in their order. */
  readonly cells: readonly Cell[]
  pod: Pod | undefined
  addresses: string[] = []
  /** What sends its requests where a shell does. */
  tool: string | undefined
  #isCoarse = false
  /** Of the first target that was asked. */
  scheme: Scheme | undefined
  /** What ports do instead of speaking HTTP. */
  readonly #notHttp = new Set<string>()
  /** Entries that chose HTTP/1.1 though they were asked for HTTP/2. */
  readonly http1Entries = new Set<number>()
  readonly failures: FailureReason[] = []
  readonly foreign: string[] = []
  end: End | undefined
  /** Why its container ended, in the kubelet's words. */
  endMessage = ''
  #clock: NodeClock | undefined
  #asked = 0
  readonly #sessions: number
  /** The number of the newest observation, and how many each cell has had. */
  #newest = 0
  readonly #turns: number[] = []

  readonly #zones: Zones | undefined

  constructor(index: number, cells: readonly Cell[], sessions: number, zones: Zones | undefined) {
    this.index = index
    this.#zones = zones
    this.#sessions = sessions
    this.cells = cells
    if (index === hereIndex) for (const cell of cells) cell.placeAt({ place: 'here', ...defined({ zones }) })
  }

  onPod(pod: Pod): void {
    this.pod = pod
    this.addresses = (pod.status?.podIPs ?? []).map(({ ip }) => ip)
    const { nodeName } = pod.spec
    for (const cell of this.cells) cell.placeAt(defined({ place: 'pod', node: nodeName, zones: this.#zones }))
  }

  /** Throws UserError when the agent could not do its work. Returns the gap in words, if there is one, and what was seen. */
  onDecoded(decoded: Decoded, arrivedAt: number): { gap?: string; seen: Seen[] } {
    const { hello, start, failure, foreign, done, end, error, observations, gap } = decoded
    if (hello !== undefined) {
      if (hello.addresses.length > 0) this.addresses = hello.addresses
      this.tool = hello.tool
      this.#isCoarse = hello.isCoarse ?? false
    }
    if (start !== undefined) {
      this.scheme ??= start.scheme
      if (start.notHttp !== undefined) this.#notHttp.add(start.notHttp)
      if (start.isHttp1 === true)
        this.http1Entries.add(this.cells[this.#cellOf({ target: start.target })]?.entry.index ?? 0)
      this.#clock ??= new NodeClock(start.epochMs)
      this.#asked = this.#cellOf({ target: start.target })
      this.#newest = start.after ?? 0
      for (let session = 0; session < this.#sessions; session++)
        this.cells[this.#cellOf({ target: start.target, session })]?.start(this.#clock)
    }
    if (failure !== undefined && this.failures.length < mostFailures) this.failures.push(failure)
    if (foreign !== undefined && this.foreign.length < mostForeignLines) this.foreign.push(foreign)
    if (error !== undefined) throw new UserError(`the probe's agent failed: ${error}`)
    const seen = observations.flatMap(
      (observation) =>
        this.cells[this.#cellOf(observation)]?.add(observation, this.#turnOf(observation)) ?? [],
    )
    const last = observations.at(-1)
    if (last !== undefined) this.#clock?.heard(arrivedAt, last.atMs + last.latencyMs)
    if (done !== undefined) this.cells[this.#cellOf(done)]?.finish(done)
    if (end !== undefined) this.end = end
    return { ...(gap === undefined ? {} : { gap: gapWords(gap) }), seen }
  }

  /** The number of an observation among those of its own session. Of those that did not arrive each session had its share. */
  #turnOf(observation: Observation): number | undefined {
    if (this.#sessions === 1) return undefined
    const { number, target } = observation
    const lost = Math.floor((number - 1 - this.#newest) / this.#sessions)
    this.#newest = number
    for (let session = 0; session < this.#sessions; session++) {
      const cell = this.#cellOf({ target, session })
      this.#turns[cell] = (this.#turns[cell] ?? 0) + lost
    }
    const own = this.#cellOf(observation)
    return (this.#turns[own] = (this.#turns[own] ?? 0) + 1)
  }

  /** The agent asks each target in each session. */
  #cellOf({ target, session = 0 }: { target: number; session?: number }): number {
    return target * this.#sessions + session
  }

  /** What to know of an agent that is not the usual one. */
  toolNotes(): string[] {
    if (this.tool === undefined) return []
    const precision = this.#isCoarse ? '; its clock counts in steps of 10 ms or more' : ''
    return [`a shell sent the requests, one after the other with ${this.tool}${precision}`]
  }

  /** Why connections are all that was counted, where that was found out. */
  notHttpNotes(): string[] {
    return [...this.#notHttp].map((what) => `not HTTP: the port ${what}; connections were counted`)
  }

  get hasObservations(): boolean {
    return this.cells.some(({ tally }) => tally.requests > 0)
  }

  /** Its first request by our clock, in milliseconds since 1970. */
  get startedAt(): number | undefined {
    return this.#clock?.startedAt
  }

  /** The run did not come to its own end. */
  get isCutShort(): boolean {
    return this.end === undefined || this.end.reason === 'signal'
  }

  /** This cell was not asked as often as it was meant to be. */
  isCutShortAt(cell: number): boolean {
    return this.isCutShort && cell >= this.#asked
  }

  /** The first failures of a cell, in words. */
  failureWords(cell: number, most: number): string[] {
    return this.failures
      .filter((failure) => this.#cellOf(failure) === cell)
      .slice(0, most)
      .map(({ number, outcome, code, message }) => {
        const words = outcome === 'tls' ? tlsWords(code, message) : message
        return `request ${number} failed: ${words} (${code})`
      })
  }
}

function gapWords({ fromObservation, toObservation, observations }: Gap): string {
  if (observations === 0) return 'some lines of the log did not arrive; no observation was in them'
  return `${observations} observations did not arrive (requests ${fromObservation} to ${toObservation}): the log was rotated before it was read`
}

/** What is wrong with a certificate, where Node says it in words of its own. */
function tlsWords(code: string, message: string): string {
  const [, host, names] = /Host: (.+?)\. is not in the cert's altnames: (.+)/.exec(message) ?? []
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' && host !== undefined && names !== undefined)
    return `the certificate is for ${names.replaceAll(/\b(?:DNS|IP Address):/g, '')}, and not for ${host}`
  if (code === 'CERT_HAS_EXPIRED') return 'the certificate has expired'
  if (code === 'CERT_NOT_YET_VALID') return 'the certificate is not valid yet'
  return signedBy.has(code) ? `nobody who is trusted signed the certificate: ${message}` : message
}

/** OpenSSL's words for a certificate of somebody who is not known. */
const signedBy: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])
