import { domainMatches } from '../../../agent/cookies/jar.ts'
import type { CookieReport } from '../../../model/probe/cookies/cause.ts'
import { effectivePath, pathMatches, type SetCookie } from '../../../model/probe/cookies/cookie.ts'
import type { Observation } from '../../../model/probe/observation.ts'
import type { CookieEnd } from '../../../model/probe/results/probe-result.ts'
import type { Claims } from './claims.ts'
import { makerOf } from '../../../model/probe/cookies/maker.ts'
import { defined } from '../../../model/common/values.ts'

/** Of one session; applications have a handful. */
const mostCookies = 32
/** Values that are told. */
const mostShown = 4
/** Values of a cookie that are told apart. */
const mostValues = 256

/** A host and a path: of a request, or where a cookie is for. */
interface Scope {
  host: string
  path: string
}

interface LoggedCookie {
  report: CookieReport
  /** Where its owner sends it. */
  scope: Scope
  digests: Set<string>
  /** The digest of the value that it has now. */
  now: string | undefined
  /** The pod that the value names which the session has now. */
  claim: { pod?: string; address: string } | undefined
  /** Its owner had it, and the last answer deleted it. */
  isTaken: boolean
  /** When it was given last, and until when its owner keeps it: milliseconds of the run. */
  givenMs: number
  endMs: number
}

/** Adds up what a session saw of each cookie, in bounded memory. */
export class CookieLog {
  readonly #claims: Claims | undefined
  readonly #before: CookieLog | undefined
  readonly #place: Scope
  /** Who gave the answer before. */
  #answered: string | undefined
  readonly #entries = new Map<string, LoggedCookie>()

  /**
   * @param place where its requests go
   * @param before what the same user saw elsewhere, where it brings its cookies along
   */
  constructor(claims?: Claims, before?: CookieLog, place: Scope = { host: '', path: '/' }) {
    this.#claims = claims
    this.#before = before
    this.#place = place
  }

  /**
   * The cookie that should hold this request and is not sent with it, as its life is over.
   * @param configured their names, where objects say it; else those that proxies make count, else all: one that has nothing to do
   *   with it excuses nothing
   */
  endedBefore(
    { atMs, cookiesSent = [] }: Observation,
    configured: readonly string[] = [],
  ): CookieEnd | undefined {
    const all = [...this.#entries.values()].filter(({ now }) => now !== undefined)
    const named = all.filter(({ report }) => configured.includes(report.name))
    const made = all.filter(({ report }) => report.maker !== undefined)
    const holding = named.length > 0 ? named : made.length > 0 ? made : all
    if (holding.some(({ report, endMs }) => cookiesSent.includes(report.name) || endMs > atMs))
      return undefined
    const [last] = holding.toSorted((one, other) => other.endMs - one.endMs)
    return last && { cookie: last.report.name, ageMs: atMs - last.givenMs }
  }

  /** @param answered the pod that gave the answer, or its address, where it is known: an answer that looks like another does not tell */
  add(
    { atMs, cookies = [], cookiesSent = [], redirects, identity }: Observation,
    answered?: { name: string; address?: string },
  ): void {
    const last = this.lastAnswered
    const isElsewhere = answered !== undefined && last !== undefined && answered.name !== last
    if (answered !== undefined) this.#answered = answered.name
    for (const entry of this.#entries.values()) {
      const { report, endMs, now, isTaken } = entry
      if (cookiesSent.includes(report.name)) continue
      if (isTaken) raise(report, 'deleted')
      else if (now !== undefined && endMs <= atMs) raise(report, 'ended')
    }
    for (const name of new Set(cookiesSent)) {
      const entry = this.#entries.get(name) ?? this.#bring(name)
      if (entry === undefined) continue
      entry.report.sent += 1
      if (cookiesSent.indexOf(name) !== cookiesSent.lastIndexOf(name)) raise(entry.report, 'sentTwice')
      if (entry.report.set === 0) raise(entry.report, 'brought')
      const { claim } = entry
      if (claim === undefined) continue
      const isSetAnew = cookies.some((cookie) => cookie.name === name)
      if (answered === undefined) raise(entry.report, 'unconfirmed')
      else if (!isSetAnew && answered.name !== claim.pod && answered.address !== claim.address)
        entry.report.disagreed += 1
    }
    for (const cookie of cookies) {
      const before = this.#entries.get(cookie.name)
      const isRenewed = before?.now !== undefined && before.now !== cookie.digest
      if (isRenewed && cookiesSent.includes(cookie.name)) {
        const onPod = answered === undefined ? 'renewedSomewhere' : 'renewed'
        const key = isElsewhere ? 'renewedElsewhere' : onPod
        raise(before.report, key)
      }
      this.#set(cookie, atMs)
    }
    // A redirect may have set it, too, and was answered with it.
    this.#setAtOnce(cookies, { isOneAnswer: redirects === undefined, isCached: identity?.source === 'cache' })
  }

  /**
   * To whom an answer is due that was added, as whoever gave the cookie says: it sets one that names a pod, or is content with the one
   * that was sent. Who never gave it here may not read it. Where cookies name different ones, to nobody who is known.
   */
  named({
    cookies = [],
    cookiesSent = [],
  }: Pick<Observation, 'cookies' | 'cookiesSent'>): string | undefined {
    const all = [...cookiesSent, ...cookies.map(({ name }) => name)].map((name) => this.#entries.get(name))
    const named = new Set(all.flatMap((one) => (one?.report.set ? (one.report.names ?? []) : [])))
    return named.size === 1 ? [...named][0] : undefined
  }

  /** What the cookies of one answer are together. */
  #setAtOnce(
    cookies: readonly SetCookie[],
    { isOneAnswer, isCached }: { isOneAnswer: boolean; isCached: boolean },
  ): void {
    for (const [name, own] of Map.groupBy(cookies, (cookie) => cookie.name)) {
      const entry = this.#entries.get(name)
      if (entry === undefined) continue
      entry.report.set += 1
      if (isCached) raise(entry.report, 'setByCache')
      // Those of other paths or domains are other cookies: browsers keep both.
      const kept = own.filter((one) => isAlive(one) && one.refused === undefined)
      const alike = Map.groupBy(kept, ({ path, domain }) => `${path} ${domain}`).values()
      const isTwice = alike.some((values) => new Set(values.map(({ digest }) => digest)).size > 1)
      if (isOneAnswer && isTwice) raise(entry.report, 'setTwice')
    }
  }

  /** What was seen, the first cookie first. */
  reports(): CookieReport[] {
    return [...this.#entries.values()].map(({ report }) => ({ ...report }))
  }

  /** What is sent and was not given here was given before. */
  #bring(name: string): LoggedCookie | undefined {
    const known = this.#before?.find(name, this.#place)
    if (known === undefined || this.#entries.size >= mostCookies) return undefined
    const { maker, names, first } = known.report
    const entry: LoggedCookie = {
      report: defined({ name, maker, names, first, set: 0, values: 0, sent: 0, disagreed: 0 }),
      scope: known.scope,
      digests: new Set(),
      now: known.now,
      claim: known.claim,
      isTaken: known.isTaken,
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

  /** The latest cookie of a name that is sent at a place: one that was given elsewhere since may not be. */
  find(name: string, place: Scope): LoggedCookie | undefined {
    const own = this.#entries.get(name)
    return own !== undefined && reaches(own.scope, place) ? own : this.#before?.find(name, place)
  }

  #set(cookie: SetCookie, atMs: number): void {
    const entry = this.#entryOf(cookie)
    if (entry === undefined) return
    if (entry.digests.size < mostValues) entry.digests.add(cookie.digest)
    entry.report.values = entry.digests.size
    const named = this.#claims?.of(cookie)
    const { pod } = named ?? {}
    if (named === undefined) delete entry.report.names
    else entry.report.names = pod ?? named.address
    if (cookie.refused !== undefined) return
    const { lifetimeSeconds = Infinity } = cookie
    entry.isTaken = !isAlive(cookie) && (entry.isTaken || entry.now !== undefined)
    // What is deleted before it is given tells nothing of its attributes.
    if (isAlive(cookie) && !isAlive(entry.report.first)) entry.report.first = attributesOf(cookie)
    entry.now = isAlive(cookie) ? cookie.digest : undefined
    entry.givenMs = atMs
    // Its owner counts from the answer, which came after the request: by then its life is over.
    entry.endMs = atMs + lifetimeSeconds * 1000
    const { value } = cookie
    const { shown = [] } = entry.report
    if (value !== undefined && shown.length < mostShown && !shown.includes(value))
      entry.report.shown = [...shown, value]
    entry.scope = this.#scopeOf(cookie)
    entry.claim = named && defined({ address: named.address, pod })
  }

  #scopeOf({ domain, path }: SetCookie): Scope {
    return { host: domain ?? this.#place.host, path: effectivePath(path, this.#place.path) }
  }

  #entryOf(cookie: SetCookie): LoggedCookie | undefined {
    const { name } = cookie
    const first = attributesOf(cookie)
    const known = this.#entries.get(name)
    if (known !== undefined || this.#entries.size >= mostCookies) return known
    const maker = makerOf({ name, form: first.form })?.name
    const report: CookieReport = defined({ name, set: 0, values: 0, sent: 0, disagreed: 0, maker, first })
    const entry: LoggedCookie = {
      report,
      scope: this.#scopeOf(cookie),
      digests: new Set(),
      now: undefined,
      claim: undefined,
      isTaken: false,
      givenMs: 0,
      endMs: Infinity,
    }
    this.#entries.set(name, entry)
    return entry
  }
}

type Count = 'brought' | 'deleted' | 'ended' | 'renewed' | 'renewedElsewhere' | 'renewedSomewhere'
type CountAtOnce = 'sentTwice' | 'setByCache' | 'setTwice' | 'unconfirmed'

function raise(report: CookieReport, key: Count | CountAtOnce): void {
  report[key] = (report[key] ?? 0) + 1
}

const reaches = (cookie: Scope, { host, path }: Scope): boolean =>
  domainMatches(host, cookie.host) && pathMatches(path, cookie.path)

const isAlive = ({ lifetimeSeconds = Infinity }: Pick<SetCookie, 'lifetimeSeconds'>): boolean =>
  lifetimeSeconds > 0

function attributesOf({
  name: _name,
  digest: _digest,
  value: _value,
  ...attributes
}: SetCookie): CookieReport['first'] {
  return attributes
}
