import type { Backend } from '../../../model/probe/backend.ts'
import type {
  EndpointChange,
  PodSwitch,
  SwitchExplanation,
} from '../../../model/probe/results/probe-result.ts'
import { isLoss } from '../../../model/probe/results/left.ts'
import type { SwitchLog, SwitchRecord } from '../tally/switches.ts'
import { defined } from '../../../model/common/values.ts'

/** How far the clocks of the node and of this machine, and the news of a change, may be apart. */
export const slackMs = 2000

/**
 * The switches that are kept, each with what explains it, and how many of all only an endpoint that went explains. Where
 * a client was silent for longer than the timeout as well, the end of its pod is the reason that is told: it had to move.
 * @param nobodyReady no endpoint was ready then: some proxies go on with those that end, and pick any of them each time
 */
export function explainSwitches(
  log: SwitchLog,
  changes: readonly EndpointChange[],
  nobodyReady: (atMs: number) => boolean = () => false,
): { switches: PodSwitch[]; gone: number; freed: number } {
  const { first, last, all } = log.kept()
  const byBackend = Map.groupBy(changes, (change) => change.pod ?? change.address)
  // From the last to the first, so that the next answer of each backend is known.
  const next = new Map<Backend, number>()
  let gone = 0
  let freed = 0
  const explain = (records: readonly SwitchRecord[], complete: boolean): PodSwitch[] =>
    records
      .toReversed()
      .map((record) => {
        const { number, atMs, from, to } = record
        const went = whatWent(
          record,
          byBackend.get(nameOf(from)) ?? [],
          nobodyReady(atMs) ? Infinity : (next.get(from) ?? (complete ? Infinity : -Infinity)),
        )
        const free = whatFreed(record)
        if (went !== undefined && free === undefined) {
          if (nobodyReady(atMs)) freed += 1
          else gone += 1
        }
        const explanation = went ?? free
        next.set(to, atMs)
        return defined({ number, atMs, from: from.letter, to: to.letter, explanation })
      })
      .toReversed()
  const lastOnes = explain(last, true)
  // Between the first and the last ones switches are missing, and one of them may have led back.
  if (!all) next.clear()
  const switches = [...explain(first, all), ...lastOnes]
  return { switches, gone, freed }
}

/** Why nothing held the client any more, though its backend was there. */
function whatFreed({ silentMs, ageMs, ended }: SwitchRecord): SwitchExplanation | undefined {
  if (ended !== undefined) return { kind: 'cookie-ended', ...ended }
  if (silentMs !== undefined) return { kind: 'timeout-expired', silentMs }
  return ageMs === undefined ? undefined : { kind: 'age-reached', ageMs }
}

/**
 * The change that took away the backend that a switch left: its endpoint stopped being ready, began to terminate or
 * was removed before the switch, and had not come back before its last answer. It does not count when the backend
 * answers again (`againMs`) although its endpoint has not come back: then the proxy could still use it and chose not to.
 */
function whatWent(
  { atMs, previousMs }: SwitchRecord,
  own: readonly EndpointChange[],
  againMs: number,
): SwitchExplanation | undefined {
  // What came before the switch is the reason, where there is such; news of it may come later than its effect. An endpoint
  // that is terminating goes then, and not when it is removed.
  let before = own.findLastIndex((change) => isLoss(change) && change.atMs <= atMs)
  while (before > 0 && isLoss(own[before - 1]!)) before -= 1
  const after = own.findIndex(
    (change) => isLoss(change) && change.atMs > atMs && change.atMs <= atMs + slackMs,
  )
  for (const index of [before, after]) {
    const change = own[index]
    if (change === undefined) continue
    const returns = own.slice(index + 1).filter((later) => !isLoss(later))
    if (returns.some((later) => later.atMs < previousMs - slackMs)) continue
    const mayAnswer = againMs === Infinity || returns.some((later) => later.atMs <= againMs + slackMs)
    if (mayAnswer) return { kind: 'endpoint-gone', change }
  }
  return undefined
}

/** What changes of a backend's endpoint are known by. */
export function nameOf({ kind, name, address }: Backend): string {
  return kind === 'pod' ? name : (address ?? '')
}
