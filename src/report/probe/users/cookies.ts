import { cookieNames } from '../../../model/probe/cookies/configured.ts'
import { type CookieReport, mergedCookies } from '../../../model/probe/cookies/cause.ts'
import { applicationOf } from '../../../model/probe/cookies/maker.ts'
import { countOf, formatCount, formatDuration } from '../../../model/common/words/amounts.ts'
import type { ProbeSurvey, SurveyEntry } from '../../../model/probe/results/survey.ts'
import type { Page } from '../../terminal.ts'
import { type Line, span } from '../../text/line.ts'
import { effectivePath, pathMatches } from '../../../model/probe/cookies/cookie.ts'
import { sanitize } from '../../text/sanitize.ts'
import { cookiesOf, placeWords } from './verdict.ts'
import { labelled } from '../../text/blocks.ts'

const mostCookies = 6

/** Of more places than these only what differs from place to place is shown. */
export const manyPlaces = 3

/** What came in cookies: whose each is, what it says, and whether it was sent back; and what came from no pod. */
export function layoutCookies(survey: ProbeSurvey, page: Page): Line[] {
  const { entries } = survey
  return entries.flatMap((entry) => {
    const where = entries.length > 1 ? [span(placeWords(survey, entry.index), page.style.quiet)] : []
    const put = (label: string, pieces: readonly string[]): Line[] =>
      labelled(label, [...where, ...pieces], page)
    // What was given elsewhere is told there; `across` says where it is sent.
    const isOne = ({ set }: CookieReport): boolean => set > 0 || entries.length <= manyPlaces
    const cookies = mergedCookies(cookiesOf(survey, entry.index)).filter((cookie) => isOne(cookie))
    const rest = cookies.length - mostCookies
    return [
      ...cookies
        .slice(0, mostCookies)
        .flatMap((cookie) => put('cookie', cookieWords(cookie, entry, entries))),
      ...(rest > 0 ? put('', [`and ${countOf(rest, 'more cookie')}`]) : []),
      ...visitWords(survey, entry).flatMap((text) => put('session', [text])),
      ...frontWords(survey, entry).flatMap((text) => put('proxy', [text])),
    ]
  })
}

function cookieWords(
  cookie: CookieReport,
  { front }: SurveyEntry,
  entries: readonly SurveyEntry[],
): string[] {
  const { name, set, sent, first, maker, names } = cookie
  const isConfigured = cookieNames(front).includes(name)
  const by = maker ?? (isConfigured ? (front?.by ?? 'the proxy') : undefined)
  const isOfApplication = by === undefined && applicationOf(name) !== undefined
  const whose = isOfApplication ? 'the application' : by
  return [
    sanitize(name),
    ...(set === 0
      ? ['given elsewhere']
      : [`set ${timesOf(set)}${whose === undefined ? ', not known by whom' : ` by ${sanitize(whose)}`}`]),
    `sent ${timesOf(sent)}`,
    first.path === undefined ? folderWords(front, entries) : `Path=${sanitize(first.path)}`,
    ...attributeWords(first),
    ...lifeWords(cookie),
    ...oddWords(cookie),
    ...(by === undefined ? renewalWords(cookie, isOfApplication) : []),
    ...(cookie.shown ?? []).map((value) => sanitize(value)),
    ...(names === undefined ? [] : [nameWords(cookie)]),
  ]
}

function nameWords({ sent, disagreed, unconfirmed = 0 }: CookieReport): string {
  if (disagreed > 0) return `names another pod than answers in ${countOf(disagreed, 'answer')}`
  return sent > 0 && unconfirmed >= sent
    ? 'names a pod, and no answer says whether it is the one'
    : 'names the pod'
}

/** Whether its end moves on with each answer, where it has one and that can be seen. */
function lifeWords({ set, sent, ended = 0, first: { lifetimeSeconds = 0 } }: CookieReport): string[] {
  if (lifetimeSeconds <= 0 || sent < fewestSent) return []
  if (set >= sent) return ['renewed by each answer']
  return [
    ...(set <= sent / 2 ? ['not renewed'] : []),
    ...(ended === 0 ? [] : [`ended ${timesOf(ended)}, and a new one was given`]),
  ]
}

/** What browsers and proxies do not agree on, or nobody wants. */
function oddWords({ deleted = 0, setTwice = 0, sentTwice = 0, setByCache = 0 }: CookieReport): string[] {
  return [
    ...(setTwice === 0
      ? []
      : [
          `two values in one answer ${timesOf(setTwice)}${sentTwice > 0 ? '' : ', of which browsers keep the last'}`,
        ]),
    ...(sentTwice === 0
      ? []
      : [`two of this name sent ${timesOf(sentTwice)}, of which Envoy, nginx and Traefik read the first`]),
    ...(deleted === 0 ? [] : [`deleted by answers, and so not sent ${timesOf(deleted)}`]),
    ...(setByCache === 0 ? [] : [`given by a cache ${timesOf(setByCache)}: to everybody the same`]),
  ]
}

/** Requests after which it is known whether each answer sets a cookie. */
const fewestSent = 10

/**
 * Of a cookie that may be the application's: another pod that does not know it gives another one. That a session went with it
 * is said only of one that an application keeps its sessions by.
 */
function renewalWords(
  { sent, values, renewed = 0, renewedElsewhere = 0, renewedSomewhere = 0 }: CookieReport,
  isOfApplication: boolean,
): string[] {
  const all = renewed + renewedElsewhere + renewedSomewhere
  if (sent === 0) return []
  if (all === 0) return values > 0 ? ['keeps its value'] : []
  if (all >= sent) return ['another value in each answer']
  return [
    ...(renewedElsewhere === 0
      ? []
      : [
          `given anew by another pod ${timesOf(renewedElsewhere)}${isOfApplication ? ': its session is lost' : ''}`,
        ]),
    ...(renewed === 0 ? [] : [`given anew by the same pod ${timesOf(renewed)}`]),
    ...(renewedSomewhere === 0 ? [] : [`given anew ${timesOf(renewedSomewhere)}`]),
  ]
}

function timesOf(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'time' : 'times'}`
}

/** Without a Path it is for the folder of the request; whether users lose it elsewhere is known only of where they were. */
function folderWords(front: SurveyEntry['front'], entries: readonly SurveyEntry[]): string {
  const folder = effectivePath(undefined, front?.path ?? '/')
  const isAsked = entries.some(
    ({ front: other }) => other?.hostName === front?.hostName && !pathMatches(other?.path ?? '/', folder),
  )
  const scope = `no Path: given here it holds below ${sanitize(folder)}`
  return isAsked ? scope : `${scope}; users who begin in another folder were not asked, see --path`
}

function attributeWords({
  domain,
  lifetimeSeconds,
  httpOnly,
  secure,
  sameSite,
}: CookieReport['first']): string[] {
  return [
    ...(domain === undefined ? [] : [`Domain=${sanitize(domain)}`]),
    ...(lifetimeSeconds === undefined
      ? []
      : [lifetimeSeconds <= 0 ? 'expired' : `for ${formatDuration(lifetimeSeconds)}`]),
    ...(httpOnly === true ? ['HttpOnly'] : []),
    ...(secure === true ? ['Secure: not sent over http'] : []),
    ...(sameSite === undefined ? [] : [`SameSite=${sanitize(sameSite)}${sameSiteWords(sameSite)}`]),
  ]
}

/** When browsers send it from pages of other sites (RFC 6265bis 5.5.7). */
function sameSiteWords(sameSite: string): string {
  const known: Readonly<Record<string, string>> = {
    strict: ': not sent from other sites, not even by a link',
    lax: ': from other sites sent by links only',
    none: ': sent from other sites, too',
  }
  return known[sameSite.toLowerCase()] ?? ''
}

/** Whether the application's own session survived, as it counts itself; it may not though the pod stays. */
function visitWords({ cells, sessions }: ProbeSurvey, { index }: SurveyEntry): string[] {
  const own = cells.filter(({ entry, session }) => entry === index && sessions[session]?.keeps === 'cookies')
  const counted = own.flatMap(({ visits }) => (visits === undefined ? [] : [visits]))
  if (counted.length === 0) return []
  const kept = counted.filter(({ lost }) => lost === 0).length
  const lost = counted.reduce((sum, one) => sum + one.lost, 0)
  const onPod = counted.reduce((sum, one) => sum + one.lostOnPod, 0)
  const head = `the application's session survived in ${formatCount(kept)} of ${countOf(counted.length, 'user')}`
  if (lost === 0) return [head]
  const where = onPod === 0 ? '' : `, ${formatCount(onPod)} of them on the pod that had it`
  return [`${head}: its count began again ${timesOf(lost)}${where}`]
}

/** Redirects, and answers that named no pod: 401 and 503 mean different things to whoever looks for a fault. */
function frontWords({ cells }: ProbeSurvey, { index }: SurveyEntry): string[] {
  const own = cells.filter(({ entry }) => entry === index)
  const redirects = own.reduce((sum, cell) => sum + (cell.redirects ?? 0), 0)
  const cached = own.reduce((sum, cell) => sum + (cell.cached ?? 0), 0)
  const statuses = new Map<string, number>()
  for (const { nameless = {} } of own)
    for (const [status, count] of Object.entries(nameless))
      statuses.set(status, (statuses.get(status) ?? 0) + count)
  return [
    ...(redirects === 0 ? [] : [`${countOf(redirects, 'redirect')} followed`]),
    ...(cached === 0
      ? []
      : [`${countOf(cached, 'answer')} came from a cache and not from a pod: ${freshWords}`]),
    ...[...statuses]
      .filter(([status]) => Number(status) >= 300)
      .map(([status, count]) => `${countOf(count, 'answer')} ${status} named no pod${meaning[status] ?? ''}`),
  ]
}

const freshWords = 'after the first of them each request had a query of its own'

const elsewhere =
  ': to another host, or round in a circle, which is not followed; see --host, --path and --header'

const meaning: Record<string, string> = {
  ...Object.fromEntries(['301', '302', '303', '307', '308'].map((status) => [status, elsewhere])),
  '401': ': who asks must say who they are; --header says it',
  '403': ': it is not allowed',
  '404': ': nothing is there under this host and path (Traefik says so, too, of a Service without pods)',
  '502': ': the proxy got no valid answer from a pod',
  '503': ': the proxy has no pod to send to, or it or the pod takes no more requests',
  '504': ': the proxy waited for a pod in vain',
}
