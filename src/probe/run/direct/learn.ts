import type { Endpoint } from '../../../model/cluster/endpoint.ts'
import type { Identity } from '../../../model/probe/observation.ts'
import { ownerOf } from '../../plan/needles.ts'

/** What tells an answer from others: what it says of its origin, or the answer itself. */
export function fingerprintOf({ source, value }: Identity): string {
  return `${source} ${value}`
}

/** The answer itself is the fingerprint: it says nothing of its origin. */
function isWhole(key: string): boolean {
  return key.startsWith('none ')
}

/** Remembers which endpoint gave which answer, to recognise the endpoint by the answer later. */
export class Fingerprints {
  /** Undefined for an answer that two endpoints gave. */
  readonly #owners = new Map<string, Endpoint | undefined>()

  add(identity: Identity, endpoint: Endpoint): void {
    const key = fingerprintOf(identity)
    if (!this.#owners.has(key)) this.#owners.set(key, endpoint)
    const known = this.#owners.get(key)
    if (known !== undefined && ownerOf(known) !== ownerOf(endpoint)) this.#owners.set(key, undefined)
  }

  /** Answers that exactly one endpoint gives. */
  get learned(): ReadonlyMap<string, Endpoint> {
    return new Map(
      [...this.#owners].flatMap(([key, endpoint]): [string, Endpoint][] =>
        endpoint === undefined ? [] : [[key, endpoint]],
      ),
    )
  }

  /**
   * Endpoints whose answers do not mean the same to somebody who asked later: one that gives another's answer, or one of
   * which nobody has heard. An answer stands for an endpoint only where that always gives it, and no other does.
   */
  refutedBy(later: Fingerprints): Endpoint[] {
    const known = this.learned
    // Who says a name may say something else beside it.
    const owners = new Set(
      [...known].filter(([key]) => isWhole(key)).map(([, endpoint]) => ownerOf(endpoint)),
    )
    return [...later.#owners].flatMap(([key, endpoint]) => {
      const before = known.get(key)
      if (before !== undefined)
        return endpoint !== undefined && ownerOf(endpoint) === ownerOf(before) ? [] : [before]
      const isNew = isWhole(key) && !this.#owners.has(key)
      return isNew && endpoint !== undefined && owners.has(ownerOf(endpoint)) ? [endpoint] : []
    })
  }

  /** Answers that several endpoints gave: they tell nothing. */
  get ambiguous(): number {
    return [...this.#owners.values()].filter((endpoint) => endpoint === undefined).length
  }
}
