import { expect, it } from 'vitest'
import type { Explanation } from '../../../../src/analysis/analyse.ts'
import type { Path } from '../../../../src/model/affinity/leg.ts'
import type { Policy } from '../../../../src/model/affinity/policy.ts'
import { policySentence } from '../../../../src/report/explain/words.ts'

/** A way on which a hop decides by this policy, and its share of the requests. */
const way = (policy: object, share?: number): Path =>
  ({ hops: [{ role: 'decides', policy: policy as Policy }], share }) as unknown as Path

const sid = { kind: 'cookie', name: 'sid', madeBy: 'proxy' }

it.each<[string, Path[]]>([
  ['no way leads through it', []],
  ['clients stick on cookie "sid"', [way(sid), way(sid)]],
  ['clients stick on cookie "sid", on 1 of 2 ways', [way(sid), way({ kind: 'none' })]],
  ['nothing keeps clients on a pod', [way({ kind: 'none' })]],
  ['nothing keeps clients on a pod', [way(sid, 0.5), way(sid, 0.5)]],
  ['whether clients stick cannot be seen on every way', [way(sid), way({ kind: 'unknown' })]],
])('of the ways of a target: %s', (said, paths) => {
  expect(policySentence({ service: undefined, paths } as unknown as Explanation)).toBe(said)
})
