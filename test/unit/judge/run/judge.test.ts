import { array, assert, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JudgeInput } from '../../../../src/judge/run/input.ts'
import { judge } from '../../../../src/judge/run/judge.ts'
import { stretchesOf } from '../../../../src/judge/run/stretches.ts'
import { judgeNotes } from '../../../../src/judge/run/notes.ts'
import { inputOf } from '../simulate.ts'

const letters = (text: string): number[] => Array.from(text, (letter) => letter.charCodeAt(0))
const none = { behaviour: 'spread', because: 'it is configured' } as const
const judged = (text: string, endpoints: number, overrides: Partial<JudgeInput> = {}) =>
  judge(inputOf(letters(text), endpoints, overrides))

const sticky = 'A'.repeat(21)
const spread = 'ABCACBBACABCCBACABCB'

describe('what is expected', () => {
  test('follows from the configuration', () => {
    expect(judged(sticky, 3)).toMatchObject({
      behaviour: 'sticky',
      expected: 'sticky',
      result: 'as-expected',
    })
    expect(judged(sticky, 3, { expectation: none })).toMatchObject({ expected: 'spread', result: 'differs' })
    expect(judged(spread, 3)).toMatchObject({ behaviour: 'spread', expected: 'sticky', result: 'differs' })
    expect(judged(spread, 3, { expectation: none })).toMatchObject({
      behaviour: 'spread',
      result: 'as-expected',
    })
  })

  test('or from the user', () => {
    expect(judged(sticky, 3, { expectation: { ...none, because: 'it was asked for' } })).toMatchObject({
      expected: 'spread',
      result: 'differs',
    })
    expect(judged(sticky, 3, { expectation: { ...none, behaviour: 'sticky' } })).toMatchObject({
      result: 'as-expected',
    })
  })
})

describe('the whole run counts', () => {
  test('an early break that the last fifteen answers hide', () => {
    expect(judged(`AA${'B'.repeat(19)}`, 3)).toMatchObject({
      behaviour: 'broken',
      result: 'differs',
      switches: 1,
    })
  })

  test('one answer from elsewhere in the middle', () => {
    expect(judged(`${'A'.repeat(12)}B${'A'.repeat(8)}`, 3)).toMatchObject({
      behaviour: 'broken',
      switches: 2,
    })
  })

  test('a switch without an explanation is never as expected where affinity is', () => {
    const run = array(integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 60 })
    assert(
      property(run, integer({ min: 1, max: 5 }), (picks, endpoints) => {
        const input = inputOf(picks, endpoints)
        const verdict = judge(input)
        if (input.switches > 0) expect(verdict.result).toBe('differs')
        else expect(verdict.behaviour).not.toMatch(/spread|broken/)
        expect(verdict.errorProbability).toBeGreaterThanOrEqual(0)
        expect(verdict.errorProbability).toBeLessThanOrEqual(1)
        expect(verdict.reason === undefined).toBe(verdict.behaviour !== 'inconclusive')
      }),
    )
  })

  test('a Service that should spread but keeps pods for a while', () => {
    const text = 'A'.repeat(30) + 'B'.repeat(30) + 'C'.repeat(30)
    expect(judged(text, 3, { expectation: none })).toMatchObject({ behaviour: 'broken', result: 'differs' })
  })
})

describe('explained switches', () => {
  test('do not break affinity', () => {
    const verdict = judged(`${'A'.repeat(20)}${'B'.repeat(20)}`, 3, {
      goneSwitches: 1,
      endpointsChanged: true,
    })
    expect(verdict).toMatchObject({ behaviour: 'sticky', switches: 1, explainedSwitches: 1 })
    expect(verdict.errorProbability).toBeLessThan(1e-6)
  })

  test('after every silence prove nothing', () => {
    const { switches } = inputOf(letters(spread), 3)
    const input = inputOf(letters(spread), 3, { expiredSwitches: switches, bindingPicks: [] })
    const verdict = judge(input)
    expect(verdict).toMatchObject({ behaviour: 'inconclusive', reason: 'silences' })
  })

  test('one that is not explained breaks it', () => {
    const text = `${'A'.repeat(20)}${'B'.repeat(20)}${'C'.repeat(20)}`
    expect(judged(text, 3, { goneSwitches: 1 })).toMatchObject({ behaviour: 'broken' })
  })

  test('pods that are replaced do not make a spread Service look as if it kept them', () => {
    const text = 'ABCACBBACABCCBACABCB'.repeat(4) + 'DEFDFEEDFDEFFEDFDEFE'.repeat(4)
    const { course } = inputOf(letters(text), 3)
    const stretches = stretchesOf(course, [80 * 20], 0, () => 3)
    const changed = judged(text, 3, { expectation: none, endpointsChanged: true, stretches })
    expect(changed).toMatchObject({ behaviour: 'spread', result: 'as-expected' })
  })
})

describe('inconclusive', () => {
  test.each<[string, string, number, Partial<JudgeInput>]>([
    ['no-answers', '', 3, {}],
    ['too-few-requests', 'AAAAAAAAAA', 2, {}],
    ['too-few-requests', 'ABA', 3, { expectation: none }],
    ['interrupted', 'AAAAAAAAAA', 2, { interrupted: true }],
    ['one-endpoint', sticky, 1, {}],
    ['one-endpoint', sticky, 1, { expectation: none }],
    ['one-connection', 'A', 3, { answers: 500 }],
    // More of the same would not help.
    ['one-connection', 'AAA', 3, { answers: 500 }],
    ['silences', sticky, 3, { bindingPicks: [{ eligible: 3, picks: 3 }] }],
    ['failures', 'AAA', 3, { missing: 100, unheard: [] }],
    [
      'one-endpoint',
      sticky,
      3,
      {
        bindingPicks: [
          { eligible: 1, picks: 17 },
          { eligible: 3, picks: 3 },
        ],
      },
    ],
    ['backends-not-told-apart', sticky, 3, { anonymous: 'told' }],
    ['backends-not-told-apart', 'ABCDEFGHIJKLMNOPQRSTU', 3, { anonymous: 'told' }],
    ['backends-not-told-apart', 'ABCDEFGHIJKLMNOPQRSTU', 30, { anonymous: 'told' }],
    ['backends-not-told-apart', '', 3, { unrecognised: 20 }],
    ['backends-not-told-apart', sticky, 3, { isUnconfirmed: true }],
    ['observations-lost', sticky, 3, { lost: 1 }],
    ['observations-lost', sticky, 3, { lost: 1, agentTotals: { switches: 2 } }],
  ])('%s: %s with %i pods', (reason, text, endpoints, overrides) => {
    expect(judged(text, endpoints, overrides)).toMatchObject({
      behaviour: 'inconclusive',
      result: 'inconclusive',
      reason,
    })
  })

  test('an interrupted run with enough data is judged', () => {
    expect(judged(sticky, 3, { interrupted: true })).toMatchObject({ behaviour: 'sticky' })
    expect(judged(spread, 3, { interrupted: true })).toMatchObject({ behaviour: 'spread' })
  })

  test('the agent can vouch for what was lost', () => {
    expect(judged(sticky, 3, { lost: 5, agentTotals: { switches: 0 } })).toMatchObject({
      behaviour: 'sticky',
    })
  })

  test('switches that were seen are no less certain for what was lost', () => {
    expect(judged(spread, 3, { lost: 500 })).toMatchObject({ behaviour: 'spread', result: 'differs' })
  })

  test('a few distinct answers are backends, and a note says so', () => {
    const input = inputOf(letters(spread), 3, { anonymous: 'told', expectation: none })
    const verdict = judge(input)
    expect(verdict).toMatchObject({ behaviour: 'spread' })
    expect(judgeNotes([{ input, verdict }])[0]).toMatch(/^No answer names a pod, so 3 distinct answers/)
  })
})

test('what differs between verdicts in a number only is said once', () => {
  const judgements = [10, 20].map((lost, index) => {
    const input = inputOf(letters(sticky.slice(index * 4)), 3, {
      lost,
      agentTotals: { switches: 0 },
      endpointsChanged: true,
    })
    return { input, verdict: { ...judge(input), excludedShare: 0.4 + index / 10 } }
  })
  expect(judgeNotes(judgements)).toEqual([
    '30 observations were lost on their way; the others are enough for the verdict.',
    expect.stringContaining('a pod that gets more than 50.0 % of them'),
    'Endpoints came, went or changed their readiness during the run.',
  ])
})

test('sticky says which rate of breaks it excludes', () => {
  expect(judged(sticky, 3).breakRateBound).toBeCloseTo(0.4988, 4)
  expect(judged(spread, 3).breakRateBound).toBeUndefined()
})

test('an inconclusive run that looks clustered says how likely chance does that', () => {
  const run =
    'AAAABBBCABCCABBBACCAAABABBACCAABAACBBBBBBACCBBBABBCCCCBABABACBCCCAAABCCCBBCCCCCACAAACBAACACCBBBBABBCCCBAACABBBCAAABAACAAABBCAAABABCCCBABBCCBCCCCCBBAAC'
  const { reason, errorProbability } = judged(run, 3, { expectation: none })
  expect(reason).toBe('clustered')
  expect(errorProbability).toBeGreaterThan(1e-4)
  expect(errorProbability).toBeLessThan(1e-3)
})

describe('what stands in the way of a verdict', () => {
  test('a pod that never answers makes another one look sticky', () => {
    const half = Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? 0 : undefined))
    for (const expectation of [none, inputOf([], 2).expectation])
      expect(judge(inputOf(half, 2, { expectation }))).toMatchObject({
        reason: 'failures',
        unheard: ['pod-0'],
      })
    // Also where it is known to answer otherwise: half of the picks are missing.
    expect(judge(inputOf(half, 2, { unheard: [] }))).toMatchObject({ reason: 'failures' })
  })

  test('two failures do not, where every endpoint answers', () => {
    const picks = [...Array.from({ length: 28 }, () => 0), undefined, undefined]
    expect(judge(inputOf(picks, 2, { unheard: [] }))).toMatchObject({ behaviour: 'sticky' })
  })

  test('a name that others say too, a Service that changed, answers without names', () => {
    expect(judged(sticky, 3, { nameIsShared: true })).toMatchObject({ reason: 'one-name' })
    expect(judged(spread, 3, { serviceChanges: ['it was deleted'] })).toMatchObject({
      reason: 'service-changed',
    })
    expect(judged(spread, 3, { anonymous: 'guessed' })).toMatchObject({ reason: 'backends-not-told-apart' })
  })

  test('hundreds of picks with one endpoint: more would not help', () => {
    const picks = 'A'.repeat(802)
    expect(judged(picks, 2, { bindingPicks: [{ eligible: 1, picks: 801 }] })).toMatchObject({
      reason: 'one-endpoint',
    })
  })

  test('affinity that is switched on in the middle is found, and where', () => {
    const before = Array.from({ length: 20 }, () => spread).join('')
    const verdict = judged(`${before}${'B'.repeat(300)}`, 3, { expectation: none })
    expect(verdict).toMatchObject({ behaviour: 'broken', place: { letter: expect.any(String) } })
    expect(verdict.place?.fromMs).toBeGreaterThan(6000)
    expect(judged(`${before.slice(0, 148)}${'B'.repeat(42)}`, 3, { expectation: none }).behaviour).toBe(
      'broken',
    )
  })
})
