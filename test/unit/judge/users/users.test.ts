import { describe, expect, test } from 'vitest'
import { judge } from '../../../../src/judge/run/judge.ts'
import { judgeUsers, type JudgedSession } from '../../../../src/judge/users/users.ts'
import { runOf, usersScenarios } from '../../../statistics/users-scenarios.ts'
import { inputOf, seeded } from '../simulate.ts'

/** What is said of users at one entry of whom nobody asked for anything. */
const usersAt = (expected: 'spread' | 'sticky', ...sessions: JudgedSession[]) =>
  judgeUsers({
    entry: 0,
    expected,
    isAsked: false,
    acceptedError: 1e-6,
    path: '/',
    configured: [],
    proxyCookies: new Set(),
    sessions,
  })

// The same grid as `npm run test:statistics`, in short: nothing that is stated as good as never happens in so few runs.
test.each(usersScenarios.map((scenario, index) => ({ ...scenario, index })))(
  '$truth, $pods pods',
  (scenario) => {
    const random = seeded(100 + scenario.index)
    const wrong = Array.from({ length: 40 }, () => runOf(scenario, random)).filter((verdict) =>
      scenario.wrong(verdict),
    )
    expect(wrong).toEqual([])
  },
)

describe('where nobody is meant to stay, one of whom the order leaves it open', () => {
  const called = (picks: number[], pods: number): string => {
    const verdict = judge(
      inputOf(picks, pods, { expectation: { behaviour: 'spread', because: '' }, unheard: [] }),
    )
    if (verdict.behaviour !== 'inconclusive') return 'judged'
    const { users } = usersAt('spread', { client: 0, keepsCookies: true, verdict, cookies: [] })
    return users.spread === 1 ? 'spread' : 'open'
  }

  test.each([2, 3, 10])('%i pods: is as good as never spread if every second pick is kept', (pods) => {
    const random = seeded(1)
    const any = (): number => Math.floor(random() * pods)
    const said = Array.from({ length: 2000 }, () => {
      let own = any()
      return called(
        Array.from({ length: 40 }, () => (own = random() < 0.5 ? any() : own)),
        pods,
      )
    })
    // 0.1 % of 2000, and what chance adds to it.
    expect(said.filter((one) => one === 'spread').length).toBeLessThanOrEqual(7)
    expect(said.filter((one) => one === 'open').length).toBeGreaterThan(100)
  })
})

test('the same value again and again is no other one', () => {
  const verdict = judge(
    inputOf([0, 1, 2, 0, 1, 2, 1, 0, 2, 1, 0, 1, 2, 0, 1, 2, 0, 2, 1, 0], 3, { unheard: [] }),
  )
  const cause = (values: number) =>
    usersAt('sticky', {
      client: 0,
      keepsCookies: true,
      verdict,
      cookies: [
        {
          name: 'route',
          set: 20,
          values,
          sent: 19,
          disagreed: 0,
          first: { length: 0, form: 'other', path: '/' },
        },
      ],
    }).cause
  expect(cause(1)).toMatchObject({ kind: 'ignored', anew: false })
  expect(cause(20)).toMatchObject({ kind: 'ignored', anew: true })
})

describe('where who keeps nothing is to stay, too', () => {
  const one = Array.from({ length: 30 }, () => 0)
  const turns = Array.from({ length: 30 }, (_, index) => (index * 7) % 3)
  const judged = (user: number[], control: number[]) => {
    const session = (picks: number[], keepsCookies: boolean) => ({
      client: 0,
      keepsCookies,
      verdict: judge(inputOf(picks, 3, { expectation: { behaviour: 'sticky', because: '' }, unheard: [] })),
      cookies: [],
    })
    return usersAt('sticky', session(user, true), session(control, false))
  }

  test('it is as configured that both do', () => {
    expect(judged(one, one)).toMatchObject({ result: 'as-expected', cause: { kind: 'configured' } })
    expect(judged(one, one.slice(0, 3))).toMatchObject({ result: 'as-expected' })
  })

  test('nobody looks for a cookie where they do not', () => {
    expect(judged(turns, turns)).toMatchObject({ result: 'differs', cause: { kind: 'configured' } })
  })
})

describe('with several clients', () => {
  const stays = Array.from({ length: 30 }, () => 0)
  const spreads = Array.from({ length: 30 }, (_, index) => (index * 7) % 3)
  const dealtInStep = Array.from({ length: 30 }, (_, index) => Math.floor(index / 8) % 3)
  const of = (client: number, picks: number[], keepsCookies: boolean): JudgedSession => ({
    client,
    keepsCookies,
    verdict: judge(
      inputOf(picks, 3, {
        expectation: { behaviour: keepsCookies ? 'sticky' : 'spread', because: '' },
        unheard: [],
      }),
    ),
    cookies: keepsCookies
      ? [
          {
            name: 'route',
            set: 1,
            values: 1,
            sent: 29,
            disagreed: 0,
            first: { length: 9, form: 'other', path: '/' },
          },
        ]
      : [],
  })
  const judged = (...controls: number[][]) =>
    usersAt(
      'sticky',
      ...controls.flatMap((picks, client) => [of(client, stays, true), of(client, picks, false)]),
    )

  test('one whose requests without a jar are open leaves the cause to the others', () => {
    expect(judged(dealtInStep)).toMatchObject({ result: 'inconclusive', cause: { kind: 'unproven' } })
    expect(judged(dealtInStep, spreads, spreads)).toMatchObject({
      result: 'as-expected',
      control: 'spread',
      cause: { kind: 'cookie', cookies: ['route'] },
    })
  })

  test('one at which requests without a jar stay is held by something else', () => {
    expect(judged(spreads, stays)).toMatchObject({
      result: 'inconclusive',
      control: 'sticky',
      cause: { kind: 'something-else' },
    })
  })
})
