import type { CookieReport } from '../../../model/probe/cookies/cause.ts'
import type { SetCookie } from '../../../model/probe/cookies/cookie.ts'
import type { Observation } from '../../../model/probe/observation.ts'
import type { CookieEnd } from '../../../model/probe/results/probe-result.ts'
import type { Claims } from './claims.ts'
import { makerOf } from '../../../model/probe/cookies/maker.ts'

/** Of one session; applications have a handful. */
const mostCookies = 32
/** Values that are told. */
const mostShown = 4
/** Values of a cookie that are told apart. */
const mostValues = 256

interface Entry {
  report: CookieReport
  digests: Set<string>
  /** The digest of the value that it has now. */
  now: string | undefined
  /** The pod that the value names which the session has now. */
  claim: { pod?: string; address: string } | undefined
  /** When it was given last, and until when its owner keeps it: milliseconds of the run. */
  givenMs: number
  endMs: number
}

/** Adds up what a session saw of each cookie, in bounded memory. */
export class CookieLog {
  readonly #claims: Claims | undefined
  readonly #before: CookieLog | undefined
  /** Who gave the answer before. */
  #answered: string | undefined
  readonly #entries = new Map<string, Entry>()

  /** @param before what the same user saw elsewhere, where it brings its cookies along */
  constructor(claims?: Claims, before?: CookieLog) {
    this.#claims = claims
    this.#before = before
  }

  /**
   * The cookie that should hold this request and is not sent with it, as its life is over.
   * @param configured its name, where objects say it; else those that proxies make count, else all: one that has nothing to do
   *   with it excuses nothing
   */
  endedBefore({ atMs, cookiesSent = [] }: Observation, configured?: string): CookieEnd | undefined {
    const all = [...this.#entries.values()].filter(({ now }) => now !== undefined)
    const named = all.filter(({ report }) => report.name === configured)
    const made = all.filter(({ report }) => report.maker !== undefined)
    const holding = named.length > 0 ? named : made.length > 0 ? made : all
    if (holding.some(({ report, endMs }) => cookiesSent.includes(report.name) || endMs > atMs))
      return undefined
    const [last] = holding.toSorted((one, other) => other.endMs - one.endMs)
    return last && { cookie: last.report.name, ageMs: atMs - last.givenMs }
  }

  /** @param answered the pod that gave the answer, or its address, where it is known: an answer that looks like another does not tell */
  add(
    { atMs, cookies = [], cookiesSent = [] }: Observation,
    answered?: { name: string; address?: string },
  ): void {
    const last = this.lastAnswered
    const isElsewhere = answered !== undefined && last !== undefined && answered.name !== last
    if (answered !== undefined) this.#answered = answered.name
    for (const { report, endMs, now } of this.#entries.values())
      if (now !== undefined && endMs <= atMs && !cookiesSent.includes(report.name))
        report.ended = (report.ended ?? 0) + 1
    for (const name of cookiesSent) {
      const entry = this.#entries.get(name) ?? this.#bring(name)
      if (entry === undefined) continue
      entry.report.sent += 1
      if (entry.report.set === 0) entry.report.brought = (entry.report.brought ?? 0) + 1
      const { claim } = entry
      const isSetAnew = cookies.some((cookie) => cookie.name === name)
      if (claim === undefined || isSetAnew) continue
      if (answered === undefined) entry.report.unconfirmed = (entry.report.unconfirmed ?? 0) + 1
      else if (answered.name !== claim.pod && answered.address !== claim.address) entry.report.disagreed += 1
    }
    for (const cookie of cookies) {
      const before = this.#entries.get(cookie.name)
      const isRenewed = before?.now !== undefined && before.now !== cookie.digest
      if (isRenewed && cookiesSent.includes(cookie.name)) {
        const onPod = answered === undefined ? 'renewedSomewhere' : 'renewed'
        const key = isElsewhere ? 'renewedElsewhere' : onPod
        before.report[key] = (before.report[key] ?? 0) + 1
      }
      this.#set(cookie, atMs)
    }
  }

  /** What was seen, the first cookie first. */
  reports(): CookieReport[] {
    return [...this.#entries.values()].map(({ report }) => ({ ...report }))
  }

  /** What is sent and was not given here was given before. */
  #bring(name: string): Entry | undefined {
    const known = this.#before?.find(name)
    if (known === undefined || this.#entries.size >= mostCookies) return undefined
    const { maker, names, first } = known.report
    const entry: Entry = {
      report: {
        name,
        ...(maker === undefined ? {} : { maker }),
        ...(names === undefined ? {} : { names }),
        first,
        set: 0,
        values: 0,
        sent: 0,
        disagreed: 0,
      },
      digests: new Set(),
      now: known.now,
      claim: known.claim,
      givenMs: known.givenMs,
      endMs: known.endMs,
    }
    this.#entries.set(name, entry)
    return entry
  }

  /** Who gave the answer before, also elsewhere. */
  get lastAnswered(): string | undefined {
    return this.#answered ?? this.#before?.lastAnswered
  }

  /** What is known of a cookie, the latest first. */
  find(name: string): Entry | undefined {
    return this.#entries.get(name) ?? this.#before?.find(name)
  }

  #set(cookie: SetCookie, atMs: number): void {
    const entry = this.#entryOf(cookie)
    if (entry === undefined) return
    entry.report.set += 1
    if (entry.digests.size < mostValues) entry.digests.add(cookie.digest)
    entry.report.values = entry.digests.size
    if (cookie.refused !== undefined) return
    const { lifetimeSeconds = Infinity } = cookie
    entry.now = lifetimeSeconds > 0 ? cookie.digest : undefined
    entry.givenMs = atMs
    // Its owner counts from the answer, which came after the request: by then its life is over.
    entry.endMs = atMs + lifetimeSeconds * 1000
    const { value } = cookie
    const { shown = [] } = entry.report
    if (value !== undefined && shown.length < mostShown && !shown.includes(value))
      entry.report.shown = [...shown, value]
    const named = this.#claims?.of(cookie)
    const { pod } = named ?? {}
    entry.claim = named && { address: named.address, ...(pod === undefined ? {} : { pod }) }
    if (named === undefined) delete entry.report.names
    else entry.report.names = pod ?? named.address
  }

  #entryOf({ name, digest: _digest, value: _value, ...first }: SetCookie): Entry | undefined {
    const known = this.#entries.get(name)
    if (known !== undefined || this.#entries.size >= mostCookies) return known
    const maker = makerOf({ name, form: first.form })?.name
    const report: CookieReport = {
      name,
      set: 0,
      values: 0,
      sent: 0,
      disagreed: 0,
      ...(maker === undefined ? {} : { maker }),
      first,
    }
    const entry: Entry = {
      report,
      digests: new Set(),
      now: undefined,
      claim: undefined,
      givenMs: 0,
      endMs: Infinity,
    }
    this.#entries.set(name, entry)
    return entry
  }
}
