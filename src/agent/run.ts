import tls from 'node:tls'
import type { Observation, Scheme } from '../model/observation.ts'
import type { CompleteConfig, CompleteTarget } from './complete-config.ts'
import type { Encoder } from './encode.ts'
import type { Identifier } from './identify.ts'
import { DatagramLane } from './datagram-lane.ts'
import type { AnyLane, Exchange, Plan } from './lane.ts'
import { Lane } from './lane.ts'
import { Linger } from './linger.ts'
import { Pacer } from './pacing.ts'
import type { End, Totals } from './protocol.ts'
import { seenAddressOf } from './seen-address.ts'
import { Sequencer } from './sequencer.ts'
import { Tally } from './tally.ts'

export interface RunOptions {
  config: CompleteConfig
  target: CompleteTarget
  targetIndex: number
  scheme: Scheme
  /** The number of the last request before this run. */
  numbersAfter: number
  /** Time 0 of the observations, by `now`. */
  zeroAt: number
  identify: Identifier
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
/** Kinds of failures that are told in words. */
const toldFailures = 32

/** Sends the requests to one target and writes what came of them. */
export class Run {
  readonly #options: RunOptions
  readonly #lanes: AnyLane[] = []
  readonly #pacer: Pacer
  readonly #sequencer: Sequencer
  readonly #tally = new Tally()
  readonly #linger = new Linger()
  readonly #told = new Set<string>()
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
    this.#pacer = new Pacer(config)
    this.#sequencer = new Sequencer((observation) => {
      this.#tally.add(observation)
      encoder.add(observation)
    }, numbersAfter + 1)
    const { ca } = target.tls
    const secureContext =
      scheme === 'https' ? tls.createSecureContext(ca === undefined ? {} : { ca }) : undefined
    const plan: Plan = {
      config,
      target,
      scheme,
      secureContext,
      now,
      linger: this.#linger,
      onDone: this.#onDone,
    }
    const LaneOf = scheme === 'udp' ? DatagramLane : Lane
    for (let index = 0; index < config.concurrency; index++) this.#lanes.push(new LaneOf(plan))
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
      const step = this.#pacer.next(now, this.#inFlight)
      if (step === 'busy') return
      if (step === 'done') {
        if (this.#inFlight === 0)
          this.#end(this.#pacer.started >= this.#options.config.requests ? 'done' : 'duration')
        return
      }
      if (step !== 'start') {
        clearTimeout(this.#wakeUp)
        this.#wakeUp = setTimeout(this.#pump, Math.ceil(step))
        return
      }
      this.#inFlight++
      // The first idle one, so that a pool that need not be large is not.
      this.#lanes.find((lane) => lane.idle)?.begin(this.#options.numbersAfter + this.#pacer.started, now)
    }
  }

  readonly #onDone = (lane: AnyLane, exchange: Exchange): void => {
    this.#lastEndAt = exchange.endedAt
    const { targetIndex, zeroAt } = this.#options
    const observation: Observation = {
      number: lane.number,
      target: targetIndex,
      atMs: lane.startedAt - zeroAt,
      latencyMs: exchange.endedAt - lane.startedAt,
      outcome: exchange.outcome,
      newConnection: exchange.newConnection,
    }
    if (exchange.replaced !== undefined) observation.replaced = exchange.replaced
    if (exchange.localPort !== undefined) observation.localPort = exchange.localPort
    if (exchange.outcome === 'answered') this.#read(lane, observation)
    else this.#tell(lane.number, exchange)
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
    const body = answer.body.toString('latin1', 0, answer.bodyLength)
    observation.identity = this.#options.identify({
      ...(http ? { status: answer.status } : {}),
      headers: answer.headers,
      body,
    })
    const seenAddress = seenAddressOf(body, this.#options.isBackend)
    if (seenAddress !== undefined) observation.seenAddress = seenAddress
  }

  #tell(number: number, { outcome, code, message }: Exchange): void {
    const key = `${outcome} ${code}`
    if (this.#told.has(key) || this.#told.size >= toldFailures) return
    this.#told.add(key)
    const { encoder, targetIndex: target } = this.#options
    encoder.failure({ target, number, outcome, code, message: message.slice(0, 500) })
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
    const totals = this.#tally.totals()
    encoder.done({ target, ...totals })
    onEnd({ reason, ...totals, lastEndAt: this.#lastEndAt, stalledMs: this.#stalledMs })
  }
}
