import type { Contact, Contacts } from './contact.ts'
import type { TimerEvidence } from './evidence.ts'
import { logSum } from './infer.ts'
import { logLikelihood } from './likelihood.ts'
import { secondMs } from './prior.ts'
import { type Timer, timerKinds } from './timer.ts'

/** How much more probable the contacts are if clients share an address than if each has one of its own; 0 where none could. */
interface Sharing {
  /** All share one, or those of every group do: the greater of the two. */
  everywhere: number
  /** The mean over these two and each group alone. */
  anywhere: number
}

/**
 * Judges the contacts as if clients were one to the proxy: all of them, as where a proxy does not look at addresses, those
 * of every group, or those of one group alone. The groups are few and known beforehand: among pairs chosen at will there are
 * always some that look like one.
 *
 * As one client they renew each other's time, and every contact of each goes where the one before it went, whoever made
 * that. The mean over timers, divided by the likelihood of the truth, is a martingale of mean 1 in both directions, so
 * that a ratio of r or more is wrong with probability 1/r at most.
 *
 * @param logEvidence what the contacts say if each is a client of its own, without the first contact of each
 */
export function sharingOf(
  { clients, groups }: Pick<TimerEvidence, 'clients' | 'groups'>,
  logEvidence: number,
  configuredMs: number | undefined,
): Sharing {
  // One endpoint gets every contact, whoever's it is.
  if (clients.every((contacts) => contacts.every(({ eligible }) => eligible <= 1)))
    return { everywhere: 0, anywhere: 0 }
  const timers = timersFor(configuredMs)
  const valuesOf = (contacts: Contacts): number[] =>
    timers.map(({ timer }) => logLikelihood(contacts, timer, 'mean') + firstPick(contacts))
  const sum = (all: readonly (readonly number[])[]): number[] =>
    timers.map((_, index) => all.reduce((total, values) => total + values[index]!, 0))
  const apart = logEvidence + clients.reduce((total, contacts) => total + firstPick(contacts), 0)
  const ratioOf = (values: readonly number[]): number =>
    Math.exp(logSum(values.map((value, index) => value + Math.log(timers[index]!.weight))) - apart)

  const indexed = clients.map((contacts, index) => ({ contacts, group: groups[index] }))
  const byGroup = [...Map.groupBy(indexed, ({ group }) => group).values()]
    .map((members) => members.map(({ contacts }) => contacts))
    .map((own) => ({
      each: sum(own.map((contacts) => valuesOf(contacts))),
      one: meet(own) ? valuesOf(inOrder(own)) : undefined,
    }))
  const whole = meet(clients) ? [ratioOf(valuesOf(inOrder(clients)))] : []
  if (byGroup.some(({ one }) => one !== undefined))
    whole.push(ratioOf(sum(byGroup.map(({ each, one }) => one ?? each))))
  const alone = byGroup
    .filter(({ one }) => one !== undefined)
    .map((group) => ratioOf(sum(byGroup.map((other) => (other === group ? group.one! : other.each)))))
  const all = [...whole, ...alone]
  return {
    everywhere: Math.max(0, ...whole),
    anywhere: all.reduce((total, ratio) => total + ratio, 0) / Math.max(1, all.length),
  }
}

/** The first contact of a client picks one of the endpoints. */
function firstPick([first]: Contacts): number {
  return -Math.log(first?.eligible ?? 1)
}

/** Whether two of them were there at the same time. */
function meet(clients: readonly Contacts[]): boolean {
  const sorted = clients.filter(({ length }) => length > 0).toSorted((a, b) => a[0]!.fromMs - b[0]!.fromMs)
  return sorted.some((contacts, index) => index > 0 && contacts[0]!.fromMs < sorted[index - 1]!.at(-1)!.toMs)
}

function inOrder(clients: readonly Contacts[]): Contact[] {
  return clients.flat().toSorted((a, b) => a.fromMs - b.fromMs)
}

/** From a fifth of a second to a day. */
const steps = 60

/** A fixed choice of timers: what is configured, exactly and in whole seconds, and every length. */
function timersFor(configuredMs: number | undefined): { timer: Timer; weight: number }[] {
  const lengths: { fromMs: number; toMs: number; weight: number }[] = Array.from(
    { length: steps },
    (_, index) => {
      const ms = 200 * 1.25 ** index
      return { fromMs: ms, toMs: ms * 1.25, weight: 0.4 / steps }
    },
  )
  if (configuredMs !== undefined) {
    lengths.push(
      { fromMs: configuredMs, toMs: configuredMs, weight: 0.2 },
      { fromMs: Math.max(0, configuredMs - secondMs), toMs: configuredMs, weight: 0.2 },
      { fromMs: configuredMs, toMs: configuredMs + secondMs, weight: 0.2 },
    )
  }
  const total = lengths.reduce((sum, { weight }) => sum + weight, 0) * timerKinds.length
  return timerKinds.flatMap((kind) =>
    lengths.map(({ fromMs, toMs, weight }) => ({ timer: { kind, fromMs, toMs }, weight: weight / total })),
  )
}
