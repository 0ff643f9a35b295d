import { expect, it } from 'vitest'
import { hintText } from '../../../src/cli/remedies.ts'
import { lacksOf, refusalOf } from '../../../src/mechanisms/changing.ts'

it('a refusal names the flags to leave out', () => {
  const wish = { kind: 'cookie', name: 'route', ttlSeconds: 60, sameSite: 'Lax', persistent: true } as const
  expect(refusalOf(lacksOf({ by: 'HAProxy' }, wish))?.hints.map(hintText)).toStrictEqual([
    'leave --ttl and --same-site and --persistent out',
  ])
  expect(
    refusalOf(lacksOf({ by: 'HAProxy', name: 'other' }, { kind: 'cookie', name: 'route' }))?.hints,
  ).toStrictEqual([])
})
