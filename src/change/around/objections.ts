import { analyse, type Explanation } from '../../analysis/analyse.ts'
import { codeInfo, isCode } from '../../model/findings/code.ts'
import type { ChangeNotice, ChangePlan } from '../../model/affinity/change.ts'
import type { Finding } from '../../model/findings/finding.ts'
import type { NamespacedName } from '../../model/cluster/object.ts'
import type { Snapshot } from '../../model/cluster/snapshot.ts'
import { type Hint, UserError } from '../../model/common/user-error.ts'
import { afterWrites } from './scene.ts'

/** What is to be said about a change before it is made. */
export interface Objections {
  /** Not even when it is forced. */
  refusals: readonly Finding[]
  /** Only when it is forced. */
  doubts: readonly Finding[]
  /** Good to know. */
  remarks: readonly Finding[]
}

/**
 * The findings that the change would bring about: those of the Service as it would be, without those that it has
 * already. What is wrong with a Service anyway is no reason against the change; what makes the change void is said.
 */
export function objectionsTo(snapshot: Snapshot, ref: NamespacedName, plan: ChangePlan): Objections {
  const before = analyse(snapshot, ref)
  const after = analyse(afterWrites(snapshot, plan.writes), ref)
  const { refusals, doubts, remarks } = objectionsBetween(before, after)
  const already = new Set(before.findings.map(identity))
  const stays = after.findings.filter(
    (finding) => already.has(identity(finding)) && forbids(finding.code) !== undefined,
  )
  return { refusals, doubts, remarks: [...stays, ...remarks] }
}

/** The same for a target of any kind, explained before and after. */
export function objectionsBetween(
  before: Pick<Explanation, 'findings'>,
  after: Pick<Explanation, 'findings'>,
): Objections {
  const already = new Set(before.findings.map(identity))
  const found = after.findings.filter(
    (finding) => (finding.level !== 'info' || isAsked(finding)) && !already.has(identity(finding)),
  )
  const isRefused = ({ code, level }: Finding): boolean =>
    forbids(code) === 'enable' || (level === 'error' && forbids(code) === undefined)
  const isDoubtful = ({ code }: Finding): boolean => forbids(code) === 'enable-unforced'
  return {
    refusals: found.filter(isRefused),
    doubts: found.filter((finding) => !isRefused(finding) && isDoubtful(finding)),
    remarks: found.filter((finding) => !isRefused(finding) && !isDoubtful(finding)),
  }
}

/** What passes by the affinity of a Service makes one void that is set there; of one that is set in front it is the sense. */
export function inFront({ refusals, doubts, remarks }: Objections): Objections {
  const passes = ({ code }: Finding): boolean =>
    /^AFF-(ING|ROUTE|MESH)-(BYPASSES-SERVICE|AFFINITY-CONFLICT)$/.test(code)
  return {
    refusals,
    doubts: doubts.filter((one) => !passes(one)),
    remarks: [...doubts.filter(passes), ...remarks],
  }
}

/** An info about the very thing that was asked for, on which it depends whether it keeps anybody. */
function isAsked({ code }: Finding): boolean {
  return code === 'AFF-L7-SECURE-COOKIE'
}

function forbids(code: string) {
  return isCode(code) ? codeInfo(code).forbids : undefined
}

function identity({ code, objects }: Finding): string {
  return JSON.stringify([code, objects])
}

/** Throws UserError when the change must not be made; returns what is to be said beside it. */
export function weigh(
  name: string,
  { refusals, doubts, remarks }: Objections,
  force: boolean,
): ChangeNotice[] {
  const [refusal] = refusals
  if (refusal !== undefined) throw objection(name, refusal)
  const [doubt] = doubts
  if (doubt !== undefined && !force) throw objection(name, doubt, [{ remedy: 'force' }])
  return [...doubts, ...remarks].map(noticeOf)
}

/** A finding beside a change that is made. */
export function noticeOf({ code, message, why }: Finding): ChangeNotice {
  return { message: `${code}  ${message}`, hints: [why] }
}

function objection(name: string, finding: Finding, more: readonly Hint[] = []): UserError {
  return new UserError(`${name} not changed, ${finding.code}: ${finding.message}`, {
    hints: [finding.why, ...finding.mend.slice(0, 1).map((mend) => `instead  ${mend}`), ...more],
  })
}
