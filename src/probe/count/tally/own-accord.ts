import type { Observation } from '../../../model/probe/observation.ts'
import type { SurveyCell } from '../../../model/probe/results/survey.ts'

/** What something in front did of its own accord: it redirected, or answered itself. */
export class OwnAccord {
  #redirects = 0
  /** Answers that came from a cache. */
  #cached = 0
  /** Answers that named nobody, by their HTTP status. */
  readonly #nameless = new Map<number, number>()

  add({ redirects = 0, status, identity }: Observation, isNamed: boolean): void {
    this.#redirects += redirects
    if (identity?.source === 'cache') this.#cached += 1
    else if (status !== undefined && !isNamed)
      this.#nameless.set(status, (this.#nameless.get(status) ?? 0) + 1)
  }

  report(): Pick<SurveyCell, 'redirects' | 'cached' | 'nameless'> {
    return {
      ...(this.#redirects === 0 ? {} : { redirects: this.#redirects }),
      ...(this.#cached === 0 ? {} : { cached: this.#cached }),
      ...(this.#nameless.size === 0 ? {} : { nameless: Object.fromEntries(this.#nameless) }),
    }
  }
}
