import { array, assert, integer, property } from 'fast-check'
import { expect, test } from 'vitest'
import { type Block, Course, joinAll } from '../../../../src/judge/statistics/course.ts'

/** All picks as one block, counted one by one. */
function counted(picks: readonly number[]): Partial<Block> {
  const hits = new Map<number, number>()
  const longest = new Map<number, number>()
  let run = 0
  let switches = 0
  for (const [place, pick] of picks.entries()) {
    const before = picks[place - 1]
    if (before !== undefined && before !== pick) switches += 1
    run = before === pick ? run + 1 : 1
    hits.set(pick, (hits.get(pick) ?? 0) + 1)
    longest.set(pick, Math.max(run, longest.get(pick) ?? 0))
  }
  const other = picks.findIndex((pick) => pick !== picks[0])
  const lastOther = picks.findLastIndex((pick) => pick !== picks.at(-1))
  return {
    picks: picks.length,
    switches,
    hits,
    longest,
    first: picks[0]!,
    last: picks.at(-1)!,
    head: other === -1 ? picks.length : other,
    tail: picks.length - 1 - lastOther,
  }
}

test('blocks that are joined, in whichever pairs, are the picks that they are of', () => {
  const runs = array(
    integer({ min: 0, max: 2 }).chain((pod) => integer({ min: 1, max: 150 }).map((n) => ({ pod, n }))),
    {
      minLength: 1,
      maxLength: 20,
    },
  )
  assert(
    property(runs, (parts) => {
      const picks = parts.flatMap(({ pod, n }) => Array.from({ length: n }, () => pod))
      for (const most of [4, 1024]) {
        const course = new Course(most)
        for (const [index, pick] of picks.entries()) course.pick(pick, index)
        const blocks = course.blocks()
        expect(joinAll(blocks)).toMatchObject({ ...counted(picks), fromMs: 0, toMs: picks.length - 1 })
        // Those that were given are as they were.
        expect(joinAll(blocks)).toEqual(joinAll(course.blocks()))
      }
    }),
    { numRuns: 30 },
  )
  expect(joinAll([])).toBeUndefined()
})
