/** Gives backends their letters: the same one in every cell, in the order in which they are met. */
export class Letters {
  readonly #known = new Map<string, { index: number; users: number }>()
  readonly #free: number[] = []

  /** The number of a backend, for a cell that meets it. */
  take(key: string): number {
    const known = this.#known.get(key)
    if (known !== undefined) {
      known.users += 1
      return known.index
    }
    const index = this.#free.shift() ?? this.#known.size
    this.#known.set(key, { index, users: 1 })
    return index
  }

  /** A cell has no part in a backend any more; a number that nobody uses is given again, the lowest first. */
  release(key: string): void {
    const known = this.#known.get(key)
    if (known === undefined) return
    known.users -= 1
    if (known.users > 0) return
    this.#known.delete(key)
    this.#free.push(known.index)
    this.#free.sort((one, other) => one - other)
  }
}
