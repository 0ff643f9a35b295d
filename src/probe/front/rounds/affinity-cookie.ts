import { cookieNames } from '../../../model/probe/cookies/configured.ts'
import type { CookieReport } from '../../../model/probe/cookies/cause.ts'
import { mergedCookies } from '../../../model/probe/cookies/cause.ts'
import type { ProbeSurvey } from '../../../model/probe/results/survey.ts'

/** Of the first place: the cookie that is configured there, else one that only a proxy can have made. */
export function affinityCookie(survey: ProbeSurvey): CookieReport | undefined {
  const cookies = cookiesAtFirst(survey)
  const configured = cookieNames(survey.entries[0]?.front)
  return (
    cookies.find(({ name }) => configured.includes(name)) ??
    cookies.find(({ maker, names }) => maker !== undefined || names !== undefined)
  )
}

/** The one that was seen to hold users there, whoever makes it: alone, or as all lost their pod without it. */
export function holdingCookie(survey: ProbeSurvey): CookieReport | undefined {
  const cause = survey.users?.find(({ entry }) => entry === 0)?.cause
  const missed = (survey.dropped ?? []).flatMap(({ cookie, users, moved }) => (moved === users ? cookie : []))
  const names = missed.length > 0 ? missed : cause?.kind === 'cookie' ? cause.cookies : []
  return names.length === 1 ? cookiesAtFirst(survey).find(({ name }) => name === names[0]) : undefined
}

/** All that came at the first place. */
export function cookiesAtFirst({ cells }: ProbeSurvey): CookieReport[] {
  return mergedCookies(cells.filter(({ entry }) => entry === 0).flatMap(({ cookies = [] }) => cookies))
}
