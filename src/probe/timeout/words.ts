import { hostAndPort } from '../../model/common/network/ip.ts'
import { formatDuration } from '../../model/common/words/amounts.ts'
import type { TimerConclusion } from '../../judge/timers/conclude.ts'
import { isTooLong, type MeasurePlan, type Round } from '../../judge/timers/plan.ts'
import type { TimeoutTrial } from '../../model/probe/results/timeout-result.ts'
import type { SurveyEntry } from '../../model/probe/results/survey.ts'

/** What a measurement will do before it does it. */
export function announcement(
  { host, port }: SurveyEntry,
  plan: MeasurePlan,
  from: string,
  round: Round,
): string[] {
  const { configuredMs, maxMs } = plan
  const tooLong = `the configured timeout of ${duration(configuredMs ?? 0)} is longer than is waited for (${duration(maxMs)})`
  return [
    `measuring the affinity timeout of ${hostAndPort(host, port)}: ${plan.clients} clients pause between connections`,
    `from ${from}`,
    ...(configuredMs !== undefined && isTooLong(plan) ? [tooLong] : []),
    `takes about ${duration(roundSeconds(round) * 1000)} and the start of the pods; as long again for each further round, if one does not tell`,
  ]
}

/** How long the clients of a round are at work, in seconds; the start of the pods comes on top. */
export function roundSeconds({ pausesMs, waitsMs }: Round): number {
  const sums = pausesMs.map((pauses, client) => pauses.reduce((sum, pause) => sum + pause, waitsMs[client]!))
  return Math.max(...sums) / 1000
}

/** While the clients of a round pause. */
export function waitingWords(number: number, { pausesMs }: Round): string {
  return `round ${number}: ${pausesMs.length} clients pause for ${between(pausesMs.flat())}`
}

/** What is known after a round, and what the next one is for. */
export function roundWords(
  number: number,
  trials: readonly TimeoutTrial[],
  { finding }: TimerConclusion,
  next: Round,
): string {
  const own = trials.filter((trial) => trial.round === number)
  const held = own.filter(({ same }) => same).length
  const { fromMs, toMs } = finding
  const known =
    toMs === undefined
      ? `held for ${duration(fromMs)} or more`
      : `ends between ${duration(fromMs)} and ${duration(toMs)}`
  const purposes: Record<Round['purpose'], string> = {
    configured: 'trying what is configured',
    hold: 'waiting longer',
    search: `next pauses of ${between(next.pausesMs.flat())}`,
    confirm: `next pauses of ${between(next.pausesMs.flat())}, to be sure`,
  }
  return `round ${number}: ${held} of ${own.length} trials reached the same pod: ${known}; ${purposes[next.purpose]}`
}

/** Why no further round is made, though the range is not as narrow as it could be. */
export function lateWords(lateMs: number): string {
  return `no further round was made: the clients’ pauses ended ${duration(lateMs)} late, which no more of them mends; where there is less to do the range gets narrower`
}

function between(values: readonly number[]): string {
  const [least, most] = [duration(Math.min(...values)), duration(Math.max(...values))]
  return least === most ? most : `${least} to ${most}`
}

/** `9.7s`, `2m5s`. */
function duration(ms: number): string {
  const seconds = ms / 1000
  return seconds < 59.95 ? `${Number(seconds.toFixed(1))}s` : formatDuration(seconds)
}
