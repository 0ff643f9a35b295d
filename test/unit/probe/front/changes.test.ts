import { describe, expect, test } from 'vitest'
import { UserError } from '../../../../src/model/common/user-error.ts'
import { frontChanges } from '../../../../src/probe/front/changes.ts'
import type { FoundFront } from '../../../../src/probe/front/find.ts'
import type { Front } from '../../../../src/probe/plan/options.ts'

type Place = Front['places'][number]

const place = (changes: Partial<Place> = {}): Place => ({
  address: '10.89.1.102',
  port: 80,
  scheme: 'http',
  hostName: 'shop.example',
  path: '/',
  policy: { kind: 'cookie', name: 'route' },
  ...changes,
})
const found = (places: readonly Place[], name = 'web'): FoundFront => ({
  service: { namespace: 'shop', name },
  notes: [],
  front: { places },
})

describe('a way in, looked at again', () => {
  test.each<[string, FoundFront, string[]]>([
    ['is the same', found([place({ scheme: 'https' })]), []],
    [
      'has no affinity any more',
      found([place({ policy: { kind: 'none' } })]),
      ['what leads to it through shop.example/ was changed'],
    ],
    [
      'leads to another Service',
      found([place()], 'other'),
      ['what leads to it through shop.example/ was changed'],
    ],
    [
      'has another path',
      found([place({ path: '/app' })]),
      [
        'nothing leads to it through shop.example/ any more',
        'it came to be reached through shop.example/app, too',
      ],
    ],
  ])('%s', async (_, after, changes) => {
    expect(await frontChanges(found([place()]), () => Promise.resolve(after))).toEqual(changes)
  })

  test('is gone', async () => {
    const gone = () => Promise.reject(new UserError('ingress/web leads to no Service'))
    expect(await frontChanges(found([place()]), gone)).toEqual(['what leads to it went away'])
  })

  test('cannot be read again, which says nothing', async () => {
    expect(await frontChanges(found([place()]), () => Promise.reject(new Error('refused')))).toEqual([])
  })
})
