import { usageError } from '../model/common/user-error.ts'

/** What can be made to go wrong, and for how long unless the order says so (undefined: to the end). */
const kinds = {
  'api-disconnect': { lasts: 3, says: 'every connection to the API server breaks, and new ones are refused' },
  'slow-api': { lasts: undefined, says: 'the API server takes a second for each answer' },
  '429': { lasts: undefined, says: 'the API server is too busy for every other try of a request' },
  conflict: { lasts: undefined, says: 'every other write finds that the object was modified meanwhile' },
  'watch-expired': { lasts: 0, says: 'watches end, and those of older versions have to list again (410)' },
  'log-truncate': { lasts: undefined, says: 'logs keep their last 5 lines, as after a rotation' },
  evict: { lasts: 0, says: 'a node evicts one pod of each Deployment' },
  'image-pull': { lasts: undefined, says: 'no new pod gets its image' },
  'ignore-affinity': { lasts: undefined, says: 'the proxies ignore sessionAffinity' },
  'forget-clients': { lasts: 0, says: 'the proxies forget all their clients, as after a restart' },
} as const

export type FaultKind = keyof typeof kinds

export interface Fault {
  kind: FaultKind
  /** Seconds after the start. */
  at: number
  /** Seconds; Infinity until the end. */
  lasts: number
}

const faultList = Object.entries(kinds).map(([name, { says }]) => `${name}: ${says}`)

/** Reads `NAME[@WHEN][:FOR]`, as in `api-disconnect@5s:3s`. Throws UserError. */
export function parseFault(text: string): Fault {
  const [, name = '', when, length] =
    /^([\w-]+)(?:@(\d+(?:\.\d+)?)s?)?(?::(\d+(?:\.\d+)?)s?)?$/.exec(text) ?? []
  if (!Object.hasOwn(kinds, name)) {
    throw usageError(
      `unknown fault "${text}"`,
      'NAME[@WHEN][:FOR], for example api-disconnect@5s:3s; the names:',
      ...faultList.map((line) => `  ${line}`),
    )
  }
  const kind = name as FaultKind
  return { kind, at: Number(when ?? 0), lasts: Number(length ?? kinds[kind].lasts ?? Infinity) }
}

/** Which faults there are at the moment, and calls of those that happen once. */
export class Faults {
  readonly #active = new Set<FaultKind>()
  readonly #timers: NodeJS.Timeout[] = []
  readonly #turns = new Map<string, number>()

  /** Starts the clock. `begin` and `end` are called for each fault when its time comes. */
  start(faults: readonly Fault[], begin: (kind: FaultKind) => void, end: (kind: FaultKind) => void): void {
    for (const { kind, at, lasts } of faults) {
      const on = (): void => {
        this.#active.add(kind)
        begin(kind)
        if (lasts < Infinity) this.#timers.push(setTimeout(off, lasts * 1000))
      }
      const off = (): void => {
        this.#active.delete(kind)
        end(kind)
      }
      if (at === 0) on()
      else this.#timers.push(setTimeout(on, at * 1000))
    }
  }

  has(kind: FaultKind): boolean {
    return this.#active.has(kind)
  }

  /**
   * True every other time that the same is tried while the fault lasts. Were all requests counted together, one that is
   * made each second would take each turn of another that waits for a second.
   */
  strikes(kind: FaultKind, tried: string): boolean {
    const key = `${kind} ${tried}`
    const turn = this.#turns.get(key) ?? 0
    if (this.has(kind)) this.#turns.set(key, turn + 1)
    return this.has(kind) && turn % 2 === 0
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer)
  }
}
