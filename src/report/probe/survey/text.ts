import { affinityWords } from '../../text/affinity.ts'
import { wasLeft } from '../../../model/probe/results/left.ts'
import type { ProbeSurvey } from '../../../model/probe/results/survey.ts'
import type { Page } from '../../terminal.ts'
import { flow, flowGroups, type Line, span } from '../../text/line.ts'
import { countOf } from '../../../model/common/words/amounts.ts'
import { formatLatency } from '../../text/numbers.ts'
import { sanitize } from '../../text/sanitize.ts'
import { shortenMiddle } from '../../text/width.ts'
import { layoutBackends } from '../blocks/backends.ts'
import { layoutDirect } from '../blocks/direct.ts'
import { type DuringInput, layoutDuring } from '../blocks/during.ts'
import { layoutClients, readyWords } from '../blocks/header.ts'
import { createPalette, type Palette } from '../blocks/palette.ts'
import { layoutTroubles, nextSteps } from '../blocks/parts.ts'
import type { ProbeTextOptions } from '../text.ts'
import { indexRanges } from './labels.ts'
import { statementSentences } from './statements.ts'
import { layoutTable } from './table.ts'
import { describeSurvey } from './verdict.ts'
import { layoutBreaks } from '../users/breaks.ts'
import { layoutCookies, manyPlaces } from '../users/cookies.ts'
import { layoutCrossings } from '../users/crossings.ts'
import { layoutDropped } from '../users/dropped.ts'
import { layoutForged, layoutStrangers } from '../users/forged.ts'
import { layoutLifetime } from '../users/lifetime.ts'
import { layoutUsersHeader } from '../users/header.ts'
import { layoutUsers, userName } from '../users/text.ts'
import { labelWidth, labelled, paintBlocks } from '../../text/blocks.ts'

const mostBackends = 12
const mostRows = 24
const mostUsers = 8
/** The same of each of many places: those who moved come first. */
const mostUsersOfMany = 2

/** Rows of users for each place. */
function usersOf({ entries }: ProbeSurvey): number {
  return entries.length > manyPlaces ? mostUsersOfMany : mostUsers
}

const mostReasons = 4

/** The report for people on several clients or entries: who answered, the table, what it says, and the verdict. */
export function renderSurveyText(survey: ProbeSurvey, options: ProbeTextOptions): string {
  const palette = createPalette(survey.backends, options.style)
  const blocks = layoutSurvey(survey, { ...options, palette })
  const last = [...(blocks.pop() ?? []), ...nextSteps(options.next, options)]
  return paintBlocks([...blocks, last], options)
}

/** The blocks of the report, each of any number of lines. */
export function layoutSurvey(
  survey: ProbeSurvey,
  page: Omit<ProbeTextOptions, 'next'> & { palette: Palette },
): Line[][] {
  const { palette, wide } = page
  const most = wide ? Infinity : mostBackends
  const { users } = survey
  return [
    users === undefined && survey.entries.every(({ front }) => front === undefined)
      ? layoutSurveyHeader(survey, page)
      : layoutUsersHeader(survey, page),
    layoutBackends({ backends: survey.backends, palette, most, latency: wide }, page),
    layoutDirect(survey.direct, page),
    users === undefined
      ? layoutTable({ survey, palette, mostRows: wide ? Infinity : mostRows }, page)
      : layoutUsers({ survey, palette, mostRows: wide ? Infinity : usersOf(survey) }, page),
    layoutTroubles({ ...survey, ...withoutExpectedSilence(survey) }, page),
    layoutDuring({ ...survey, ...movesOfAll(survey) }, page),
    users === undefined
      ? layoutStatements(survey, page)
      : [
          ...layoutCookies(survey, page),
          ...layoutStrangers(survey, page),
          ...layoutDropped(survey, page),
          ...layoutForged(survey, page),
          ...layoutLifetime(survey, page),
          ...layoutCrossings(survey, page),
        ],
    closing(survey, page),
  ]
}

/** The switches of all cells, by the time of the run, and who found no pod any more. */
function movesOfAll(survey: ProbeSurvey): Pick<DuringInput, 'switches' | 'left'> {
  // What keeps nothing beside users with a jar is meant to move.
  const own = survey.cells.filter(
    ({ session }) => survey.users === undefined || survey.sessions[session]?.keeps === 'cookies',
  )
  return {
    switches: own
      .flatMap((cell) =>
        cell.switches.map((one) => ({
          ...one,
          atMs: one.atMs + cell.startMs,
          ...(survey.users === undefined ? {} : { who: userName(cell, survey) }),
        })),
      )
      .toSorted((one, other) => one.atMs - other.atMs),
    left: own.map((cell) => wasLeft(cell, survey)),
  }
}

/** Requests that nothing can answer, as the Service is configured, did not fail. */
function withoutExpectedSilence({
  cells,
  totals,
  outcomes,
}: ProbeSurvey): Pick<ProbeSurvey, 'totals' | 'outcomes'> {
  const left = { totals: { ...totals }, outcomes: { ...outcomes } }
  for (const cell of cells) {
    if (cell.verdict.eligibleEndpoints > 0 || cell.totals.answered > 0) continue
    left.totals.requests -= cell.totals.requests
    for (const [outcome, count] of Object.entries(cell.outcomes) as [keyof typeof outcomes, number][])
      left.outcomes[outcome] = (left.outcomes[outcome] ?? 0) - count
  }
  return left
}

function layoutSurveyHeader(survey: ProbeSurvey, page: Page): Line[] {
  const { service, clients, entries, endpoints } = survey
  const name = shortenMiddle(sanitize(service.name), page.width - labelWidth)
  const pods = clients.filter(({ place }) => place === 'pod')
  const nodes = new Set(pods.map(({ node }) => node)).size
  const host = pods.some(({ hostNetwork }) => hostNetwork === true) ? ' with the network of their node' : ''
  const who = [
    ...(pods.length === 0 ? [] : [`${countOf(pods.length, 'pod')} on ${countOf(nodes, 'node')}${host}`]),
    ...(pods.length < clients.length ? ['this machine'] : []),
  ]
  return [
    ...flowGroups(
      [
        [span(`service/${name}`, page.style.strong), service.type],
        [`affinity ${affinityWords(service.policy)}`, readyWords(endpoints)],
      ],
      { ...page, indent: labelWidth },
    ),
    ...layoutClients(
      'clients',
      [who.join(' and '), countOf(entries.length, 'entry', 'entries')],
      survey,
      page,
    ),
  ]
}

function layoutStatements(survey: ProbeSurvey, { width, style }: Page): Line[] {
  return statementSentences(survey).flatMap(({ text, code }) =>
    flow([text, ...(code === undefined ? [] : [span(code, style.quiet)])], {
      width,
      indent: 2,
      separator: span('   '),
    }),
  )
}

function closing(survey: ProbeSurvey, page: Page): Line[] {
  const words = describeSurvey(survey)
  const { p50, p99 } = survey.latency
  const numbers = [
    ...(words.chance === undefined ? [] : [words.chance]),
    ...(survey.totals.answered === 0
      ? []
      : [span(`p50 ${formatLatency(p50)}  p99 ${formatLatency(p99)}`, page.style.quiet)]),
  ]
  const said = [span(words.headline, page.style[words.tone]), words.summary]
  return [
    ...flowGroups([said, numbers], { ...page, indent: labelWidth, separator: span('   ') }),
    ...layoutBreaks(survey, page),
    ...layoutAbsent(survey, page),
    ...layoutUnasked(survey, page),
    ...survey.notes.flatMap((note) => labelled('note', sanitize(note), page)),
  ]
}

function layoutUnasked({ unasked = [], service }: ProbeSurvey, page: Page): Line[] {
  return unasked.flatMap(({ port, name, protocol, family, why }) => {
    const what = [name, `${port}/${protocol}`, family].filter((word) => word !== undefined).join(' ')
    // Where the protocol is another one, the port itself is the reason.
    const words =
      protocol === service.protocol ? `service/${service.name} ${why}` : `${why}${askedBy[protocol] ?? ''}`
    return labelled('unasked', sanitize(`${what}: ${words}`), page)
  })
}

const askedBy: Readonly<Record<string, string>> = {
  TCP: ', with --protocol tcp',
  UDP: ', with --protocol udp --send TEXT',
}

/** Clients that are missing for the same reason share a line: often it is one for a hundred. */
function layoutAbsent({ absent }: ProbeSurvey, page: Page): Line[] {
  const reasons = [...Map.groupBy(absent, ({ why }) => why)]
  const shown = reasons.slice(0, mostReasons)
  const rest = reasons.slice(mostReasons).reduce((sum, [, clients]) => sum + clients.length, 0)
  return [
    ...shown.flatMap(([why, clients]) => {
      const who = `${clients.length === 1 ? 'client' : 'clients'} ${indexRanges(clients)}`
      return labelled('absent', `${who} did not run: ${sanitize(why)}`, page)
    }),
    ...(rest === 0 ? [] : labelled('absent', `and ${countOf(rest, 'more client')}`, page)),
  ]
}
