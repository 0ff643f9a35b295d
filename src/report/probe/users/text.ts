import type { TimelineCell } from '../../../model/probe/results/probe-result.ts'
import type { ProbeSurvey, SurveyCell } from '../../../model/probe/results/survey.ts'
import type { Page, Style } from '../../terminal.ts'
import { type Line, type Span, span } from '../../text/line.ts'
import { countOf } from '../../../model/common/words/amounts.ts'
import type { Palette } from '../blocks/palette.ts'
import { manyPlaces } from './cookies.ts'
import { placeWords } from './verdict.ts'

export interface UsersInput {
  survey: ProbeSurvey
  palette: Palette
  /** Rows of users to show of each entry. */
  mostRows: number
}

const labels = { user: 10, how: 14 }

/** A line for each user: who answered, one after the other; and the requests without a jar after them. */
export function layoutUsers({ survey, palette, mostRows }: UsersInput, page: Page): Line[] {
  const { entries, sessions, clients } = survey
  const isMoved = ({ verdict }: SurveyCell): boolean => verdict.switches > 0
  return entries.flatMap(({ index, front }): Line[] => {
    const own = survey.cells.filter(({ entry }) => entry === index)
    const keeps = ({ session }: SurveyCell): boolean => sessions[session]?.keeps === 'cookies'
    const jars = own.filter((cell) => keeps(cell))
    // Who came back to one of many places and stayed is told in a sentence.
    if (entries.length > manyPlaces && front?.again !== undefined && !jars.some((cell) => isMoved(cell)))
      return []
    // Where there is no room for all, those who moved.
    const moved = jars.toSorted((one, other) => other.verdict.switches - one.verdict.switches)
    const told = new Set(moved.slice(0, mostRows))
    const shown = jars.filter((cell) => told.has(cell))
    const rest = jars.length - shown.length
    return [
      ...(entries.length > 1 ? [[span(placeWords(survey, index), page.style.strong)]] : []),
      ...shown.map((cell) => row(userName(cell, survey), 'with jar', cell, palette, page)),
      ...(rest > 0 ? [[span('  '), span(`… and ${countOf(rest, 'more user')}`, page.style.quiet)]] : []),
      ...own
        .filter((cell) => !keeps(cell))
        .map((cell) =>
          row(clients.length > 1 ? `client ${cell.client}` : 'no user', 'without jar', cell, palette, page),
        ),
    ]
  })
}

/** `user 3`, of several clients `user 2.3`. */
export function userName(
  { client, session }: Pick<SurveyCell, 'client' | 'session'>,
  { clients }: Pick<ProbeSurvey, 'clients'>,
): string {
  return `user ${clients.length > 1 ? `${client}.` : ''}${session + 1}`
}

/** Fewer characters than this tell nothing. */
const leastStrip = 8

function row(user: string, how: string, cell: SurveyCell, palette: Palette, { width, style }: Page): Line {
  const beside = width - labels.user - 2
  // On a narrow terminal the pods that answered count more than what the name of the row says already.
  const shown = beside - labels.how >= leastStrip ? how.padEnd(labels.how) : ''
  return [
    span('  '),
    span(user.padEnd(labels.user)),
    span(shown, style.quiet),
    ...strip(cell, palette, Math.max(leastStrip, beside - shown.length), style),
  ]
}

/** One character for each request, or each stretch of a long run: `~` where the pod changed in it. */
function strip({ timeline }: SurveyCell, palette: Palette, room: number, style: Style): Span[] {
  const size = Math.ceil(timeline.length / room)
  return Array.from({ length: Math.ceil(timeline.length / size) }, (_, index) =>
    characterOf(timeline.slice(index * size, (index + 1) * size), palette, style),
  )
}

function characterOf(stretch: readonly TimelineCell[], palette: Palette, style: Style): Span {
  const answered = stretch.filter(({ failures, requests }) => failures < requests)
  if (answered.length === 0) return span('×', style.bad)
  const letters = new Set(answered.map(({ letter }) => letter))
  const [letter] = letters
  if (letters.size === 1 && letter !== undefined) return span(letter, palette.paintOf(letter))
  return span(letters.size > 1 || answered.some(({ switches }) => switches > 0) ? '~' : '?', style.unsure)
}
