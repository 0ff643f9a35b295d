import type { DuringReport, Phase } from '../../../model/probe/results/during.ts'
import type { ProbeResult, PodSwitch } from '../../../model/probe/results/probe-result.ts'
import type { Page } from '../../terminal.ts'
import { flow, type Line, span } from '../../text/line.ts'
import { countOf, formatCount } from '../../../model/common/words/amounts.ts'
import { formatElapsed } from '../../text/numbers.ts'
import { sanitize } from '../../text/sanitize.ts'
import { nonBreakingSpace } from '../../text/width.ts'
import { explanationWords } from '../live/events.ts'
import { labelled, labelWidth } from '../../text/blocks.ts'

/** Moves that are told one by one, and backends of a phase. */
const mostMoves = 4
const mostBackends = 8

/** Reasons by which answers may be of any pod, whether they differ or not. */
const namesNobody = new Set<string>(['backends-not-told-apart', 'one-name'])

/** What a result holds of it; `switches` by the time of the run. */
export type DuringInput = Pick<ProbeResult, 'during' | 'backends'> & {
  /** Of users also whose each is. */
  switches: readonly (PodSwitch & { who?: string })[]
  verdict: Pick<ProbeResult['verdict'], 'expected' | 'reason'>
  /** Of each client, or user, whether no pod answered it any more after its own had gone. */
  left: readonly boolean[]
}

/** What was before, during and after the command that was run in the middle, and who had to move because of it. */
export function layoutDuring(result: DuringInput, page: Page): Line[] {
  const { during } = result
  if (during === undefined) return []
  const phases = during.phases.flatMap((phase) => {
    const label = span(`  ${phase.name.padEnd(labelWidth)}`, page.style.quiet)
    return flow(phaseWords(phase), { ...page, label, indent: labelWidth + 2, separator: span('   ') })
  })
  return [
    ...labelled('command', [sanitize(during.command), endWords(during)], page, span('   ')),
    ...phases,
    ...layoutMoves(result, during, page),
    ...layoutSessions(during.sessions, page),
  ]
}

function endWords({ exitCode, signal, startedMs, endedMs }: DuringReport): string {
  const after = endedMs === undefined ? '' : ` after ${formatElapsed(endedMs - startedMs)}`
  if (exitCode !== undefined) return `exit code ${exitCode}${after}`
  return signal === undefined ? 'did not end' : `ended by ${sanitize(signal)}${after}`
}

function phaseWords({ fromMs, toMs, requests, failed, backends }: Phase): string[] {
  const shown = backends.slice(0, mostBackends).map(({ letter, hits }) => `${letter} ${formatCount(hits)}`)
  const more = backends.length - shown.length
  return [
    formatElapsed(toMs - fromMs),
    countOf(requests, 'request'),
    ...(shown.length === 0 ? [] : [shown.join('  ')]),
    ...(more > 0 ? [`and ${formatCount(more)} more`] : []),
    ...(failed === 0 ? [] : [`${formatCount(failed)} failed`]),
  ]
}

/** Where clients are to stay, each move since the command began, and whether its pod had gone. */
function layoutMoves(result: DuringInput, during: DuringReport, page: Page): Line[] {
  if (result.verdict.expected !== 'sticky') return []
  if (namesNobody.has(result.verdict.reason ?? ''))
    return labelled('moved', 'not known: the answers do not say which pod gave them', page)
  const moves = result.switches.filter(({ atMs }) => atMs >= during.startedMs)
  const left = leftWords(result)
  if (moves.length === 0)
    return labelled(
      'moved',
      left === undefined
        ? `nobody: ${everybody(result)} stayed on its pod`
        : `nobody was seen to move: ${left}`,
      page,
    )
  const needless = moves.filter(({ explanation }) => explanation === undefined).length
  const need = needless === 0 ? 'necessary' : `${formatCount(needless)} without need`
  const told = moves.slice(0, mostMoves).map((move) => moveWords(move, result))
  const rest = moves.length - told.length
  const pieces = [
    span(`${countOf(moves.length, 'time')}, ${need}`, needless === 0 ? undefined : page.style.bad),
    ...told,
    ...(rest > 0 ? [`and ${formatCount(rest)} more`] : []),
    ...(left === undefined ? [] : [left]),
  ]
  return labelled('moved', pieces, page, span('   '))
}

function everybody({ left, during }: DuringInput): string {
  const who = during?.sessions === undefined ? 'client' : 'user'
  return left.length === 1 ? `the ${who}` : `every ${who}`
}

/** Where no pod was left for somebody, nobody looked at where it would have gone. */
function leftWords(result: DuringInput): string | undefined {
  const count = result.left.filter(Boolean).length
  if (count === 0) return undefined
  const all = result.left.length
  const who =
    count === all ? everybody(result).replace('every', 'any') : `${formatCount(count)} of ${formatCount(all)}`
  return `after its own pod had gone, none answered ${who}`
}

/** Who of the users moved, against what holds them has to move. */
function layoutSessions(moves: DuringReport['sessions'], page: Page): Line[] {
  if (moves === undefined) return []
  const { users, moved, needless, ended = 0, left, endpoints, points, share } = moves
  const { before, came, went } = endpoints
  const pods = [
    ...(came === 0 ? [] : [`${formatCount(came)} came`]),
    ...(went === 0 ? [] : [`${formatCount(went)} went`]),
  ]
  const changed =
    pods.length === 0 ? 'no pod came or went' : `of ${countOf(before, 'pod')} ${pods.join(', ')}`
  const must =
    points === undefined || share === undefined || pods.length === 0
      ? ''
      : `; a ${points === 'at-a-pod' ? 'record of the pod' : 'hash'} has to move ${Math.round(share * 100)}${nonBreakingSpace}% of them`
  const without = needless === 0 ? '' : `, ${formatCount(needless)} though their pod had not gone`
  const over = ended === 0 ? '' : `, ${formatCount(ended)} only as their cookie had ended`
  const lost = left === 0 ? '' : `, ${formatCount(left)} found no pod any more`
  return labelled(
    'users',
    `${formatCount(moved)} of ${countOf(users, 'user')} moved${without}${over}${lost}: ${changed}${must}`,
    page,
  )
}

function moveWords(
  { who, atMs, from, to, explanation }: DuringInput['switches'][number],
  { backends, during }: DuringInput,
): string {
  const backend = backends.find((tally) => tally.backend.letter === from)?.backend
  const { points, endpoints } = during?.sessions ?? {}
  const isRehashed =
    points === 'into-a-hash' && endpoints !== undefined && endpoints.came + endpoints.went > 0
  const unexplained = isRehashed ? `${from} had not gone, the hash moved it` : 'nothing explains it'
  const why =
    explanation === undefined || backend === undefined ? unexplained : explanationWords(explanation, backend)
  const when = who === undefined ? '' : `${who} after ${formatElapsed(atMs - (during?.startedMs ?? 0))} `
  return `${when}${from} → ${to}: ${why}`
}
