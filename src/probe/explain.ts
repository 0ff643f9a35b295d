import type { Backend } from '../model/backend.ts'
import type { EndpointChange, Switch } from '../model/probe-result.ts'
import type { SwitchLog, SwitchRecord } from './switches.ts'

/** How far the clocks of the node and of this machine, and the news of a change, may be apart. */
export const slackMs = 2000

/** The switches that are kept, each with what explains it, and how many of all are explained by an endpoint that went. */
export function explainSwitches(
  log: SwitchLog,
  changes: readonly EndpointChange[],
): { switches: Switch[]; gone: number } {
  const { first, last, all } = log.kept()
  const kept = [...first, ...last]
  let gone = 0
  const switches = kept.map((record, index) => {
    const { number, atMs, from, to, silentMs } = record
    const base = { number, atMs, from: from.letter, to: to.letter }
    if (silentMs !== undefined)
      return { ...base, explanation: { kind: 'timeout-expired' as const, silentMs } }
    // Behind the first ones switches are missing, and one of them may have led back.
    const complete = all || index >= first.length
    const later = complete ? kept.slice(index + 1) : first.slice(index + 1)
    const change = whatWent(record, later, complete, changes)
    if (change === undefined) return base
    gone += 1
    return { ...base, explanation: { kind: 'endpoint-gone' as const, change } }
  })
  return { switches, gone }
}

/**
 * The change that took away the backend that a switch left: its endpoint stopped being ready, began to terminate or
 * was removed before the switch, and had not come back before its last answer. It does not count when the backend
 * answers again although its endpoint has not come back: then the proxy could still use it and chose not to.
 */
function whatWent(
  record: SwitchRecord,
  later: readonly SwitchRecord[],
  complete: boolean,
  changes: readonly EndpointChange[],
): EndpointChange | undefined {
  const own = changes.filter((change) => isOf(change, record.from))
  const gone = own.findLast((change) => isLoss(change) && change.atMs <= record.atMs + slackMs)
  if (gone === undefined) return undefined
  const since = own.slice(own.indexOf(gone) + 1)
  if (since.some((change) => !isLoss(change) && change.atMs < record.previousMs - slackMs)) return undefined
  const again = later.find((candidate) => candidate.to === record.from)
  if (again === undefined) return complete ? gone : undefined
  return since.some((change) => !isLoss(change) && change.atMs <= again.atMs + slackMs) ? gone : undefined
}

function isLoss({ kind }: EndpointChange): boolean {
  return kind === 'removed' || kind === 'not-ready' || kind === 'terminating'
}

function isOf(change: EndpointChange, backend: Backend): boolean {
  return backend.kind === 'pod' ? change.pod === backend.name : change.address === backend.address
}
