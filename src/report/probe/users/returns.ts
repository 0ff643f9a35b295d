import type { ProbeSurvey, SurveyCell } from '../../../model/probe/results/survey.ts'

/** At most this share of what a user asked may have been answered by other pods. */
const mostAway = 0.1

/**
 * Whether each user who moved was back on their pod with the very next answer, each time. A proxy does so that asks another
 * pod where one fails (`proxy_next_upstream` of nginx, retries of Envoy and Traefik) and leaves what holds the user as it is.
 * Independent picks seldom do: then a second one leads back by chance, and as many as these are far more than a tenth.
 */
export function isBackAtOnce(survey: ProbeSurvey, entry: number): boolean {
  const moved = survey.cells.filter(
    (cell) =>
      cell.entry === entry &&
      survey.sessions[cell.session]?.keeps === 'cookies' &&
      cell.switches.some(({ explanation }) => explanation === undefined),
  )
  return moved.length > 0 && moved.every(cameBack)
}

function cameBack({ switches, verdict, totals }: SurveyCell): boolean {
  // Only the first of many are kept.
  if (switches.length !== verdict.switches || switches.length % 2 !== 0) return false
  if (switches.length / 2 > mostAway * totals.answered) return false
  return switches.every((away, index) => {
    const back = switches[index + 1]
    if (index % 2 === 1 || back === undefined) return true
    return back.to === away.from && back.number === away.number + 1
  })
}
