import type { Service } from '../../model/kubernetes.ts'
import { serviceChanges } from './service-changes.ts'

interface Found {
  what: string
  /** It was not so yet then, and so at the second moment; milliseconds since 1970 by our clock. */
  betweenMs: readonly [number, number]
}

/** A Service over the course of a run, looked at again and again. */
export class ServiceHistory {
  #known: Service
  #isGone = false
  #lookedAtMs: number
  readonly #found: Found[] = []

  constructor(before: Service, atMs: number) {
    this.#known = before
    this.#lookedAtMs = atMs
  }

  /** Takes over the Service as it is at `atMs`; undefined when it is gone. */
  look(after: Service | undefined, atMs: number): void {
    const changes = this.#isGone && after === undefined ? [] : serviceChanges(this.#known, after)
    const betweenMs = [this.#lookedAtMs, atMs] as const
    for (const change of changes) {
      const what = this.#isGone ? change.replace('it was deleted and made anew', 'it was made anew') : change
      this.#found.push({ what, betweenMs })
    }
    this.#isGone = after === undefined
    this.#known = after ?? this.#known
    this.#lookedAtMs = atMs
  }

  /** What changed, and when after the first request, in words. */
  changes(startedAt: number | undefined): string[] {
    return this.#found.map(({ what, betweenMs }) => `${what}${whenWords(betweenMs, startedAt)}`)
  }
}

/** To whole seconds, outwards. */
function whenWords([from, to]: Found['betweenMs'], startedAt: number | undefined): string {
  if (startedAt === undefined) return ''
  if (to <= startedAt) return ' before the first request'
  const seconds = [
    Math.floor(Math.max(0, from - startedAt) / 1000),
    Math.ceil((to - startedAt) / 1000),
  ] as const
  return ` between ${seconds[0]}s and ${seconds[1]}s`
}
