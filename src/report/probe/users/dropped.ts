import type { ProbeSurvey } from '../../../model/probe/results/survey.ts'
import type { Style } from '../../terminal.ts'
import type { Line } from '../../text/line.ts'
import { countOf, formatCount } from '../../../model/common/count.ts'
import { sanitize } from '../../text/sanitize.ts'
import { labelled } from '../blocks/parts.ts'

/** Which of several cookies holds the users: that without which they lose their pod. */
export function layoutDropped({ dropped = [] }: ProbeSurvey, width: number, style: Style): Line[] {
  if (dropped.length === 0) return []
  const seen = dropped.map(
    ({ cookie, users, moved }) =>
      `without ${sanitize(cookie)} ${formatCount(moved)} of ${countOf(users, 'user')} lost their pod`,
  )
  const deciding = dropped.filter(({ moved }) => moved > 0).map(({ cookie }) => sanitize(cookie))
  const so = deciding.length === 0 ? 'none of them by itself' : deciding.join(' and ')
  return labelled('decides', `${so}: ${seen.join(', ')}`, width, style)
}
