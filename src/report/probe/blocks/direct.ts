import type { DirectAccess } from '../../../model/probe/direct.ts'
import { hostAndPort } from '../../../model/common/network/ip.ts'
import type { Page } from '../../terminal.ts'
import { type Line, span } from '../../text/line.ts'
import { sanitize } from '../../text/sanitize.ts'
import { nonBreakingSpace } from '../../text/width.ts'
import { labelled } from '../../text/blocks.ts'

/** Which endpoints answered when they were asked past the Service, and from where not. Nothing where nobody asked. */
export function layoutDirect(access: readonly DirectAccess[] | undefined, page: Page): Line[] {
  if (access === undefined) return []
  return access.flatMap(({ address, port, pod, from }, index) => {
    const name = sanitize(pod ?? hostAndPort(address, port))
    const bad = from.filter(({ answered, requests }) => answered < requests || requests === 0)
    const good = from.filter((one) => !bad.includes(one)).map(({ node = '?' }) => sanitize(node))
    const pieces = [
      span(name, page.style.strong),
      ...(good.length === 0 ? [] : [`reached from ${good.join(',')}`.replaceAll(' ', nonBreakingSpace)]),
      ...bad.map(({ node = '?', answered, requests, failure = 'error' }) =>
        span(
          `${answered === 0 ? 'not' : `${answered} of ${requests}`} from ${sanitize(node)} (${failure})`.replaceAll(
            ' ',
            nonBreakingSpace,
          ),
          page.style.bad,
        ),
      ),
    ]
    return labelled(index === 0 ? 'direct' : '', pieces, page)
  })
}
