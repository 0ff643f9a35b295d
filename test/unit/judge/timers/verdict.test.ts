import { describe, expect, test } from 'vitest'
import type { TimerConclusion } from '../../../../src/judge/timers/conclude.ts'
import { timeoutVerdict, type VerdictInput } from '../../../../src/judge/timers/verdict.ts'

function verdict(
  finding: Partial<TimerConclusion['finding']>,
  more: Partial<VerdictInput> & { settled?: boolean } = {},
): string {
  const { settled = true, ...input } = more
  const { result, reason } = timeoutVerdict({
    conclusion: {
      finding: { outcome: 'timed', fromMs: 9700, toMs: 10_200, idleProbability: 1, ...finding },
      settled,
    },
    configuredSeconds: 10,
    proxy: undefined,
    oneClient: false,
    acceptedError: 0.001,
    eligible: 3,
    notToldApart: false,
    interrupted: false,
    ...input,
  })
  return reason ?? result
}

const held = {
  conclusion: { finding: { outcome: 'held', fromMs: 20_000, idleProbability: 0.7 }, settled: true },
} as const

describe('compared with what is configured', () => {
  test.each([
    ['around it', { fromMs: 9700, toMs: 10_200 }, 'as-expected'],
    ['up to a second late', { fromMs: 10_900, toMs: 11_400 }, 'as-expected'],
    ['later', { fromMs: 11_200, toMs: 12_000 }, 'differs'],
    ['up to a second early', { fromMs: 9100, toMs: 9500 }, 'as-expected'],
    ['earlier', { fromMs: 8000, toMs: 8800 }, 'differs'],
    ['a floor of two minutes', { fromMs: 118_000, toMs: 121_000 }, 'differs'],
    ['not kept at all', { outcome: 'not-held', fromMs: 0, toMs: 500 }, 'differs'],
  ] as const)('%s', (_name, finding, expected) => {
    expect(verdict(finding)).toBe(expected)
  })

  const kubeProxy = { name: 'kube-proxy', clock: { earlyMs: 0, lateMs: 0 } }
  const cilium = { name: 'Cilium', clock: { earlyMs: 1000, lateMs: 0 } }
  const antrea = { name: 'Antrea', clock: { earlyMs: 0, lateMs: 1000 } }
  test.each([
    ['an exact clock, on time', kubeProxy, { fromMs: 9900, toMs: 10_060 }, 'as-expected'],
    ['an exact clock, half a second late', kubeProxy, { fromMs: 10_400, toMs: 10_600 }, 'differs'],
    ['seconds that are cut', cilium, { fromMs: 8700, toMs: 10_300, clock: 'whole-seconds' }, 'as-expected'],
    ['seconds that are cut, late', cilium, { fromMs: 10_300, toMs: 10_700 }, 'differs'],
    ['a look every second', antrea, { fromMs: 9700, toMs: 11_300, clock: 'whole-seconds' }, 'as-expected'],
    ['a look every second, early', antrea, { fromMs: 9200, toMs: 9700 }, 'differs'],
  ] as const)('by the clock of the proxy: %s', (_name, proxy, finding, expected) => {
    expect(verdict(finding, { proxy })).toBe(expected)
  })

  test('clients that look like one tell nothing, whatever was found', () => {
    expect(verdict({ fromMs: 20_000, toMs: 20_500 }, { oneClient: true })).toBe('one-client')
  })

  test('a wide range tells nothing unless all of it is elsewhere', () => {
    expect(verdict({ fromMs: 5000, toMs: 15_000 }, { settled: false })).toBe('too-few-trials')
    expect(verdict({ fromMs: 5000, toMs: 15_000 }, { settled: false, interrupted: true })).toBe('interrupted')
    expect(verdict({ fromMs: 1000, toMs: 5000 }, { settled: false, interrupted: true })).toBe('differs')
  })

  test('a kind that stays open does not matter', () => {
    expect(verdict({ fromMs: 9700, toMs: 10_300 }, { settled: false })).toBe('as-expected')
  })

  test('held for as long as was waited', () => {
    expect(verdict({}, { ...held, configuredSeconds: 10_800 })).toBe('as-expected')
    expect(verdict({}, { ...held, configuredSeconds: 20 })).toBe('as-expected')
    expect(verdict({}, { ...held, configuredSeconds: 10 })).toBe('differs')
    expect(verdict({}, { ...held, configuredSeconds: undefined })).toBe('differs')
  })

  test('None is not kept', () => {
    expect(verdict({ outcome: 'not-held', fromMs: 0, toMs: 510 }, { configuredSeconds: undefined })).toBe(
      'as-expected',
    )
    expect(verdict({}, { configuredSeconds: undefined })).toBe('differs')
  })

  test('at no single time', () => {
    expect(verdict({ outcome: 'inexact', fromMs: 5000, toMs: 20_000 })).toBe('no-single-time')
    expect(verdict({ outcome: 'inexact', fromMs: 15_000, toMs: 20_000 })).toBe('differs')
  })

  test('what cannot tell', () => {
    expect(verdict({}, { eligible: 1 })).toBe('one-endpoint')
    expect(verdict({}, { notToldApart: true })).toBe('backends-not-told-apart')
    expect(verdict({}, { conclusion: undefined })).toBe('no-trials')
    expect(verdict({}, { conclusion: undefined, interrupted: true })).toBe('interrupted')
  })
})
