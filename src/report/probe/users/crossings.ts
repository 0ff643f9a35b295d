import type { Crossing } from '../../../model/probe/crossing.ts'
import type { ProbeSurvey } from '../../../model/probe/survey.ts'
import type { Style } from '../../terminal.ts'
import type { Line } from '../../text/line.ts'
import { countOf, formatCount } from '../../text/numbers.ts'
import { sanitize } from '../../text/sanitize.ts'
import { labelled } from '../parts.ts'
import { placeWords } from './verdict.ts'

/** Whether what users have of one place holds at another, and whether they find their pod when they come back. */
export function layoutCrossings(survey: ProbeSurvey, width: number, style: Style): Line[] {
  return (survey.crossings ?? []).flatMap((one) => labelled('across', words(survey, one), width, style))
}

function words(survey: ProbeSurvey, { from, to, isReturn, users, same, cookies }: Crossing): string {
  const stayed = `${formatCount(same)} of ${countOf(users, 'user')}`
  if (isReturn) return `back at ${placeWords(survey, from)} ${stayed} had their pod`
  const brought =
    cookies.length === 0
      ? 'no cookie of it is sent there'
      : `${cookies.map((name) => sanitize(name)).join(', ')} ${cookies.length === 1 ? 'is' : 'are'} sent there`
  return `from ${placeWords(survey, from)} to ${placeWords(survey, to)}: ${brought}, ${stayed} kept their pod`
}
