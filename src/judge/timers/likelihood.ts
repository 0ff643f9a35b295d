import { type Age, ageBetween, ageSinceMade, type Contact, type Contacts, tickMs } from './contact.ts'
import { fate, type Timer } from './timer.ts'

type Bound = Parameters<typeof fate>[2]

/**
 * The logarithm of the probability that a client's contacts end where they did, if the timer is this one and every new
 * pick is uniform among the eligible endpoints.
 *
 * A kept entry leads to its pod with certainty, a new pick to each with probability 1/k, the pod before included. What
 * is not seen is whether an answer of the same pod was kept or picked anew. With an idle timer that does not matter: the
 * entry is as old as the contact before. With an absolute one its age depends on it, and the sum runs over all
 * connections that may have made the entry (the forward algorithm of hidden Markov models).
 *
 * @param bound what is said of ages that the timer may end within: `mean` gives a probability, `most` an upper bound of it
 */
export function logLikelihood(contacts: Contacts, timer: Timer, bound: Bound): number {
  return timer.kind === 'idle' ? ofIdle(contacts, timer, bound) : ofAbsolute(contacts, timer, bound)
}

function ofIdle(contacts: Contacts, timer: Timer, bound: Bound): number {
  const join = joining(timer, bound)
  let sum = 0
  for (let index = 1; index < contacts.length; index++) {
    const [before, contact] = [contacts[index - 1]!, contacts[index]!]
    if (contact.forced === true) continue
    const { kept, renewed } = fate(timer, ageBetween(before, contact), bound)
    sum += Math.log(join(kept * isSame(before, contact), renewed / contact.eligible))
  }
  return sum
}

// Most of the time of a measurement is spent here: nothing is allocated for each of the connections.
function ofAbsolute(contacts: Contacts, timer: Timer, bound: Bound): number {
  const join = joining(timer, bound)
  let sum = 0
  /** How probable it is that a contact made the entry, from the first on that may have. */
  const made: number[] = []
  const seenMs: number[] = []
  let first = 0
  for (let index = 0; index < contacts.length; index++) {
    const contact = contacts[index]!
    seenMs.push(0)
    if (index === 0 || contact.forced === true) {
      first = index
      made.push(1)
      continue
    }
    const same = isSame(contacts[index - 1]!, contact)
    let [stays, picked] = [0, 0]
    for (let maker = first; maker < index; maker++) {
      const probability = made[maker]!
      if (probability === 0) continue
      const age = ageSinceMade(contacts[maker]!, contact, timer.fromMs)
      const { kept, renewed } = fate(timer, age, bound, seenMs[maker])
      const stayed = probability * kept * same
      stays = join(stays, stayed)
      picked = join(picked, (probability * renewed) / contact.eligible)
      made[maker] = stayed
      seenMs[maker] = age.least
    }
    made.push(picked)
    if (same === 0) first = index
    const total = join(stays, picked)
    sum += Math.log(total)
    for (let maker = first; maker <= index; maker++) made[maker]! /= total
  }
  return sum
}

/**
 * Of two courses of events: the probability that one of them happened, or, for the upper bound of an exact timer, of
 * the more probable one alone. What is certain then leaves one course (and slips, which are rare); what is open may have
 * gone the most probable way. Without a single time, both courses may be as probable as each other.
 */
function joining({ fromMs, toMs }: Timer, bound: Bound): (one: number, other: number) => number {
  return bound === 'most' && fromMs === toMs ? Math.max : add
}

function add(one: number, other: number): number {
  return one + other
}

function isSame(before: Contact, contact: Contact): 0 | 1 {
  return before.backend === contact.backend ? 1 : 0
}

/**
 * The ages, in milliseconds, at which the likelihood of an exact timer changes: between two neighbours it is the same.
 * Sorted, each once.
 */
export function criticalAges(contacts: Contacts, kind: Timer['kind']): number[] {
  const ages = new Set(agesOf(contacts, kind).flatMap(({ least, most }) => [least, most]))
  return [...ages].filter((age) => age > 0).toSorted((a, b) => a - b)
}

/** How old an entry of a client may have been at its contacts, for all contacts that may have made it. */
export function agesOf(contacts: Contacts, kind: Timer['kind']): Age[] {
  const ages: Age[] = []
  /** The oldest contact that may have made the entry. */
  let oldest = 0
  for (let index = 1; index < contacts.length; index++) {
    const contact = contacts[index]!
    if (contact.forced === true) {
      oldest = index
      continue
    }
    const first = kind === 'idle' ? index - 1 : oldest
    for (let maker = first; maker < index; maker++) {
      const made = contacts[maker]!
      ages.push(...(kind === 'idle' ? [ageBetween(made, contact)] : agesSinceMade(made, contact)))
    }
    if (isSame(contacts[index - 1]!, contact) === 0) oldest = index
  }
  return ages
}

/** How old the entry may be by any timer, and the time that decides which of the ages it is. */
function agesSinceMade(maker: Contact, contact: Contact): Age[] {
  const short = ageSinceMade(maker, contact, 0)
  if (maker.sinceMs === undefined) return [short]
  const earlier = maker.fromMs - maker.sinceMs + tickMs
  return [short, ageSinceMade(maker, contact, Infinity), { least: earlier, most: earlier }]
}
