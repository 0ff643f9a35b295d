import type { ProbeSurvey } from '../../../model/probe/results/survey.ts'
import type { Page } from '../../terminal.ts'
import type { Line } from '../../text/line.ts'
import { countOf, formatCount } from '../../../model/common/words/amounts.ts'
import { sanitize } from '../../text/sanitize.ts'
import { labelled } from '../../text/blocks.ts'

/** Which of several cookies holds the users: that without which they lose their pod; or which takes them elsewhere. */
export function layoutDropped({ dropped = [], users = [] }: ProbeSurvey, page: Page): Line[] {
  if (dropped.length === 0) return []
  const seen = dropped.map(
    ({ cookie, users, moved }) =>
      `${sanitize(cookie)} ${formatCount(moved)} of ${countOf(users, 'user')} lost their pod`,
  )
  if (users[0]?.cause.kind === 'ignored') return labelled('without', seen.join(', '), page)
  const deciding = dropped.filter(({ moved }) => moved > 0).map(({ cookie }) => sanitize(cookie))
  const so = deciding.length === 0 ? 'none of them by itself' : deciding.join(' and ')
  return labelled('decides', `${so}: without ${seen.join(', without ')}`, page)
}
