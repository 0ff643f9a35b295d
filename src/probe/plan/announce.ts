import { formatDuration } from '../../model/common/words/amounts.ts'
import type { ProbePlan } from './plan.ts'
import type { ProbeSubject } from './preflight.ts'

/** Who waits longer is told beforehand, in milliseconds. */
const longMs = 120_000

/** What a probe will do before it does it: one line about the requests, one about where they come from. */
export function announcement(subject: ProbeSubject, plan: ProbePlan, from: string): string[] {
  const { entries, clients, here } = plan
  const { plannedRequests, plannedDurationMs, intervalMs, keepAlive } = plan.request
  const [pauses = []] = plan.agent.pausesMs ?? []
  const paced =
    plannedDurationMs ?? (plan.agent.pausesMs === undefined ? (plannedRequests ?? 0) * intervalMs : 0)
  // One entry after the other.
  const allMs = entries.length * (paced + pauses.reduce((sum, pause) => sum + pause, 0))
  const isSaid = plannedDurationMs !== undefined && entries.length === 1
  const takes = allMs <= longMs || isSaid || plan.until !== undefined ? '' : `, which takes ${lasting(allMs)}`
  const amount =
    plannedRequests === undefined
      ? `requests ${plan.until ?? `for ${lasting(plannedDurationMs ?? 0)}`}`
      : `${plannedRequests} request${plannedRequests === 1 ? '' : 's'}`
  const each =
    subject.service.protocol === 'UDP'
      ? ['from one port that is kept open', 'from a new port each']
      : ['on one connection that is kept open', 'a new connection each']
  const [entry] = entries
  const host = entry?.host.includes(':') === true ? `[${entry.host}]` : (entry?.host ?? '')
  const to = entries.length === 1 ? `${host}:${entry?.port ?? ''}` : `each of ${entries.length} entries`
  const asking = clients + Number(here)
  const clientsWords = asking === 1 ? '' : ` from each of ${asking} clients`
  const all =
    plan.sessions.length === 1 ? clientsWords : ` of each of ${plan.sessions.length} sessions${clientsWords}`
  return [
    `sending ${amount}${all} to ${to}, ${pace(intervalMs)}, ${each[keepAlive ? 0 : 1]}${takes}`,
    `from ${from}`,
  ]
}

/** A rate where requests are frequent, the pause where they are rare. */
function pace(intervalMs: number): string {
  if (intervalMs === 0) return 'as fast as possible'
  if (intervalMs > 1000) return `one every ${seconds(intervalMs)}`
  return `${Number((1000 / intervalMs).toPrecision(3))} per second`
}

/** Seconds where they can be taken in, otherwise hours and minutes as kubectl writes them. */
function lasting(ms: number): string {
  return ms < longMs ? seconds(ms) : formatDuration(ms / 1000)
}

function seconds(ms: number): string {
  return `${Number((ms / 1000).toPrecision(3))}s`
}
