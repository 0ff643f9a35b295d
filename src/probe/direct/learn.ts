import type { Endpoint } from '../../model/endpoint.ts'
import type { Identity } from '../../model/observation.ts'
import { ownerOf } from '../needles.ts'

/** What tells an answer from others: what it says of its origin, or the answer itself. */
export function fingerprintOf({ source, value }: Identity): string {
  return `${source} ${value}`
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

  /** Answers that several endpoints gave: they tell nothing. */
  get ambiguous(): number {
    return [...this.#owners.values()].filter((endpoint) => endpoint === undefined).length
  }
}
