import type { CompleteConfig, CompleteTarget } from './complete-config.ts'
import type { Encoder } from './protocol/encode.ts'
import type { Identifier } from './answers/identify.ts'
import type { End } from './protocol/protocol.ts'
import type { RunEnd } from './run.ts'
import { type KnownUsers, Run } from './run.ts'
import { chooseHttp, detectScheme, type Spoken } from './requests/scheme.ts'
import { sumTotals } from './protocol/tally.ts'

export interface SessionOptions {
  config: CompleteConfig
  identify: Identifier
  encoder: Encoder
  /** Nobody reads what is written: start nothing until `resume`. */
  outputFull: () => boolean
  /** Milliseconds, monotonic. */
  now: () => number
}

interface Begun extends Spoken {
  /** When its first connection was opened, at the earliest. */
  beganAt: number
}

/** Milliseconds between two signs of life before a target's first request. */
const beatMs = 1000

/** All that the agent does: one target after the other. */
export class AgentRun {
  readonly #options: SessionOptions
  readonly #isBackend: (address: string) => boolean
  readonly #ends: RunEnd[] = []
  readonly #users: KnownUsers = new Map()
  #http2: typeof import('node:http2') | undefined
  #zeroAt = 0
  #epochMs = 0
  #run: Run | undefined
  #stopped = false
  #onStop: (() => void) | undefined

  constructor(options: SessionOptions) {
    this.#options = options
    const addresses = new Set(options.config.needles.flat())
    this.#isBackend = (address) => addresses.has(address)
  }

  /** The output can take more. */
  resume(): void {
    this.#run?.resume()
  }

  /** Ends at once; requests in flight are given up. */
  stop(): void {
    this.#stopped = true
    this.#onStop?.()
    this.#run?.stop()
  }

  /** Ends without the last lines. */
  abandon(): void {
    this.#stopped = true
    this.#run?.abandon()
  }

  /** Asks all targets; to be called once. */
  async run(): Promise<End> {
    for (const [index, target] of this.#options.config.targets.entries()) {
      const spoken = await this.#prepare(target, index)
      if (target.isHttp2) this.#http2 ??= await import('node:http2')
      if (this.#stopped) break
      this.#ends.push(await this.#ask(target, index, spoken))
      if (this.#stopped) break
    }
    const last = this.#ends.at(-1)
    return {
      reason: this.#stopped ? 'signal' : (last?.reason ?? 'done'),
      durationMs: last === undefined ? 0 : last.lastEndAt - this.#zeroAt,
      ...sumTotals(this.#ends),
      stalledMs: this.#ends.reduce((sum, { stalledMs }) => sum + stalledMs, 0),
    }
  }

  /** Waits until it may begin, and finds out the scheme; ends early, with any scheme, when it is stopped. */
  async #prepare(target: CompleteTarget, index: number): Promise<Begun> {
    const { config, encoder, now } = this.#options
    const atMs = (): number => (index === 0 ? 0 : Math.round(now() - this.#zeroAt))
    const beats = setInterval(() => encoder.beat({ atMs: atMs(), inFlight: 1 }), beatMs)
    const stop = new Promise<Spoken>((resolve) => {
      this.#onStop = () => resolve({ scheme: 'tcp' })
    })
    let timer: NodeJS.Timeout | undefined
    if (index === 0 && config.waitMs > 0) {
      const due = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, config.waitMs)
      })
      await Promise.race([due, stop])
    }
    clearTimeout(timer)
    const beganAt = now()
    const known = await Promise.race([this.#stopped ? stop : this.#spoken(target), stop])
    clearInterval(beats)
    return { ...known, beganAt }
  }

  async #spoken(target: CompleteTarget): Promise<Spoken> {
    const { config, now } = this.#options
    const { isHttp2, scheme } = target
    const spoken = scheme === 'auto' ? await detectScheme(config, target, now) : { scheme }
    return isHttp2 && spoken.scheme === 'https'
      ? { ...spoken, ...(await chooseHttp(config, target)) }
      : spoken
  }

  #ask(target: CompleteTarget, targetIndex: number, { beganAt, ...spoken }: Begun): Promise<RunEnd> {
    const { config, identify, encoder, outputFull, now } = this.#options
    if (targetIndex === 0) {
      this.#zeroAt = now()
      this.#epochMs = Date.now()
    }
    const { scheme } = spoken
    const detectionMs = target.scheme === 'auto' ? { detectionMs: now() - beganAt } : {}
    const after = encoder.lastNumber === 0 ? {} : { after: encoder.lastNumber }
    encoder.start({ target: targetIndex, ...after, ...spoken, epochMs: this.#epochMs, ...detectionMs })
    return new Promise((resolve) => {
      this.#run = new Run({
        config,
        target,
        targetIndex,
        scheme,
        users: this.#users,
        numbersAfter: encoder.lastNumber,
        zeroAt: this.#zeroAt,
        identify,
        http2: target.isHttp2 && spoken.isHttp1 !== true ? this.#http2 : undefined,
        isBackend: this.#isBackend,
        encoder,
        outputFull,
        now,
        onEnd: resolve,
      })
      this.#run.start()
    })
  }
}
