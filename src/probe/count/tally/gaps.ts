import type { Backend } from '../../../model/probe/backend.ts'
import type { EndpointChange, PodSwitch } from '../../../model/probe/results/probe-result.ts'
import type { EndpointHistory } from '../endpoints/history.ts'
import { isLoss } from '../../../model/probe/results/left.ts'
import { nameOf, slackMs } from '../endpoints/explain.ts'

/** Gaps that are kept; what is in more of them is not explained. */
const mostGaps = 1000

/** New connections between two picks that reached nobody who is known. */
interface Gap {
  fromMs: number
  toMs: number
  count: number
  /** The number of the observation that ended it by a switch. */
  switchNumber?: number
}

/** Connections that reached nobody known: each may have been a pick of any endpoint, unless something explains it. */
export class Gaps {
  #gaps: Gap[] = []
  #open: Gap | undefined
  /** Those in gaps that are not kept. */
  #others = 0

  miss(atMs: number): void {
    if (this.#open === undefined) this.#open = { fromMs: atMs, toMs: atMs, count: 1 }
    else {
      this.#open.toMs = Math.max(this.#open.toMs, atMs)
      this.#open.count += 1
    }
  }

  /** A pick came. */
  end(switchNumber?: number): void {
    const gap = this.#open
    if (gap === undefined) return
    this.#open = undefined
    if (this.#gaps.length >= mostGaps) this.#others += gap.count
    else this.#gaps.push(switchNumber === undefined ? gap : { ...gap, switchNumber })
  }

  /**
   * How many of them nothing explains. Explained are those before a switch away from a pod that went, those after the
   * last pick of a pod that went, and those while no endpoint could be picked.
   */
  unexplained(switches: readonly PodSwitch[], history: EndpointHistory, last: Backend | undefined): number {
    const gone = new Set(
      switches.filter(({ explanation }) => explanation?.kind === 'endpoint-gone').map(({ number }) => number),
    )
    const wasNobodyThere = ({ fromMs, toMs }: Gap): boolean => history.most(fromMs, toMs) === 0
    let count = this.#others
    for (const gap of this.#gaps) {
      const isExplained = gap.switchNumber !== undefined && gone.has(gap.switchNumber)
      if (!isExplained && !wasNobodyThere(gap)) count += gap.count
    }
    const open = this.#open
    if (open !== undefined && !wasNobodyThere(open) && !isGone(last, open.toMs, history.changes))
      count += open.count
    return count
  }
}

/** Whether the newest that is known of a backend is that it went. */
function isGone(backend: Backend | undefined, beforeMs: number, changes: readonly EndpointChange[]): boolean {
  if (backend === undefined) return false
  const name = nameOf(backend)
  const newest = changes.findLast(({ pod, address }) => (pod ?? address) === name)
  return newest !== undefined && isLoss(newest) && newest.atMs <= beforeMs + slackMs
}
