import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls'
import type { Observation, Scheme } from '../model/probe/observation.ts'
import { type CompleteConfig, type CompleteTarget, isPlain } from './complete-config.ts'
import { CookieUser } from './cookies/user.ts'
import type { Encoder } from './protocol/encode.ts'
import { isFromCache } from './answers/cache.ts'
import { createCounter, type Identifier } from './answers/identify.ts'
import { DatagramLane } from './requests/lanes/datagram-lane.ts'
import { Http2Lane } from './requests/lanes/http2-lane.ts'
import type { AnyLane, Exchange, LaneUser, Plan } from './requests/lanes/base-lane.ts'
import { Lane } from './requests/lanes/lane.ts'
import { Linger } from './requests/lanes/linger.ts'
import { Pacer } from './requests/pacing.ts'
import type { End, Totals } from './protocol/protocol.ts'
import { seenAddressOf } from './requests/seen-address.ts'
import { Sequencer } from './requests/sequencer.ts'
import { Turns } from './requests/turns.ts'
import { sumTotals, TargetTally } from './protocol/tally.ts'

export interface RunOptions {
  config: CompleteConfig
  target: CompleteTarget
  targetIndex: number
  scheme: Scheme
  /** Whoever is in it goes on, whoever is not is put there. */
  users: KnownUsers
  /** The number of the last request before this run. */
  numbersAfter: number
  /** Time 0 of the observations, by `now`. */
  zeroAt: number
  identify: Identifier
  /** Node's, where the target is asked in HTTP/2: it takes its time to load. */
  http2: typeof import('node:http2') | undefined
  /** Is this string the address of a backend? */
  isBackend: (address: string) => boolean
  encoder: Encoder
  /** Nobody reads what is written: start nothing until `resume`. */
  outputFull: () => boolean
  /** Milliseconds, monotonic. */
  now: () => number
  onEnd: (end: RunEnd) => void
}

/** `lastEndAt` is when the last request ended, by `now`. */
export interface RunEnd extends Pick<End, 'reason' | 'stalledMs'>, Totals {
  lastEndAt: number
}

/** Milliseconds. Lines are written so often, and a sign of life when there is none. */
const flushMs = 75
const beatMs = 1000
/** How often it is looked whether the server has closed the last connections. */
const lingerMs = 5
/** Kinds of failures that are told in words. */
const toldFailures = 32

/** Whom to trust. */
function contextOf({ tls: { ca, trusted } }: CompleteTarget): SecureContext {
  const beside = trusted === undefined ? undefined : [...rootCertificates, trusted]
  return createSecureContext({ ca: ca ?? beside, allowPartialTrustChain: beside !== undefined })
}

/** Users of earlier targets, by their session. */
export type KnownUsers = Map<number, CookieUser>

function userOf(
  { sessions, cookieSalt: salt, sharedJars, shownCookies }: CompleteConfig,
  session: number,
  known: KnownUsers,
): LaneUser {
  const { jar: keeps = false, pastEnd, without, header } = sessions[session] ?? {}
  const own = header === undefined ? { session } : { session, header }
  if (!keeps && salt === undefined) return own
  const earlier = keeps && sharedJars ? known.get(session) : undefined
  const cookies =
    earlier ?? new CookieUser({ keeps, pastEnd, without, salt: salt ?? '', shown: new Set(shownCookies) })
  known.set(session, cookies)
  return { ...own, cookies }
}

/** Sends the requests to one target and writes what came of them. */
export class Run {
  readonly #options: RunOptions
  readonly #lanes: AnyLane[] = []
  readonly #pacer: Pacer
  readonly #plan: Plan
  readonly #turns: Turns
  readonly #sequencer: Sequencer
  /** Of each session. */
  readonly #tallies: readonly TargetTally[]
  readonly #linger: Linger
  readonly #told = new Set<string>()
  readonly #count: ReturnType<typeof createCounter> | undefined
  readonly #ticker: NodeJS.Timeout
  #wakeUp: NodeJS.Timeout | undefined
  #inFlight = 0
  #lastEndAt = 0
  #lastFlushAt = 0
  #lastLineAt = 0
  #stalledSince = 0
  #stalledMs = 0
  #ended = false

  constructor(options: RunOptions) {
    this.#options = options
    const { config, target, scheme, now, encoder, numbersAfter } = options
    this.#linger = new Linger(config.localPorts)
    const { sessions } = config
    const users = sessions.length
    this.#count = config.counter && createCounter(config.counter)
    // Each user keeps to the schedule, and so to all of it; pauses are said one by one, for all of them.
    const requests = config.pausesMs === undefined ? config.requests * users : config.requests
    const pace = { intervalMs: config.intervalMs / users, requests }
    this.#pacer = new Pacer({ ...config, ...pace })
    this.#tallies = sessions.map(() => new TargetTally())
    const rounds = config.pausesMs === undefined ? config.requests : 1
    this.#turns = new Turns(
      sessions.map((session) => isPlain([session])),
      rounds,
    )
    this.#sequencer = new Sequencer((observation) => {
      this.#tallies[observation.session ?? 0]?.add(observation)
      encoder.add(observation)
    }, numbersAfter + 1)
    // A redirect may lead there, too.
    const mayBeSecure = scheme === 'https' || target.redirects > 0
    const secureContext = mayBeSecure ? contextOf(target) : undefined
    this.#plan = {
      config,
      target,
      scheme,
      secureContext,
      now,
      linger: this.#linger,
      onDone: this.#onDone,
    }
    const LaneOf = scheme === 'udp' ? DatagramLane : Lane
    const { http2 } = options
    const newLane = (session: number): AnyLane => {
      const user = userOf(config, session, options.users)
      return http2 === undefined ? new LaneOf(this.#plan, user) : new Http2Lane(this.#plan, user, http2)
    }
    if (isPlain(sessions)) for (let lane = 0; lane < config.concurrency; lane++) this.#lanes.push(newLane(0))
    else for (const session of sessions.keys()) this.#lanes.push(newLane(session))
    // Time-outs are as exact as this.
    const tickMs = scheme === 'tcp' ? 10 : Math.min(25, Math.max(2, config.timeoutMs / 20))
    this.#ticker = setInterval(this.#tick, tickMs)
  }

  start(): void {
    this.#lastFlushAt = this.#lastLineAt = this.#lastEndAt = this.#options.now()
    this.#pump()
  }

  /** The output can take more. */
  resume(): void {
    if (this.#stalledSince === 0) return
    this.#stalledMs += this.#options.now() - this.#stalledSince
    this.#stalledSince = 0
    this.#pump()
  }

  /** Ends at once; requests in flight are given up. */
  stop(): void {
    if (!this.#ended) this.#end('signal')
  }

  /** Ends without the last line. */
  abandon(): void {
    this.#ended = true
    clearInterval(this.#ticker)
    clearTimeout(this.#wakeUp)
    for (const lane of this.#lanes) lane.stop()
    this.#linger.stop()
  }

  readonly #pump = (): void => {
    if (this.#ended) return
    for (;;) {
      if (this.#options.outputFull()) {
        this.#stalledSince ||= this.#options.now()
        return
      }
      // Wakes up when a request ends.
      if (this.#sequencer.full) return
      const now = this.#options.now()
      const lane = this.#nextLane()
      if (lane === undefined) return
      const step = this.#pacer.next(now, this.#inFlight)
      if (step === 'busy') return
      if (step === 'done') {
        if (this.#inFlight > 0) return
        // Who looks into the pods finds the connections that the server closed itself: those of the last answers as well.
        if (this.#linger.isEmpty) this.#end(this.#pacer.isAtEnd ? 'done' : 'duration')
        else this.#pumpIn(lingerMs)
        return
      }
      if (step !== 'start') {
        this.#pumpIn(Math.ceil(step))
        return
      }
      this.#inFlight++
      this.#turns.take()
      lane.begin(this.#options.numbersAfter + this.#pacer.started, now)
    }
  }

  #pumpIn(milliseconds: number): void {
    clearTimeout(this.#wakeUp)
    this.#wakeUp = setTimeout(this.#pump, milliseconds)
  }

  /** Who makes the next request; undefined while that has one in flight. */
  #nextLane(): AnyLane | undefined {
    const { sessions } = this.#options.config
    // The first idle one, so that a pool that need not be large is not.
    if (isPlain(sessions)) return this.#lanes.find((lane) => lane.idle)
    const next = this.#lanes[this.#turns.next]
    return next?.idle === true ? next : undefined
  }

  readonly #onDone = (lane: AnyLane, exchange: Exchange): void => {
    this.#lastEndAt = exchange.endedAt
    const { targetIndex, zeroAt } = this.#options
    const observation: Observation = {
      number: lane.number,
      target: targetIndex,
      ...(lane.session === 0 ? {} : { session: lane.session }),
      atMs: lane.startedAt - zeroAt,
      latencyMs: exchange.endedAt - lane.startedAt,
      outcome: exchange.outcome,
      newConnection: exchange.newConnection,
    }
    if (exchange.replaced !== undefined) observation.replaced = exchange.replaced
    if (exchange.localPort !== undefined) observation.localPort = exchange.localPort
    if (exchange.redirects > 0) observation.redirects = exchange.redirects
    Object.assign(observation, lane.reportCookies())
    if (exchange.outcome === 'answered') this.#read(lane, observation)
    else this.#tell(lane, exchange)
    this.#sequencer.add(observation)
    this.#inFlight--
    this.#pump()
  }

  #read({ answer }: AnyLane, observation: Observation): void {
    const { scheme } = this.#options
    const http = scheme === 'http' || scheme === 'https'
    // A server that waits for the client to speak said nothing about itself.
    if (!http && answer.bodyLength === 0) return
    if (http) observation.status = answer.status
    if (this.#options.config.cookieSalt !== undefined && isFromCache(answer.headers)) {
      observation.identity = { source: 'cache', value: '' }
      this.#plan.freshness ??= String(Math.random())
      return
    }
    const body = answer.body.toString('latin1', 0, answer.bodyLength)
    const said = { ...(http ? { status: answer.status } : {}), headers: answer.headers, body }
    observation.identity = this.#options.identify(said)
    const counter = this.#count?.(said)
    if (counter !== undefined) observation.counter = counter
    const seenAddress = seenAddressOf(body, this.#options.isBackend)
    if (seenAddress !== undefined) observation.seenAddress = seenAddress
  }

  #tell({ number, session: index }: AnyLane, { outcome, code, message }: Exchange): void {
    const key = `${index} ${outcome} ${code}`
    if (this.#told.has(key) || this.#told.size >= toldFailures) return
    this.#told.add(key)
    const { encoder, targetIndex: target } = this.#options
    const session = index === 0 ? {} : { session: index }
    encoder.failure({ target, ...session, number, outcome, code, message: message.slice(0, 500) })
  }

  readonly #tick = (): void => {
    const now = this.#options.now()
    for (const lane of this.#lanes) lane.tick(now)
    this.#linger.tick(now)
    if (this.#ended || now - this.#lastFlushAt < flushMs) return
    this.#lastFlushAt = now
    if (this.#options.encoder.flush()) this.#lastLineAt = now
    else if (now - this.#lastLineAt >= beatMs) {
      this.#lastLineAt = now
      this.#options.encoder.beat({ atMs: Math.round(now - this.#options.zeroAt), inFlight: this.#inFlight })
    }
  }

  #end(reason: End['reason']): void {
    this.abandon()
    const { encoder, numbersAfter, onEnd, targetIndex: target } = this.#options
    this.#sequencer.finish(numbersAfter + this.#pacer.started, () => encoder.skip())
    const all = this.#tallies.map((tally) => tally.totals())
    for (const [session, totals] of all.entries())
      encoder.done({ target, ...(session === 0 ? {} : { session }), ...totals })
    onEnd({ reason, ...sumTotals(all), lastEndAt: this.#lastEndAt, stalledMs: this.#stalledMs })
  }
}
