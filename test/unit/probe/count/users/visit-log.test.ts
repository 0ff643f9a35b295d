import { expect, test } from 'vitest'
import { VisitLog } from '../../../../../src/probe/count/users/visit-log.ts'

type Visit = [counter: number | undefined, pod: string | undefined]

test.each<[string, Visit[], object | undefined]>([
  ['nothing', [[undefined, 'a']], undefined],
  [
    'a session that lasts',
    [
      [1, 'a'],
      [2, 'a'],
      [undefined, 'a'],
      [3, 'a'],
    ],
    { counted: 3, highest: 3, lost: 0, lostOnPod: 0 },
  ],
  [
    'others who count along',
    [
      [1, 'a'],
      [7, 'a'],
    ],
    { counted: 2, highest: 7, lost: 0, lostOnPod: 0 },
  ],
  [
    'a pod that does not know it',
    [
      [1, 'a'],
      [2, 'a'],
      [1, 'b'],
      [2, 'b'],
    ],
    { counted: 4, highest: 2, lost: 1, lostOnPod: 0 },
  ],
  [
    'a pod that has forgotten it',
    [
      [5, 'a'],
      [1, 'a'],
      [1, undefined],
    ],
    { counted: 3, highest: 5, lost: 2, lostOnPod: 1 },
  ],
])('%s', (_name, visits, expected) => {
  const log = new VisitLog()
  for (const [counter, pod] of visits) log.add(counter, pod)
  expect(log.report()).toEqual(expected)
})

test('who comes back goes on where it was', () => {
  const before = new VisitLog()
  before.add(7, 'a')
  const after = new VisitLog(before)
  after.add(1, 'a')
  after.add(2, 'a')
  expect(after.report()).toEqual({ counted: 2, highest: 2, lost: 1, lostOnPod: 1 })
})
