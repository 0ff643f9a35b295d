import type { SecureContext } from 'node:tls'
import type { Observation, Outcome, Replaced, Scheme } from '../../../model/probe/observation.ts'
import type { CompleteConfig, CompleteTarget } from '../../complete-config.ts'
import type { CookieUser } from '../../cookies/user.ts'
import type { FailureStage } from '../failures.ts'
import type { ResponseParser } from './http-response.ts'
import type { Linger } from './linger.ts'
import { Trail, type RequestPlace } from '../place.ts'

/** How one request ended. The answer itself is in the lane's `answer` until the lane begins the next one. */
export interface Exchange {
  outcome: Outcome
  newConnection: boolean
  /** How the connection ended that was kept open until then. */
  replaced: Replaced | undefined
  endedAt: number
  /** The client's port, once it is known. */
  localPort: number | undefined
  /** Redirects that were followed before the answer. */
  redirects: number
  /** For all outcomes but `answered`: Node's or our own code, and words. */
  code: string
  message: string
}

/** What all lanes of a run share. */
export interface Plan {
  config: CompleteConfig
  target: CompleteTarget
  scheme: Scheme
  /** For https: made once, because that takes longer than a handshake. */
  secureContext: SecureContext | undefined
  /** Milliseconds, monotonic. */
  now: () => number
  /** Once an answer came from a cache: what makes each request one that no cache has seen. */
  freshness?: string
  /** The lane can begin the next request, at once too. Never called while `begin` runs. */
  onDone: (lane: AnyLane, exchange: Exchange) => void
  /** Connections whose answer was read. */
  linger: Linger
}

/** Sends one request after the other. */
export interface AnyLane {
  /** Who sends them: an index. */
  readonly session: number
  /** The number of the request in flight. */
  readonly number: number
  readonly startedAt: number
  readonly idle: boolean
  readonly answer: Pick<ResponseParser, 'status' | 'headers' | 'body' | 'bodyLength'>
  begin(number: number, now: number): void
  /** The cookies of the request that has ended. */
  reportCookies(): Pick<Observation, 'cookies' | 'cookiesSent'>
  /** Ends what has taken too long: time-outs are not timers, whoever runs the lanes calls this every few milliseconds. */
  tick(now: number): void
  /** Closes without a result. */
  stop(): void
}

/** Who sends the requests of a lane. */
export interface LaneUser {
  session: number
  header?: readonly [name: string, value: string]
  cookies?: CookieUser
}

/** What lanes of every protocol have in common: one request at a time, its place, its deadline, and its end. */
export abstract class BaseLane implements AnyLane {
  number = 0
  startedAt = 0
  readonly session: number
  abstract readonly answer: AnyLane['answer']

  protected readonly plan: Plan
  protected readonly course: Trail
  protected readonly cookies: CookieUser | undefined
  protected stage: FailureStage = 'connect'
  protected busy = false
  protected deadline = Infinity
  /** One was opened for the request: for itself, or where a redirect led. */
  protected newConnection = true
  protected localPort: number | undefined
  protected replaced: Replaced | undefined

  constructor(plan: Plan, { session, cookies }: LaneUser) {
    this.plan = plan
    this.session = session
    this.cookies = cookies
    this.course = new Trail(plan.target, plan.scheme)
  }

  get idle(): boolean {
    return !this.busy
  }

  /** Where the request goes, and where the connection leads. */
  protected get place(): RequestPlace {
    return this.course.place
  }

  begin(number: number, now: number): void {
    this.number = number
    this.startedAt = now
    this.deadline = now + this.plan.config.timeoutMs
    this.busy = true
    this.newConnection = false
    if (!this.course.begin()) this.drop()
    this.ask()
  }

  reportCookies(): Pick<Observation, 'cookies' | 'cookiesSent'> {
    return this.cookies?.report() ?? {}
  }

  tick(now: number): void {
    if (now >= this.deadline) this.timeOut()
  }

  stop(): void {
    this.drop()
    this.rest()
  }

  /** Sends the request, over a connection that is there or a new one. */
  protected abstract ask(): void
  protected abstract drop(): void
  protected abstract finish(outcome: Outcome, code?: string, message?: string): void

  protected timeOut(): void {
    this.fail('timeout', 'TIMEOUT', `no answer within ${this.plan.config.timeoutMs} ms`)
  }

  protected fail(outcome: Outcome, code: string, message: string): void {
    this.drop()
    this.finish(outcome, code, message)
  }

  /** No request is on its way. */
  protected rest(): void {
    this.busy = false
    this.deadline = Infinity
  }

  /** Hands over how the request ended; the lane may begin the next one within it. */
  protected report(
    ended: Pick<Exchange, 'outcome' | 'code' | 'message' | 'replaced'>,
    endedAt: number = this.plan.now(),
  ): void {
    const { newConnection, localPort } = this
    this.plan.onDone(this, { ...ended, newConnection, endedAt, localPort, redirects: this.course.redirects })
  }
}
