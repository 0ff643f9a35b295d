/** Rounds that are dealt at once. */
const roundsAtOnce = 4

/**
 * Who goes when, as a proxy that deals pods out in turn would give each user always the same one: users in an order by chance
 * in each round. Who keeps nothing need not wait for the others' rounds, and goes as often within a few of them: several
 * clients in step would else each be dealt one pod again and again.
 * @param isPlain of each session, whether it keeps nothing
 */
export class Turns {
  readonly #users: readonly number[]
  readonly #plain: readonly number[]
  readonly #random: () => number
  #rounds: number
  #dealt: number[] = []

  /** @param rounds after which it ends, or 1 where each is by itself */
  constructor(isPlain: readonly boolean[], rounds: number, random: () => number = Math.random) {
    const all = [...isPlain.keys()]
    this.#users = all.filter((session) => isPlain[session] !== true)
    this.#plain = all.filter((session) => isPlain[session] === true)
    this.#rounds = rounds
    this.#random = random
  }

  /** Whose turn it is. */
  get next(): number {
    if (this.#dealt.length === 0) this.#deal()
    return this.#dealt[0] ?? 0
  }

  /** It was taken. */
  take(): void {
    this.#dealt.shift()
  }

  #deal(): void {
    const rounds = Math.max(1, Math.min(roundsAtOnce, this.#rounds))
    this.#rounds -= rounds
    for (let round = 0; round < rounds; round++) {
      const order: number[] = []
      for (const session of this.#users) this.#insert(order, session)
      this.#dealt.push(...order)
    }
    for (const session of this.#plain)
      for (let round = 0; round < rounds; round++) this.#insert(this.#dealt, session)
  }

  /** Every place is as likely as any other. */
  #insert(order: number[], session: number): void {
    order.splice(Math.floor(this.#random() * (order.length + 1)), 0, session)
  }
}
