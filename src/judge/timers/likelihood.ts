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
    const stays = kept * isSame(before, contact)
    const picked = renewed / contact.eligible
    sum += Math.log(join([stays, picked]))
  }
  return sum
}

function ofAbsolute(contacts: Contacts, timer: Timer, bound: Bound): number {
  const join = joining(timer, bound)
  let sum = 0
  /** Which contacts may have made the entry, and how probable each is. */
  let makers: { contact: Contact; probability: number; seenMs: number }[] = []
  for (const [index, contact] of contacts.entries()) {
    const before = contacts[index - 1]
    if (before === undefined || contact.forced === true) {
      makers = [{ contact, probability: 1, seenMs: 0 }]
      continue
    }
    const same = isSame(before, contact)
    const next: typeof makers = []
    const picks: number[] = []
    for (const maker of makers) {
      const age = ageSinceMade(maker.contact, contact, timer.fromMs)
      const { kept, renewed } = fate(timer, age, bound, maker.seenMs)
      if (kept * same > 0) next.push({ ...maker, probability: maker.probability * kept, seenMs: age.least })
      picks.push((maker.probability * renewed) / contact.eligible)
    }
    next.push({ contact, probability: join(picks), seenMs: 0 })
    const total = join(next.map(({ probability }) => probability))
    sum += Math.log(total)
    makers = next.map((maker) => ({ ...maker, probability: maker.probability / total }))
  }
  return sum
}

/**
 * Of several courses of events: the probability that one of them happened, or, for the upper bound of an exact timer, of
 * the most probable one alone. What is certain then leaves one course (and slips, which are rare); what is open may have
 * gone the most probable way. Without a single time, all courses may be as probable as each other.
 */
function joining({ fromMs, toMs }: Timer, bound: Bound): (probabilities: readonly number[]) => number {
  return bound === 'most' && fromMs === toMs
    ? (probabilities) => Math.max(...probabilities)
    : (probabilities) => probabilities.reduce((sum, probability) => sum + probability, 0)
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
