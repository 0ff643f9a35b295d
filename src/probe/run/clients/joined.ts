import type { Decoded, End } from '../../../agent/protocol/protocol.ts'
import { sumTotals } from '../../../agent/protocol/tally.ts'

/**
 * Several runs of an agent that asks one target each, told as one run that asks all of them: numbers and times go on from
 * one to the next, and only the last end is one.
 */
export class JoinedRuns {
  readonly #targets: number
  readonly #ends: End[] = []
  #target = -1
  /** The number of the last request of the runs before. */
  #before = 0
  #last = 0
  #zeroMs: number | undefined
  #offsetMs = 0

  constructor(targets: number) {
    this.#targets = targets
  }

  /** Another run begins, of the next target. */
  next(): void {
    this.#target += 1
    this.#before = this.#last
  }

  /** What a line of the current run brought, as a line of the whole. */
  join({ hello, start, end, failure, gap, observations, ...rest }: Decoded): Decoded {
    const target = this.#target
    if (start !== undefined) {
      this.#zeroMs ??= start.epochMs
      this.#offsetMs = start.epochMs - this.#zeroMs
    }
    const joined: Decoded = {
      ...rest,
      observations: observations.map((observation) => ({
        ...observation,
        target,
        number: observation.number + this.#before,
        atMs: observation.atMs + this.#offsetMs,
      })),
      ...(hello === undefined || target > 0 ? {} : { hello }),
      ...(start === undefined ? {} : { start: { ...start, target, epochMs: this.#zeroMs ?? start.epochMs } }),
      ...(failure === undefined
        ? {}
        : { failure: { ...failure, target, number: failure.number + this.#before } }),
      ...(gap === undefined
        ? {}
        : {
            gap: {
              ...gap,
              fromObservation: gap.fromObservation + this.#before,
              toObservation: gap.toObservation + this.#before,
            },
          }),
    }
    this.#last = joined.observations.at(-1)?.number ?? this.#last
    return end === undefined ? joined : { ...joined, ...this.#end(end) }
  }

  #end(end: End): Pick<Decoded, 'done' | 'end'> {
    this.#ends.push(end)
    this.#last = Math.max(this.#last, this.#before + end.requests)
    const { reason, durationMs, stalledMs: _, ...totals } = end
    const done = { target: this.#target, ...totals }
    if (reason !== 'signal' && this.#ends.length < this.#targets) return { done }
    const stalledMs = this.#ends.reduce((sum, one) => sum + one.stalledMs, 0)
    return {
      ...(this.#targets === 1 ? {} : { done }),
      end: { reason, durationMs: durationMs + this.#offsetMs, ...sumTotals(this.#ends), stalledMs },
    }
  }
}
