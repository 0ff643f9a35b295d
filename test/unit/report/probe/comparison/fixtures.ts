import { conclude, differencesOf, overallResult } from '../../../../../src/judge/comparison.ts'
import type { ComparisonKind, ProbeComparison } from '../../../../../src/model/probe/results/comparison.ts'
import type { ProbeResult } from '../../../../../src/model/probe/results/probe-result.ts'
import { fixtures } from '../fixtures.ts'

const fixture = (name: string): ProbeResult => {
  const result = fixtures[name]?.()
  if (result === undefined) throw new Error(`no fixture ${name}`)
  return result
}

/** The result as that of a shadow, whose pods are others when they are echo pods. */
const shadowed = (result: ProbeResult, isEcho = false): ProbeResult => ({
  ...result,
  service: { ...result.service, name: `${result.service.name}-affinity-1a2b3c4d`, clusterIP: '10.96.77.5' },
  backends: result.backends.map((tally, index) => ({
    ...tally,
    backend: {
      ...tally.backend,
      ...(isEcho ? { name: `${result.service.name}-affinity-1a2b3c4d-${index + 1}` } : {}),
    },
  })),
})

function comparison(
  kind: ComparisonKind,
  titles: readonly [string, string],
  results: readonly [ProbeResult, ProbeResult],
  more: Partial<ProbeComparison> = {},
): ProbeComparison {
  const runs = [
    { title: titles[0], result: results[0] },
    { title: titles[1], result: results[1] },
  ] as const
  return {
    kind,
    runs,
    differences: differencesOf(runs),
    conclusion: conclude(kind, runs),
    result: overallResult(kind, runs),
    notes: [],
    ...more,
  }
}

const echo = ['the application', 'echo pods'] as const

/** One comparison for each thing that two results can say together; the name is that of the golden file. */
export const comparisons: Record<string, () => ProbeComparison> = {
  different: () =>
    comparison(
      'what-if',
      ['as it is', 'affinity=ClientIP'],
      [fixture('spread'), shadowed(fixture('sticky'))],
      { change: 'affinity=ClientIP' },
    ),
  alike: () =>
    comparison(
      'what-if',
      ['as it is', 'timeout=5s'],
      [fixture('sticky'), shadowed(fixture('sticky-silence'))],
      {
        change: 'timeout=5s',
        notes: [
          'the shadow is of type NodePort: it orders no load balancer, so what the balancer itself does is not tested',
        ],
      },
    ),
  'other-service': () =>
    comparison(
      'compare',
      ['service/sample-clusterip', 'service/other'],
      [fixture('sticky'), { ...fixture('broken'), service: { ...fixture('broken').service, name: 'other' } }],
    ),
  unclear: () =>
    comparison(
      'what-if',
      ['as it is', 'internalTrafficPolicy=Local'],
      [fixture('sticky'), shadowed(fixture('one-endpoint'))],
      { change: 'internalTrafficPolicy=Local' },
    ),
  'echo-fine': () => comparison('echo', echo, [fixture('sticky'), shadowed(fixture('sticky'), true)]),
  'echo-application': () => comparison('echo', echo, [fixture('broken'), shadowed(fixture('sticky'), true)]),
  'echo-application-unclear': () =>
    comparison('echo', echo, [fixture('not-told-apart'), shadowed(fixture('sticky'), true)]),
  'echo-cluster': () =>
    comparison('echo', echo, [fixture('broken'), shadowed(fixture('broken'), true)], {
      notes: ['20 echo pods stand for 31 endpoints'],
    }),
  'echo-only': () => comparison('echo', echo, [fixture('sticky'), shadowed(fixture('broken'), true)]),
  'no-answers': () =>
    comparison('compare', ['service/a', 'service/b'], [fixture('no-answers'), fixture('failures')]),
  'many-backends': () =>
    comparison('compare', ['service/a', 'service/b'], [fixture('many-backends'), fixture('hostile')]),
}
