import { describe, expect, test } from 'vitest'
import { conclude, differencesOf, overallResult } from '../../../src/judge/comparison.ts'
import type { ComparisonKind } from '../../../src/model/probe/results/comparison.ts'
import type { Verdict } from '../../../src/model/probe/results/verdict.ts'
import { buildResult, picks } from '../report/probe/build-result.ts'

const verdicts: Record<string, Partial<Verdict>> = {
  sticky: { behaviour: 'sticky', expected: 'sticky', result: 'as-expected' },
  spread: { behaviour: 'spread', expected: 'spread', result: 'as-expected' },
  broken: { behaviour: 'broken', expected: 'sticky', result: 'differs' },
  unclear: { behaviour: 'inconclusive', expected: 'sticky', result: 'inconclusive', reason: 'no-answers' },
}

const runs = (first: string, second: string) =>
  [
    { title: 'one', result: buildResult('A'.repeat(20), { verdict: verdicts[first]! }) },
    { title: 'two', result: buildResult('A'.repeat(20), { verdict: verdicts[second]! }) },
  ] as const

describe('what two runs say together', () => {
  const cases: [ComparisonKind, string, string, string, Verdict['result']][] = [
    ['what-if', 'spread', 'sticky', 'different', 'as-expected'],
    ['what-if', 'sticky', 'sticky', 'same', 'as-expected'],
    ['what-if', 'broken', 'sticky', 'different', 'differs'],
    ['what-if', 'sticky', 'unclear', 'unclear', 'inconclusive'],
    ['compare', 'broken', 'broken', 'same', 'differs'],
    ['compare', 'unclear', 'broken', 'unclear', 'differs'],
    ['echo', 'sticky', 'sticky', 'both-fine', 'as-expected'],
    ['echo', 'broken', 'sticky', 'application', 'as-expected'],
    ['echo', 'unclear', 'sticky', 'application-unclear', 'as-expected'],
    ['echo', 'sticky', 'broken', 'echo-only', 'differs'],
    ['echo', 'broken', 'broken', 'cluster', 'differs'],
    ['echo', 'unclear', 'broken', 'cluster', 'differs'],
    ['echo', 'broken', 'unclear', 'unclear', 'inconclusive'],
  ]
  for (const [kind, first, second, conclusion, result] of cases) {
    test(`${kind}: ${first}, ${second}`, () => {
      expect(conclude(kind, runs(first, second)).kind).toBe(conclusion)
      expect(overallResult(kind, runs(first, second))).toBe(result)
    })
  }
})

describe('in what two runs differ', () => {
  const of = (first: string, second: string, more: Parameters<typeof buildResult>[1] = {}) =>
    differencesOf([
      { title: 'one', result: buildResult(first) },
      { title: 'two', result: buildResult(second, more) },
    ])

  test('in nothing, though each spread picks otherwise', () => {
    expect(of(picks(60, 3), `${picks(59, 3)}A`)).toStrictEqual([])
  })

  test('in affinity and verdict, pods and switches', () => {
    const sticky = { policy: { kind: 'client-ip', timeoutSeconds: 5 } } as const
    expect(
      of(picks(60, 3), 'A'.repeat(60), { service: sticky, verdict: { ...verdicts['sticky'], switches: 0 } }),
    ).toStrictEqual(['affinity', 'behaviour', 'backends', 'switches'])
  })

  test('in latency only when it is far apart', () => {
    const latency = (p50: number) => ({ p50, p90: p50, p99: p50, max: p50 })
    const between = (a: number, b: number) =>
      differencesOf([
        { title: 'one', result: { ...buildResult('AB'), latency: latency(a) } },
        { title: 'two', result: { ...buildResult('AB'), latency: latency(b) } },
      ])
    expect(between(1, 5.9)).toStrictEqual([])
    expect(between(10, 19)).toStrictEqual([])
    expect(between(10, 21)).toStrictEqual(['latency'])
    expect(between(21, 10)).toStrictEqual(['latency'])
  })
})
