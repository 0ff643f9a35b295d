import { expect, it } from 'vitest'
import { hintText } from '../../../src/cli/remedies.ts'
import { type Changing, lacksOf, type OwnCookie, planFor } from '../../../src/mechanisms/changing.ts'
import { storeOf } from '../../../src/model/cluster/store.ts'
import type { CookieWish, Refusal } from '../../../src/model/affinity/change.ts'
import { objectOf } from './objects.ts'

/** Why a wish is refused by who makes such a cookie, with the hints. */
function refused(own: OwnCookie, wish: CookieWish): [string, ...string[]] {
  const changing: Changing = {
    name: 'test',
    label: 'Test',
    targets: [],
    reads: [],
    writes: [],
    lacks: (one) => lacksOf(own, one),
    switchOf: () => ({
      before: { kind: 'none' },
      off: () => [],
      on: () => {
        throw new Error('a wish that lacks something is not asked for')
      },
    }),
  }
  const plan = planFor(
    changing,
    objectOf('v1', 'Service', 'web', {}),
    { verb: 'enable', by: wish },
    storeOf(new Map()),
  )
  const { refused: why, hints } = plan as Refusal
  return [why, ...hints.map(hintText)]
}

it('a refusal names the flags to leave out', () => {
  const wish = { kind: 'cookie', name: 'route', ttlSeconds: 60, sameSite: 'Lax', persistent: true } as const
  expect(refused({ by: 'HAProxy' }, wish).slice(1)).toStrictEqual([
    'leave --ttl and --same-site and --persistent out',
  ])
})

it('a cookie that has another name is refused by that name', () => {
  expect(
    refused({ by: 'HAProxy', name: 'other' }, { kind: 'cookie', name: 'route', ttlSeconds: 60 }),
  ).toStrictEqual([
    'HAProxy calls its cookie other, and no field changes that',
    'ask for that one:  --cookie other',
  ])
})
