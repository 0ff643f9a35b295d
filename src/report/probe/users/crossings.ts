import type { Crossing } from '../../../model/probe/crossing.ts'
import type { ProbeSurvey } from '../../../model/probe/results/survey.ts'
import type { Page } from '../../terminal.ts'
import type { Line } from '../../text/line.ts'
import { countOf, formatCount } from '../../../model/common/words/amounts.ts'
import { sanitize } from '../../text/sanitize.ts'
import { placeWords } from './verdict.ts'
import { labelled } from '../../text/blocks.ts'

/** Whether what users have of one place holds at another, and whether they find their pod when they come back. */
export function layoutCrossings(survey: ProbeSurvey, page: Page): Line[] {
  const all = survey.crossings ?? []
  const said = [all.filter(({ isReturn }) => !isReturn), all.filter(({ isReturn }) => isReturn)].flatMap(
    (some) => (isOneStory(some) ? [wordsOfAll(some)] : some.map((one) => words(survey, one))),
  )
  return said.flatMap((text) => labelled('across', text, page))
}

/** Of several places the same is to be said, and nobody lost a pod. */
function isOneStory(crossings: readonly Crossing[]): boolean {
  const seen = ({ users, ended, same, cookies }: Crossing): string =>
    JSON.stringify([users, ended, same, cookies])
  return (
    crossings.length > 2 &&
    crossings.every((one) => one.same === one.users && seen(one) === seen(crossings[0]!))
  )
}

function wordsOfAll([first, ...others]: readonly Crossing[]): string {
  const { isReturn, cookies } = first!
  const stayed = stayedWords(first!)
  const times = `${formatCount(others.length + 1)} ${isReturn ? 'places' : 'times'}`
  return isReturn
    ? `back at each of ${times} ${stayed} had their pod${endedWords(first!)}`
    : `from place to place, ${times}: ${sentWords(cookies)}, ${stayed} kept their pod${endedWords(first!)}`
}

function words(survey: ProbeSurvey, crossing: Crossing): string {
  const { from, to, isReturn, cookies } = crossing
  const stayed = stayedWords(crossing)
  const ended = endedWords(crossing)
  if (isReturn) return `back at ${placeWords(survey, from)} ${stayed} had their pod${ended}`
  return `from ${placeWords(survey, from)} to ${placeWords(survey, to)}: ${sentWords(cookies)}, ${stayed} kept their pod${ended}`
}

function stayedWords({ users, same }: Crossing): string {
  return `${formatCount(same)} of ${countOf(users, 'user')}`
}

/** Whom nothing held any more says nothing about who stays. */
function endedWords({ ended }: Crossing): string {
  return ended === undefined ? '' : `, of ${countOf(ended, 'user')} the cookie had ended in between`
}

function sentWords(cookies: readonly string[]): string {
  return cookies.length === 0
    ? 'no cookie of it is sent there'
    : `${cookies.map((name) => sanitize(name)).join(', ')} ${cookies.length === 1 ? 'is' : 'are'} sent there`
}
