import type { JudgeInput } from '../../src/judge/run/input.ts'
import { requestsNeeded } from '../../src/judge/run/requests.ts'
import type { Shares } from '../../src/judge/statistics/shares.ts'
import type { Expectation } from '../../src/model/affinity/expectation.ts'
import type { Verdict } from '../../src/model/probe/results/verdict.ts'
import {
  failing,
  homePod,
  inputOf,
  leastConnections,
  picksOf,
  type Proxy,
  type Random,
  roundRobin,
  silent,
  slipping,
  switchedAt,
  twoNodes,
  uniform,
  weighted,
} from '../unit/judge/simulate.ts'

type Pick = number | undefined

/** A Service whose truth is known, and what the judge must not say of it. */
export interface Scenario {
  truth: string
  configured: 'None' | 'ClientIP'
  pods: number
  requests: number
  /** Runs of it for each 1,000 that are asked for: long ones are fewer. */
  perThousand: number
  /** What happens: others in which the same happens can be judged by the same runs. */
  world: string
  picks: (random: Random) => readonly Pick[]
  overrides?: Partial<JudgeInput>
  /** Verdicts that are wrong, and how often they may be. */
  wrong: (verdict: Verdict) => boolean
  stated: number
}

const expectations: Record<Scenario['configured'], Expectation> = {
  None: { behaviour: 'spread', because: 'it is configured' },
  ClientIP: { behaviour: 'sticky', idleMs: 10_800_000, because: 'it is configured' },
}

/** The judge's inputs for one run: of all that are asked of it. */
export function inputsFor(asked: readonly Scenario[], random: Random): JudgeInput[] {
  const [{ picks, pods }] = asked as readonly [Scenario]
  const input = inputOf(picks(random), pods)
  return asked.map(({ configured, overrides }) => ({
    ...input,
    expectation: expectations[configured],
    ...overrides,
  }))
}

const accepted = 1e-6
const name = 0.001

const says =
  (...behaviours: readonly Verdict['behaviour'][]) =>
  ({ behaviour }: Verdict): boolean =>
    behaviours.includes(behaviour)

const perThousandOf = (requests: number): number => (requests > 20_000 ? 10 : requests > 2000 ? 100 : 1000)

interface Sketch {
  truth: string
  pods: number
  requests?: number
  proxy: (random: Random) => Proxy
  answers?: (picks: readonly number[], random: Random) => readonly Pick[]
  overrides?: Partial<JudgeInput>
  shares?: Shares
}

function scenario(
  { truth, pods, requests, proxy, answers, overrides, shares }: Sketch,
  configured: Scenario['configured'],
  wrong: Scenario['wrong'],
  stated: number,
): Scenario {
  const count =
    requests ??
    requestsNeeded(pods, accepted, configured === 'None' ? 'spread' : 'sticky', { shares: shares ?? 'even' })
  return {
    truth: `${truth}${shares === undefined || shares === 'even' ? '' : shares === 'unknown' ? '; shares not known' : `; shares of ${shares.largest * 100} % known`}`,
    configured,
    pods,
    requests: count,
    perThousand: perThousandOf(count),
    world: [truth.replace(', by name', ''), pods, count].join(),
    picks: (random) => {
      const picks = picksOf(proxy(random), count)
      return answers === undefined ? picks : answers(picks, random)
    },
    overrides: { shares: shares ?? 'even', ...overrides },
    wrong,
    stated,
  }
}

/** A Service that spreads: never sticky; and not broken, where it spreads as configured, or as a name for affinity that fails. Where shares are not known, shares and slips look the same, and the name says neither. */
function spreading(sketch: Sketch): Scenario[] {
  const byName =
    sketch.shares === 'unknown'
      ? []
      : [scenario({ ...sketch, truth: `${sketch.truth}, by name` }, 'ClientIP', says('broken'), name)]
  return [
    scenario(sketch, 'None', says('sticky', 'broken'), accepted),
    scenario(sketch, 'ClientIP', says('sticky'), accepted),
    ...byName,
  ]
}

/** A Service that does something else than either: not as configured. */
function neither(sketch: Sketch, stated = name): Scenario[] {
  return [scenario(sketch, 'None', says('spread'), stated)]
}

const lengths = [200, 1000, 10_000, 100_000]

const evenly = [2, 3, 10, 50].flatMap((pods) =>
  [undefined, ...(pods === 3 ? lengths : [])].flatMap((requests) =>
    spreading({
      truth: 'spread',
      pods,
      ...(requests === undefined ? {} : { requests }),
      proxy: (random) => uniform(random, pods),
    }),
  ),
)

const inTurn = [2, 3, 50].flatMap((pods) =>
  [undefined, 1000, 100_000].flatMap((requests) => {
    const sketch = { pods, ...(requests === undefined ? {} : { requests }) }
    return [
      ...spreading({ ...sketch, truth: 'round robin', proxy: (random) => roundRobin(random, pods) }),
      ...spreading({
        ...sketch,
        truth: 'least connections',
        proxy: (random) => leastConnections(random, pods),
      }),
    ]
  }),
)

const unevenly = (
  [
    ['90/10', [9, 1], 0.9],
    ['98/2', [98, 2], 0.98],
    ['60/30/10', [6, 3, 1], 0.6],
  ] as const
).flatMap(([words, weights, largest]) => {
  const sketch = {
    truth: `weights ${words}`,
    pods: weights.length,
    proxy: (random: Random): Proxy => weighted(random, weights),
  }
  return [
    ...[undefined, ...lengths.slice(1)].flatMap((requests) =>
      spreading({ ...sketch, ...(requests === undefined ? {} : { requests }), shares: { largest } }),
    ),
    ...(largest > 0.9
      ? []
      : [undefined, 1000].flatMap((requests) =>
          spreading({ ...sketch, ...(requests === undefined ? {} : { requests }), shares: 'unknown' }),
        )),
  ]
})

const changing = (
  [
    ['affinity on after 6 of 14 s', 6 / 14, 'on'],
    ['affinity off after 6 of 14 s', 6 / 14, 'off'],
    ['affinity on for the last fifth', 0.8, 'on'],
  ] as const
).flatMap(([truth, share, to]) =>
  [2, 3, 10].flatMap((pods) =>
    [190, 700, 10_000, 100_000].flatMap((requests) =>
      (['even', 'unknown'] as const).flatMap((shares) =>
        neither({
          truth,
          pods,
          requests,
          shares,
          proxy: (random) =>
            to === 'on'
              ? switchedAt(share * requests, uniform(random, pods), slipping(random, pods, 0))
              : switchedAt(share * requests, slipping(random, pods, 0), uniform(random, pods)),
        }),
      ),
    ),
  ),
)

const slips = [2, 3, 10, 50].flatMap((pods) =>
  [undefined, 200, 1000].flatMap((requests) => {
    const sketch = { pods, ...(requests === undefined ? {} : { requests }) }
    return (['even', 'unknown'] as const).flatMap((shares) =>
      neither({
        ...sketch,
        truth: '2 % slips from a pod that it returns to',
        shares,
        proxy: (random) => homePod(random, pods, 0.02),
      }),
    )
  }),
)

const keeps = [2, 3, 10].flatMap((pods) =>
  [1000, 10_000].flatMap((requests) =>
    neither({
      truth: 'every fifth pick is free',
      pods,
      requests,
      proxy: (random) => slipping(random, pods, 0.2),
    }),
  ),
)

/** One of the pods, or more, never answers. */
const dead = (
  [
    [2, 1],
    [3, 1],
    [3, 2],
    [10, 9],
  ] as const
).flatMap(([pods, silentPods]) =>
  [undefined, 100, 1000].flatMap((requests) => {
    const sketch = {
      truth: `spread, ${silentPods} never ${silentPods === 1 ? 'answers' : 'answer'}`,
      pods,
      ...(requests === undefined ? {} : { requests }),
      proxy: (random: Random): Proxy => uniform(random, pods),
      answers: (picks: readonly number[]) => silent(picks, silentPods),
    }
    return [
      scenario(sketch, 'None', says('sticky', 'broken'), accepted),
      scenario(sketch, 'ClientIP', says('sticky'), accepted),
      // Even where somebody vouches for them.
      scenario(
        { ...sketch, truth: `${sketch.truth} though they could`, overrides: { unheard: [] } },
        'ClientIP',
        says('sticky'),
        accepted,
      ),
    ]
  }),
)

const failures = [2, 3].flatMap((pods) =>
  [0.05, 0.5].flatMap((rate) => {
    const answers = (picks: readonly number[], random: Random): readonly Pick[] =>
      failing(picks, rate, random)
    const truth = `${rate * 100} % of the requests fail`
    return [
      scenario(
        { truth: `spread, ${truth}`, pods, proxy: (random) => uniform(random, pods), answers },
        'None',
        says('sticky', 'broken'),
        accepted,
      ),
      scenario(
        {
          truth: `spread, ${truth}`,
          pods,
          proxy: (random) => uniform(random, pods),
          answers,
          overrides: { unheard: [] },
        },
        'ClientIP',
        says('sticky'),
        accepted,
      ),
      scenario(
        { truth: `sticky, ${truth}`, pods, proxy: (random) => slipping(random, pods, 0), answers },
        'ClientIP',
        says('spread', 'broken'),
        0,
      ),
    ]
  }),
)

const toTheDead: Scenario[] = [2, 3].flatMap((pods) => [
  scenario(
    {
      truth: 'one pick in ten slips to a pod that never answers',
      pods,
      requests: 100,
      proxy: (random) => homePod(random, 2, 0.2, 0),
      answers: (picks) => silent(picks, 1, 1),
    },
    'ClientIP',
    // With no slip at all there is nothing to see.
    (verdict) => verdict.behaviour === 'sticky' && verdict.answers < 100,
    0,
  ),
])

const others: Scenario[] = [
  scenario(
    {
      truth: 'ten of one, then ten of another',
      pods: 20,
      requests: 20,
      proxy: () =>
        switchedAt(
          10,
          () => 0,
          () => 1,
        ),
    },
    'None',
    (verdict) => verdict.behaviour !== 'broken',
    0,
  ),
  scenario(
    {
      truth: '260 of one, then one of another',
      pods: 2,
      requests: 261,
      proxy: () =>
        switchedAt(
          260,
          () => 0,
          () => 1,
        ),
    },
    'None',
    (verdict) => verdict.behaviour !== 'broken',
    0,
  ),
  ...[2, 3, 10].map((pods) =>
    scenario(
      { truth: 'sticky', pods, proxy: (random) => slipping(random, pods, 0) },
      'ClientIP',
      (verdict) => verdict.behaviour !== 'sticky',
      0,
    ),
  ),
  scenario(
    {
      truth: 'two nodes with a pod each, by turns',
      pods: 4,
      requests: 100,
      proxy: (random) => twoNodes(random, 4),
    },
    'ClientIP',
    // One time in four both hold the same pod.
    (verdict) => verdict.behaviour === 'sticky' && verdict.switches > 0,
    0,
  ),
]

export const scenarios: readonly Scenario[] = [
  ...evenly,
  ...inTurn,
  ...unevenly,
  ...changing,
  ...slips,
  ...keeps,
  ...dead,
  ...failures,
  ...toTheDead,
  ...others,
]

/** Up to so many requests each scenario has runs of its own: to judge them takes longer than to make them. */
export const mostShort = 400

/** Scenarios that are judged by the same runs, by the index of the first one. */
export const worlds: ReadonlyMap<number, readonly Scenario[]> = new Map(
  [
    ...Map.groupBy(scenarios.entries(), ([index, { world, requests }]) =>
      requests > mostShort ? world : index,
    ).values(),
  ].map((asked) => [asked[0]![0], asked.map(([, scenario]) => scenario)]),
)
