import type { Contact, Contacts } from './contact.ts'
import { logLikelihood } from './likelihood.ts'
import { secondMs } from './prior.ts'
import { type Timer, timerKinds } from './timer.ts'

/**
 * How much more probable the contacts are if all clients of a node, or all clients at all, are one client to the proxy: as
 * they are behind an address that they share, or where a proxy does not look at addresses. Above 1 that explains them
 * better; 1 where no two clients could be one.
 *
 * As one client they renew each other's time, and every contact of each goes where the one before it went, whoever made
 * that. The mean over timers, divided by the likelihood of the truth, is a martingale of mean 1 in both directions, so
 * that a ratio of r or more is wrong with probability 1/r at most.
 *
 * @param logEvidence what the contacts say if each is a client of its own, without the first contact of each
 */
export function oneClientRatio(
  clients: readonly Contacts[],
  nodes: readonly string[],
  logEvidence: number,
  configuredMs: number | undefined,
): number {
  const apart = logEvidence + firstPicks(clients)
  const ratioOf = (groups: readonly (readonly Contacts[])[]): number => {
    if (groups.every((group) => group.length < 2)) return 1
    const merged = groups.map((group) => inOrder(group))
    const values = timersFor(configuredMs).map(({ timer, weight }) =>
      merged.reduce((sum, contacts) => sum + logLikelihood(contacts, timer, 'mean'), Math.log(weight)),
    )
    const greatest = Math.max(...values)
    const sum = values.reduce((all, value) => all + Math.exp(value - greatest), 0)
    return Math.exp(greatest + Math.log(sum) + firstPicks(merged) - apart)
  }
  const indexed = clients.map((contacts, index) => ({ contacts, node: nodes[index] }))
  const byNode = [...Map.groupBy(indexed, ({ node }) => node).values()]
  return Math.max(ratioOf(byNode.map((group) => group.map(({ contacts }) => contacts))), ratioOf([clients]))
}

/** Every first contact of a client picks one of the endpoints. */
function firstPicks(clients: readonly Contacts[]): number {
  return clients.reduce((sum, [first]) => sum - Math.log(first?.eligible ?? 1), 0)
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
