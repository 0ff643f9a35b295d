/**
 * One connection of a client, as far as it says something about the proxy's timer. Times in milliseconds on the clock
 * of the client's node: the proxy picked at some moment between the two.
 */
export interface Contact {
  /** When the connection was started. */
  fromMs: number
  /** When its answer was read. */
  toMs: number
  /** Who answered; equal for the same backend, over all clients. */
  backend: string
  /** How many endpoints the proxy on the client's node could pick from. */
  eligible: number
  /** The backend before could not be picked any more: this is a new pick, whatever the timer said. */
  forced?: true
  /** The client came first at this time, before it was observed, and was then given an entry. */
  sinceMs?: number
}

/** All contacts of one source address by way of one node, the oldest first; before the first one the proxy did not know the client. */
export type Contacts = readonly Contact[]

/**
 * Where the proxy's clocks and the client's may differ, in milliseconds: both are of one kernel, whose timers tick every
 * 1 to 10 ms.
 */
export const tickMs = 10

/** How long ago something was, in milliseconds. */
export interface Age {
  least: number
  most: number
}

/** The time between the picks of two contacts. */
export function ageBetween(earlier: Contact, later: Contact): Age {
  return {
    least: Math.max(0, later.fromMs - earlier.toMs - tickMs),
    most: later.toMs - earlier.fromMs + tickMs,
  }
}

/**
 * How old an entry is at a contact, if `maker` made it or had it, and entries of an age of `timerMs` are kept. A client that
 * was there earlier has its entry from then, unless the timer ended in between: then it is not known from when.
 */
export function ageSinceMade(maker: Contact, later: Contact, timerMs: number): Age {
  const age = ageBetween(maker, later)
  if (maker.sinceMs === undefined) return age
  const earlierMs = maker.fromMs - maker.sinceMs
  const most = age.most + earlierMs
  return timerMs > earlierMs + tickMs ? { least: age.least + earlierMs, most } : { ...age, most }
}
