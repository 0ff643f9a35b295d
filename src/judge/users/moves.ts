import { isLoss } from '../../model/probe/results/left.ts'
import type { SessionMoves } from '../../model/probe/results/during.ts'
import type { EndpointChange, PodSwitch } from '../../model/probe/results/probe-result.ts'
import { defined } from '../../model/common/values.ts'

/** What is known of users while endpoints came and went. */
export interface MovesEvidence {
  /** Of each user the switches since the command began. */
  users: readonly (readonly Pick<PodSwitch, 'explanation'>[])[]
  changes: readonly Pick<EndpointChange, 'kind' | 'address'>[]
  /** Endpoints that were ready at the end. */
  readyAtEnd: number
  /** What holds users is a record of their pod, or a text that is hashed to one; undefined where that is not known. */
  points?: 'at-a-pod' | 'into-a-hash' | undefined
}

/** How many users were moved while pods came and went, and how many this mechanism has to move. Pure. */
export function movesOf({
  users,
  changes,
  readyAtEnd,
  points,
}: MovesEvidence): Omit<SessionMoves, 'left' | 'moves'> {
  const came = addressesOf(changes.filter((change) => !isLoss(change)))
  const went = addressesOf(changes.filter(isLoss))
  // One that came and went again was there for a part of the time only.
  const before = Math.max(
    0,
    readyAtEnd -
      [...came].filter((one) => !went.has(one)).length +
      [...went].filter((one) => !came.has(one)).length,
  )
  const moved = users.filter((switches) => switches.length > 0)
  const needless = moved.filter((switches) => switches.some(({ explanation }) => explanation === undefined))
  const ended = moved.filter((switches) =>
    switches.every(({ explanation }) => explanation?.kind === 'cookie-ended'),
  )
  const share = shareToMove({ before, came: came.size, went: went.size }, points)
  return {
    users: users.length,
    moved: moved.length,
    needless: needless.length,
    ...(ended.length === 0 ? {} : { ended: ended.length }),
    endpoints: { before, came: came.size, went: went.size },
    ...defined({ points, share }),
  }
}

/**
 * The share of users that has to move: of those whose pod goes all; and where a text is hashed also those that the new pods take over,
 * a of n + a. Where pods come and go at once a hash moves more than can be said beforehand.
 */
function shareToMove(
  { before, came, went }: SessionMoves['endpoints'],
  points: SessionMoves['points'],
): number | undefined {
  if (points === undefined || before === 0) return undefined
  if (went >= before) return 1
  if (points === 'at-a-pod') return went / before
  if (came > 0 && went > 0) return undefined
  return came > 0 ? came / (before + came) : went / before
}

function addressesOf(changes: MovesEvidence['changes']): ReadonlySet<string> {
  return new Set(changes.map(({ address }) => address))
}
