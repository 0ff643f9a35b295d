import type { Decoded, End, Gap, Start } from '../../agent/protocol/protocol.ts'
import type { Observation } from '../../model/probe/observation.ts'
import type { Cell, Seen } from './cell.ts'
import { ClientLog } from './client-log.ts'
import { hereIndex } from '../run/clients/here-index.ts'
import type { Zones } from '../plan/entries/nodes.ts'
import { defined } from '../../model/common/values.ts'
import type { EntryView } from './endpoints/view.ts'

/** One client of a probe: its cells add up what it observes. */
export class ClientRun extends ClientLog {
  readonly index: number
  /** One for each session at each target of the agent, in their order. */
  readonly cells: readonly Cell[]
  readonly views: readonly EntryView[]
  /** What ports do instead of speaking HTTP. */
  readonly #notHttp = new Set<string>()
  /** Entries that chose HTTP/1.1 though they were asked for HTTP/2. */
  readonly http1Entries = new Set<number>()
  end: End | undefined
  readonly #sessions: number
  /** The target that is asked, the number of the newest observation, and how many each cell has had. */
  #target = 0
  #newest = 0
  readonly #turns: number[] = []

  constructor(index: number, cells: readonly Cell[], sessions: number, zones: Zones | undefined) {
    super(zones)
    this.index = index
    this.#sessions = sessions
    this.cells = cells
    this.views = cells.map(({ view }) => view)
    if (index === hereIndex)
      for (const view of this.views) view.placeAt({ place: 'here', ...defined({ zones }) })
  }

  /** Throws UserError when the agent could not do its work. Returns the gap in words, if there is one, and what was seen. */
  onDecoded(decoded: Decoded, arrivedAt: number): { gap?: string; seen: Seen[] } {
    this.hear(decoded)
    const { start, done, end, observations, gap } = decoded
    if (start !== undefined) this.#begin(start)
    const seen = observations.flatMap(
      (observation) =>
        this.cells[this.#cellOf(observation)]?.add(observation, this.#turnOf(observation)) ?? [],
    )
    const last = observations.at(-1)
    if (last !== undefined) this.clock?.heard(arrivedAt, last.atMs + last.latencyMs)
    if (done !== undefined) this.cells[this.#cellOf(done)]?.finish(done)
    if (end !== undefined) {
      this.end = end
      // The agent counts for its targets one by one; its last line is about all of them.
      if (this.cells.length === 1) this.cells[0]?.finish(end)
    }
    return { ...(gap === undefined ? {} : { gap: gapWords(gap) }), seen }
  }

  #begin({ target, after = 0, notHttp, isHttp1 }: Start): void {
    if (notHttp !== undefined) this.#notHttp.add(notHttp)
    this.#target = target
    this.#newest = after
    for (let session = 0; session < this.#sessions; session++) {
      const { view } = this.cells[this.#cellOf({ target, session })] ?? {}
      if (view !== undefined && this.clock !== undefined) view.start(this.clock)
      if (view !== undefined && isHttp1 === true) this.http1Entries.add(view.entry.index)
    }
  }

  /** The number of an observation among those of its own session. Of those that did not arrive each session had its share. */
  #turnOf(observation: Observation): number {
    const { number, target } = observation
    if (target !== this.#target) {
      // The line that says when its target begins is missing.
      this.#target = target
      this.#newest = number - 1
    }
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
    const { tool, isCoarse = false } = this.hello ?? {}
    if (tool === undefined) return []
    const precision = isCoarse ? '; its clock counts in steps of 10 ms or more' : ''
    return [`a shell sent the requests, one after the other with ${tool}${precision}`]
  }

  /** Why connections are all that was counted, where that was found out. */
  notHttpNotes(): string[] {
    return [...this.#notHttp].map((what) => `not HTTP: the port ${what}; connections were counted`)
  }

  get hasObservations(): boolean {
    return this.cells.some(({ tally }) => tally.requests > 0)
  }

  /** The run did not come to its own end. */
  get isCutShort(): boolean {
    return this.end === undefined || this.end.reason === 'signal'
  }

  /** This cell was not asked as often as it was meant to be. */
  isCutShortAt(cell: number): boolean {
    return this.isCutShort && cell >= this.#cellOf({ target: this.#target })
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
