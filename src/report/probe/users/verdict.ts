import type { Cause, CookieReport, NeverSent, UsersVerdict } from '../../../model/probe/cookies/cause.ts'
import { wasLeft } from '../../../model/probe/results/left.ts'
import type { ProbeSurvey } from '../../../model/probe/results/survey.ts'
import { countOf, formatCount } from '../../../model/common/words/amounts.ts'
import { affinityWords } from '../../text/affinity.ts'
import { formatProbability } from '../../text/numbers.ts'
import { sanitize } from '../../text/sanitize.ts'
import { reasons } from '../survey/cells.ts'
import type { VerdictWords } from '../words/words.ts'
import { isBackAtOnce } from './returns.ts'

/** The verdict on users with a cookie jar, and what holds them or does not; the same sentence in the text and in JSON. */
export function describeUsers(survey: ProbeSurvey, users: readonly UsersVerdict[]): VerdictWords {
  const { result, errorProbability } = survey.verdict
  // The one that decides: the first that differs, that is open, or any.
  const deciding = users.find((one) => one.result === result) ?? users[0]
  if (deciding === undefined)
    return { tone: 'unsure', headline: 'INCONCLUSIVE', summary: reasons['no-answers'] }
  const where = whereWords(survey, users, deciding)
  if (result === 'inconclusive') {
    return { tone: 'unsure', headline: 'INCONCLUSIVE', summary: `${where}${openWords(survey, deciding)}` }
  }
  const tone = result === 'as-expected' ? 'good' : 'bad'
  const isHeld = deciding.users.spread + deciding.users.broken === 0 && deciding.cause.kind !== 'elsewhere'
  const chance = isHeld ? { chance: `by chance ${formatProbability(errorProbability)}` } : {}
  if (isHeld) {
    const told = {
      where,
      until: untilWords(survey, deciding),
      configured: configuredWords(survey, deciding),
      held: holder(survey),
    }
    const decided = { ...deciding, cause: decisive(survey, deciding.cause) }
    return { tone, ...heldWords(decided, told), ...chance }
  }
  if (deciding.expected === 'spread' && deciding.users.broken === 0)
    return { tone, headline: 'SPREAD', summary: `${where}users with a cookie jar do not stay` }
  return { tone, headline: 'NOT STICKY', summary: `${where}${movedWords(survey, deciding)}` }
}

/** What is to hold users, in whom requests beside them differ. */
function holder({ sessions }: ProbeSurvey): string {
  const header = headerOf(sessions)
  return header === undefined ? 'a cookie' : `the header ${sanitize(header)}`
}

/** The header by which users say who they are. */
export function headerOf(sessions: ProbeSurvey['sessions']): string | undefined {
  return sessions.flatMap((one) => (one.keeps === 'cookies' ? (one.header ?? []) : []))[0]
}

/** The place that decides; all of them where the same is to be said of each. */
function whereWords(survey: ProbeSurvey, users: readonly UsersVerdict[], deciding: UsersVerdict): string {
  if (users.length === 1) return ''
  const said = ({ entry: _entry, ...rest }: UsersVerdict): string => JSON.stringify(rest)
  const isSame = users.every((one) => said(one) === said(deciding))
  return isSame ? `at each of ${users.length} places: ` : `at ${placeWords(survey, deciding.entry)}: `
}

/** Of several cookies those that hold users, where users left out one after the other. */
function decisive({ dropped = [] }: ProbeSurvey, cause: Cause): Cause {
  if (cause.kind !== 'cookie') return cause
  const deciding = new Set(dropped.flatMap(({ cookie, moved }) => (moved > 0 ? [cookie] : [])))
  const cookies = cause.cookies.filter((name) => deciding.has(name))
  return cookies.length === 0 ? cause : { ...cause, cookies }
}

function heldWords(
  { cause, users, expected }: UsersVerdict,
  { where, until, configured, held }: Record<'where' | 'until' | 'configured' | 'held', string>,
): Pick<VerdictWords, 'headline' | 'summary'> {
  const stayed = `${formatCount(users.sticky)} of ${countOf(allOf(users), 'user')}`
  const although = expected === 'spread' ? 'although spread is expected: ' : ''
  if (cause.kind === 'cookie') {
    return {
      headline: `STICKY by the cookie${cause.cookies.length === 1 ? '' : 's'} ${cause.cookies.map((name) => sanitize(name)).join(', ')}`,
      summary: `${where}${although}${stayed} with it stayed on their pod${until}, the same requests without it were spread`,
    }
  }
  if (cause.kind === 'header') {
    return {
      headline: `STICKY by the header ${sanitize(cause.header)}`,
      summary: `${where}${although}${stayed} with it stayed on their pod${until}, the same requests without it were spread`,
    }
  }
  if (cause.kind === 'configured') {
    return {
      headline: 'STICKY as configured',
      summary: `${where}${although}${stayed} stayed on their pod${until}, and so did requests that keep nothing: by ${configured}`,
    }
  }
  if (cause.kind === 'something-else') {
    return {
      headline: `STICKY, and not by ${held}`,
      summary: `${where}${although}${stayed} stayed on their pod${until}, and so did requests that keep nothing: something else holds them`,
    }
  }
  return {
    headline: 'STICKY',
    summary: `${where}${although}${stayed} stayed on their pod${until}; what holds them is not shown`,
  }
}

/** What came after the end of the cookie, or of the pod, says nothing about who stays. */
function untilWords(survey: ProbeSurvey, verdict: UsersVerdict): string {
  if (endedOf(survey, verdict) > 0) return ' until it ended'
  const own = survey.cells.filter(
    ({ entry, session }) => entry === verdict.entry && survey.sessions[session]?.keeps === 'cookies',
  )
  return own.some(
    (cell) =>
      wasLeft(cell, survey) || cell.switches.some(({ explanation }) => explanation?.kind === 'endpoint-gone'),
  )
    ? ' as long as it was there'
    : ''
}

/** Requests of users after the end of what holds them. */
function endedOf(survey: ProbeSurvey, { entry, cause }: UsersVerdict): number {
  if (cause.kind !== 'cookie') return 0
  const own = cookiesOf(survey, entry).filter(({ name }) => cause.cookies.includes(name))
  return own.reduce((sum, { ended = 0 }) => sum + ended, 0)
}

/** What is to hold those who keep nothing. */
function configuredWords({ entries, service }: ProbeSurvey, { entry }: UsersVerdict): string {
  return sanitize(affinityWords(entries[entry]?.front?.policy ?? service.policy))
}

function movedWords(survey: ProbeSurvey, verdict: UsersVerdict): string {
  const { users, cause, entry } = verdict
  if (cause.kind === 'elsewhere') return returnWords(survey, cause)
  const moved = users.spread + users.broken
  const who = `${formatCount(moved)} of ${countOf(allOf(users), 'user')} did not stay`
  if (cause.kind === 'configured') {
    const changed = survey.endpointChanges.length === 0 ? '' : '; endpoints came or went meanwhile'
    return `${who}, whom ${configuredWords(survey, verdict)} is to hold${changed}${betweenWords(verdict)}`
  }
  // Who is sent to another Service meets no pod that the cookie of the first one names.
  const isDrawn = verdict.between !== undefined && verdict.between.changes === verdict.between.of
  const isHeld = cause.kind === 'header-ignored' || (cause.kind === 'ignored' && !cause.anew)
  if (isHeld && !isDrawn && isBackAtOnce(survey, entry))
    return `${who}: ${causeWords(cause, replacedBy(survey, entry, cause))}; each was back with the next answer, as where a proxy asks another pod when one fails`
  const disagreed = isDrawn ? '' : disagreement(survey, entry, cause)
  return `${who}: ${causeWords(cause, replacedBy(survey, entry, cause))}${disagreed}${rehashed(survey, entry, cause)}${betweenWords(verdict)}`
}

/** Where both places give a cookie of one name for one path, the later takes the place of the earlier. */
function returnWords(
  survey: ProbeSurvey,
  { moved, of, from, cookies }: Extract<Cause, { kind: 'elsewhere' }>,
): string {
  const replica = survey.entries[from]?.front?.replica
  if (replica !== undefined)
    return `${formatCount(moved)} of ${countOf(of, 'user')} who came from the replica ${sanitize(replica)} lost their pod: the cookie of one replica does not hold at another`
  const again = survey.crossings?.find((one) => one.isReturn && one.from === from)?.to ?? Infinity
  const between = survey.entries
    .filter(({ index, front }) => index > from && index < again && front?.again === undefined)
    .map(({ index }) => placeWords(survey, index))
  const sent = cookies.map((name) => sanitize(name)).join(', ')
  const who = `${formatCount(moved)} of ${countOf(of, 'user')} who came back from ${between.join(' and ')} had lost their pod`
  return sent === '' ? who : `${who}: what they bring from there (${sent}) is another value than they had`
}

/** Answers of another pod that gave another value though the cookie was sent. */
function replacedBy(survey: ProbeSurvey, entry: number, cause: Cause): number {
  if (cause.kind !== 'ignored') return 0
  return cookiesOf(survey, entry)
    .filter(({ name }) => cause.cookies.includes(name))
    .reduce((sum, { renewedElsewhere = 0 }) => sum + renewedElsewhere, 0)
}

function causeWords(cause: Cause, replaced: number): string {
  if (cause.kind === 'no-cookie') {
    const others =
      cause.others.length === 0
        ? ''
        : `; there are others: ${cause.others.map((name) => sanitize(name)).join(', ')}`
    return cause.expected === undefined
      ? `no answer set a cookie${others}`
      : `no answer set the cookie ${sanitize(cause.expected)} that is configured${others}`
  }
  if (cause.kind === 'header-ignored')
    return `the header ${sanitize(cause.header)} is sent and stays the same, the pod does not`
  if (cause.kind === 'never-sent')
    return `the cookie ${sanitize(cause.cookie)} is never sent back: ${neverSentWords(cause.why, cause.path)}`
  if (cause.kind === 'ignored') {
    const isOne = cause.cookies.length === 1
    const names = cause.cookies.map((name) => sanitize(name)).join(', ')
    const who = isOne ? `the cookie ${names} is` : `the cookies ${names} are`
    if (cause.deleted !== undefined)
      return `${who} given, and answers delete ${isOne ? 'it' : 'them'}: ${countOf(cause.deleted, 'request')} came without ${isOne ? 'it' : 'them'}`
    return cause.anew
      ? `${who} sent back, and ${isOne ? 'is' : 'are'} set to another value again and again`
      : replaced > 0
        ? `${who} sent back, and ${countOf(replaced, 'time')} another pod answered and gave another value`
        : `${who} sent back and ${isOne ? 'stays' : 'stay'} the same, the pod does not`
  }
  return 'nothing that was seen explains it'
}

function neverSentWords(why: NeverSent, path = '/'): string {
  const words: Record<NeverSent, string> = {
    path: `its Path ${sanitize(path)} does not cover the path of the requests`,
    expired: 'it has expired when it comes',
    deleted: 'answers delete it',
    unknown: 'the requests go elsewhere than the answer that set it',
    domain: 'its Domain is not that of the host, so browsers do not take it',
    'secure-over-http':
      'it is Secure and came over http, so browsers do not take it; ask with --scheme https',
    'samesite-none': 'it has SameSite=None without Secure, so browsers do not take it',
    prefix: 'its name promises attributes that it lacks, so browsers do not take it',
    'too-long': 'it is longer than browsers take',
    'overwrites-secure': 'it would overwrite a cookie that is Secure, over http',
  }
  return words[why]
}

/** Requests are shared out to several Services, and what holds users counts after that. */
function betweenWords({ between }: UsersVerdict): string {
  if (between === undefined) return ''
  const services = between.services.map((name) => sanitize(name)).join(', ')
  if (between.changes === 0)
    return `; they change among the pods of ${between.services.length === 1 ? services : `one of the Services ${services}`}, and between no two Services`
  return between.changes === between.of
    ? `; they change between the Services ${services}, and within none: one of these is drawn before`
    : `; ${formatCount(between.changes)} of ${countOf(between.of, 'change')} are between the Services ${services}`
}

/** The cookie names one pod and another answers: whoever reads the cookie is not the last to pick. */
function disagreement(survey: ProbeSurvey, entry: number, cause: Cause): string {
  if (cause.kind !== 'ignored') return ''
  const own = cookiesOf(survey, entry).filter(({ name }) => cause.cookies.includes(name))
  const disagreed = own.reduce((sum, cookie) => sum + cookie.disagreed, 0)
  if (disagreed === 0) return ''
  const sent = own.reduce((sum, cookie) => sum + cookie.sent, 0)
  return `; in ${formatCount(disagreed)} of ${countOf(sent, 'answer')} somebody else answered than it names: something behind picks again`
}

const hashes: ReadonlySet<string> = new Set(['quoted-hash', 'ring-key'])

/** A value that is hashed moves users whose pod is still there, when others come or go. */
function rehashed(survey: ProbeSurvey, entry: number, cause: Cause): string {
  if (cause.kind !== 'ignored' || cause.anew || survey.endpointChanges.length === 0) return ''
  const own = cookiesOf(survey, entry).filter(({ name }) => cause.cookies.includes(name))
  return own.some(({ first }) => hashes.has(first.form))
    ? '; endpoints came or went, and its value is hashed to a pod: that moves users whose pod is still there, too'
    : '; endpoints came or went meanwhile'
}

function openWords(survey: ProbeSurvey, { users, cause, entry, control }: UsersVerdict): string {
  if (users.inconclusive === 0 && users.sticky > 0) {
    const held = holder(survey)
    const stayed = `${formatCount(users.sticky)} of ${countOf(allOf(users), 'user')} stayed on their pod`
    if (cause.kind === 'something-else')
      return `${stayed}, and so did requests that keep nothing: something else holds them, and whether ${held} would is not shown`
    return control === undefined || control === 'inconclusive'
      ? `${stayed}, and whether requests without ${held} do so, too, cannot be told: ${reasonOf(survey, entry, false)}`
      : `${stayed}${unprovenWords(survey, entry)}`
  }
  return `${formatCount(users.inconclusive)} of ${countOf(allOf(users), 'user')} could not be judged: ${reasonOf(survey, entry, true)}`
}

/** They stayed, and the requests beside them moved; what is missing is a cookie, or enough of these moves. */
function unprovenWords(survey: ProbeSurvey, entry: number): string {
  const sent = cookiesOf(survey, entry).filter((cookie) => cookie.sent > 0)
  if (sent.length === 0 && headerOf(survey.sessions) === undefined)
    return ' without a cookie that was sent back'
  const beside = survey.cells.find(
    (cell) => cell.entry === entry && survey.sessions[cell.session]?.keeps !== 'cookies',
  )
  const { switches = 0, explainedSwitches = 0, picks = 0 } = beside?.verdict ?? {}
  const moves = `${formatCount(switches - explainedSwitches)} of ${countOf(Math.max(0, picks - 1), 'time')}`
  const held = holder(survey)
  return `, and requests without ${held} moved ${moves}: too seldom to show that it is ${held}; ask more often, or as more --sessions`
}

function reasonOf({ cells, sessions }: ProbeSurvey, entry: number, keepsCookies: boolean): string {
  const cell = cells.find(
    (one) =>
      one.entry === entry &&
      one.verdict.reason !== undefined &&
      (sessions[one.session]?.keeps === 'cookies') === keepsCookies,
  )
  const reason = cell?.verdict.reason ?? 'too-few-requests'
  const { cached, totals } = cell ?? {}
  if (cached !== undefined && cached === totals?.answered)
    return 'all answers came from a cache, and none from a pod'
  // 401, 302 to elsewhere, 503 …: they are told one by one.
  const statuses = Object.keys(cell?.nameless ?? {}).map(Number)
  if (reason === 'backends-not-told-apart' && statuses.length > 0 && statuses.every((one) => one >= 300))
    return 'no answer is known to come from a pod: they may all be of what stands in front'
  return reason === 'silences' && cell?.cookies?.some(({ ended = 0 }) => ended > 0) === true
    ? 'the cookie had ended before most requests came; use a shorter --interval'
    : reasons[reason]
}

function allOf({ sticky, spread, broken, inconclusive }: UsersVerdict['users']): number {
  return sticky + spread + broken + inconclusive
}

/** All that the sessions of an entry saw of cookies. */
export function cookiesOf({ cells, sessions }: ProbeSurvey, entry: number): CookieReport[] {
  return cells
    .filter((cell) => cell.entry === entry && sessions[cell.session]?.keeps === 'cookies')
    .flatMap(({ cookies = [] }) => cookies)
}

/** `shop.example.com/api`; `again` where users come back to it. */
export function placeWords({ entries }: Pick<ProbeSurvey, 'entries'>, index: number): string {
  const entry = entries[index]
  if (entry?.front === undefined) return entry?.host ?? ''
  const { hostName, path, replica, again, upgrade } = entry.front
  const by = upgrade === undefined ? '' : ' by WebSocket'
  const at = replica === undefined ? '' : ` at ${sanitize(replica)}`
  return `${sanitize(`${hostName}${path}`)}${at}${by}${again === undefined ? '' : ' again'}`
}
