import { backendLetter } from '../../../../src/model/probe/backend.ts'
import type {
  EndpointChange,
  ProbeResult,
  ProbedService,
} from '../../../../src/model/probe/results/probe-result.ts'
import type { InconclusiveReason, Verdict } from '../../../../src/model/probe/results/verdict.ts'
import { buildResult, latencyOf, picks, podName } from './build-result.ts'

const clientIp: Partial<ProbedService> = { policy: { kind: 'client-ip', timeoutSeconds: 10_800 } }

const stickyVerdict: Partial<Verdict> = {
  behaviour: 'sticky',
  expected: 'sticky',
  errorProbability: 7.1e-29,
  breakRateBound: 0.2057,
}

const terminating: EndpointChange = {
  atMs: 830,
  kind: 'terminating',
  address: '10.244.1.4',
  pod: podName(0),
  node: 'node1',
}

/** Two pods go one after the other; the second change and the removal say nothing new. */
const rollout: EndpointChange[] = [
  { ...terminating, atMs: 310, kind: 'added', address: '10.244.2.77', pod: podName(30) },
  { ...terminating, atMs: 330, kind: 'ready', address: '10.244.2.77', pod: podName(30) },
  terminating,
  { ...terminating, atMs: 1010, kind: 'removed' },
]

const broken = 'AAAAAAAABBBBBBBBBBBBBCCCCCCCCAAAAAAAAAAAABAAAAAAAAAAACCCCCCC'

const inconclusive = (
  reason: InconclusiveReason,
  expected: Verdict['expected'] = 'sticky',
): Partial<Verdict> => ({
  behaviour: 'inconclusive',
  result: 'inconclusive',
  expected,
  reason,
  errorProbability: 0.012,
})

/** Six requests from each of two nodes. */
const askedFrom = (
  ...answered: number[]
): { node: string; answered: number; requests: number; failure?: 'timeout' }[] =>
  answered.map((count, index) => ({
    node: `node${index + 1}`,
    answered: count,
    requests: 6,
    ...(count === 6 ? {} : { failure: 'timeout' as const }),
  }))

/** One result for each thing that a report has to say; the name is that of the golden file. */
export const fixtures: Record<string, () => ProbeResult> = {
  spread: () => buildResult(picks(60, 3)),
  fingerprint: () => ({
    ...buildResult(picks(40, 2)),
    endpoints: { ready: 3, total: 3, nodes: 0, eligible: 3 },
    recognition: { by: 'fingerprint', source: 'body', unrecognised: 0 },
    direct: [
      { address: '192.0.2.7', port: 80, from: askedFrom(6, 6) },
      { address: '192.0.2.8', port: 80, from: askedFrom(6, 4) },
      { address: '2001:db8::9', port: 8080, from: askedFrom(0, 0) },
    ],
  }),
  sticky: () => buildResult('A'.repeat(60), { service: clientIp, verdict: stickyVerdict }),
  'sticky-switch': () =>
    explainFirst(
      buildResult('A'.repeat(42) + 'C'.repeat(18), {
        service: clientIp,
        endpointChanges: rollout,
        verdict: { ...stickyVerdict, explainedSwitches: 1, errorProbability: 3.3e-18 },
      }),
    ),
  during: () => ({
    ...explainFirst(
      buildResult('A'.repeat(42) + 'C'.repeat(18), {
        service: clientIp,
        endpointChanges: rollout,
        verdict: { ...stickyVerdict, explainedSwitches: 1, errorProbability: 3.3e-18 },
      }),
    ),
    during: {
      command: 'kubectl rollout restart deployment/sample-deployment -n handson',
      exitCode: 0,
      startedMs: 400,
      endedMs: 520,
      phases: [
        {
          name: 'before',
          fromMs: 0,
          toMs: 400,
          requests: 20,
          failed: 0,
          backends: [{ letter: 'A', hits: 20 }],
        },
        {
          name: 'during',
          fromMs: 400,
          toMs: 900,
          requests: 25,
          failed: 0,
          backends: [
            { letter: 'A', hits: 22 },
            { letter: 'C', hits: 3 },
          ],
        },
        {
          name: 'after',
          fromMs: 900,
          toMs: 1200,
          requests: 15,
          failed: 0,
          backends: [{ letter: 'C', hits: 15 }],
        },
      ],
    },
  }),
  'during-needless': () => ({
    ...buildResult('A'.repeat(30) + 'B'.repeat(15) + 'A'.repeat(15), {
      service: clientIp,
      verdict: { ...stickyVerdict, behaviour: 'broken', result: 'differs', errorProbability: 2e-12 },
    }),
    during: {
      command: 'kubectl scale deployment/sample-deployment -n handson --replicas 5; sleep 99',
      signal: 'SIGTERM',
      startedMs: 400,
      endedMs: 520,
      phases: [
        {
          name: 'before',
          fromMs: 0,
          toMs: 400,
          requests: 20,
          failed: 0,
          backends: [{ letter: 'A', hits: 20 }],
        },
        {
          name: 'during',
          fromMs: 400,
          toMs: 1200,
          requests: 1240,
          failed: 3,
          backends: 'ABCDEFGHIJ'.split('').map((letter) => ({ letter, hits: 124 })),
        },
      ],
    },
  }),
  'sticky-silence': () => {
    const result = buildResult('A'.repeat(12) + 'B'.repeat(9), {
      service: { policy: { kind: 'client-ip', timeoutSeconds: 5 } },
      verdict: { ...stickyVerdict, explainedSwitches: 1 },
    })
    const [first] = result.switches
    if (first !== undefined) first.explanation = { kind: 'timeout-expired', silentMs: 5210 }
    return result
  },
  broken: () =>
    buildResult(broken, {
      service: clientIp,
      verdict: { ...stickyVerdict, behaviour: 'broken', result: 'differs', errorProbability: 2e-12 },
    }),
  'spread-though-sticky': () =>
    buildResult(picks(60, 3), {
      service: clientIp,
      verdict: { behaviour: 'spread', expected: 'sticky', result: 'differs', errorProbability: 2e-12 },
    }),
  'sticky-though-none': () =>
    buildResult('A'.repeat(60), { verdict: { ...stickyVerdict, expected: 'spread', result: 'differs' } }),
  'broken-though-none': () =>
    buildResult(broken, { verdict: { behaviour: 'broken', expected: 'spread', result: 'differs' } }),
  'expected-by-flag': () =>
    buildResult(picks(60, 3), { verdict: { expected: 'sticky', result: 'differs', errorProbability: 1e-9 } }),
  'no-answers': () =>
    buildResult('x'.repeat(51) + 't'.repeat(9), {
      recognition: { by: 'none' },
      verdict: inconclusive('no-answers'),
    }),
  'no-endpoint-here': () =>
    buildResult('x'.repeat(20), {
      endpoints: { ready: 3, total: 3, nodes: 2, eligible: 0 },
      recognition: { by: 'none' },
      verdict: { ...inconclusive('no-answers'), eligibleEndpoints: 0 },
    }),
  'too-few-requests': () =>
    buildResult('AAAAA', { service: clientIp, verdict: inconclusive('too-few-requests') }),
  'one-endpoint': () =>
    buildResult('A'.repeat(20), {
      service: clientIp,
      endpoints: { ready: 1, total: 1, nodes: 1, eligible: 1 },
      verdict: { ...inconclusive('one-endpoint'), eligibleEndpoints: 1 },
    }),
  'one-endpoint-by-policy': () =>
    buildResult('A'.repeat(20), {
      service: clientIp,
      endpoints: { ready: 3, total: 3, nodes: 3, eligible: 1, fewerBy: 'internalTrafficPolicy' },
      verdict: { ...inconclusive('one-endpoint'), eligibleEndpoints: 1 },
    }),
  'one-endpoint-by-hints': () =>
    buildResult('A'.repeat(20), {
      service: clientIp,
      endpoints: { ready: 3, total: 3, nodes: 3, eligible: 1, fewerBy: 'hints' },
      verdict: { ...inconclusive('one-endpoint'), eligibleEndpoints: 1 },
    }),
  'keep-alive': () =>
    buildResult('A'.repeat(60), {
      request: { keepAlive: true },
      totals: { connections: 1 },
      verdict: inconclusive('one-connection', 'spread'),
    }),
  'not-told-apart': () =>
    anonymous(buildResult('A'.repeat(60), { verdict: inconclusive('backends-not-told-apart', 'spread') })),
  'observations-lost': () =>
    buildResult('A'.repeat(48), {
      service: clientIp,
      totals: { lost: 12 },
      verdict: inconclusive('observations-lost'),
      notes: ['Lines 31 to 42 of the log are missing: it was rotated before they were read.'],
    }),
  interrupted: () =>
    buildResult(picks(24, 3), {
      request: { plannedRequests: 60 },
      verdict: inconclusive('interrupted', 'spread'),
    }),
  failures: () =>
    buildResult(`${picks(20, 3)}xx${picks(25, 3)}t${picks(10, 3)}??`, {
      endpoints: { ready: 3, total: 4, nodes: 2, eligible: 2 },
      recognition: { by: 'pod-name', source: 'header:X-Served-By' },
    }),
  'http-errors': () => {
    // Six more are of nobody known.
    const result = buildResult(`${picks(54, 3)}??????`)
    result.totals.statuses = { '200': 36, '503': 18, '500': 6 }
    for (const tally of result.backends) tally.statuses = { '200': tally.hits - 6, '503': 4, '500': 2 }
    return result
  },
  anonymous: () => anonymous(buildResult(picks(60, 2))),
  'many-backends': manyBackends,
  'two-lines': () => buildResult(picks(90, 3)),
  'long-sticky': () =>
    withPlan(
      buildResult(`${'A'.repeat(200_000)}xxxB${'A'.repeat(59_999)}${'C'.repeat(99_997)}`, longSticky, 703),
      7_200_000,
    ),
  'long-spread': () => withPlan(buildResult(picks(360_000, 3), {}, 703), 7_200_000),
  hostile: () => {
    const result = buildResult(picks(40, 3), {
      service: { name: 'evil\u001B[2J\u001B[31m', portName: 'http\r' },
      client: { node: 'node\u202Eeno' },
      notes: ['a note with \u001B]0;title\u0007 and\nmore'],
      recognition: { source: 'header:X\u009B2J' },
    })
    const names = [
      'pod\u001B[2K\r\u001B[1A-x',
      'ポッド-サービス-一-二-三-四-五-六-七',
      '\u202Egnp.exe\u200B\u0000',
    ]
    for (const [index, tally] of result.backends.entries()) tally.backend.name = names[index] ?? ''
    return result
  },
  'long-names': () => {
    const result = buildResult(picks(60, 3), {
      service: {
        name: 'a-service-whose-name-uses-all-sixty-three-characters-that-it-may',
        clusterIP: 'fd00:10:96::a1b2:c3d4',
      },
      client: { node: 'ip-10-0-113-201.eu-central-1.compute.internal', address: 'fd00:10:244:1::9' },
    })
    for (const tally of result.backends) {
      tally.backend.node = 'ip-10-0-113-201.eu-central-1.compute.internal'
      tally.backend.name = `a-very-long-deployment-name-for-one-of-many-teams-${tally.backend.name}`
      tally.backend.address = `fd00:10:244:1:ffff:ffff:ffff:${tally.hits}`
    }
    return result
  },
}

const longSticky: Parameters<typeof buildResult>[1] = {
  service: clientIp,
  endpointChanges: [{ ...terminating, atMs: 5_199_990 }],
  verdict: {
    ...stickyVerdict,
    behaviour: 'broken',
    result: 'differs',
    explainedSwitches: 1,
    errorProbability: 1e-7,
  },
}

/** A run that was bounded by a duration. The last switch follows the end of A. */
function withPlan(result: ProbeResult, plannedDurationMs: number): ProbeResult {
  const { plannedRequests: _, ...request } = result.request
  const last = result.switches.at(-1)
  const change = result.endpointChanges[0]
  if (last !== undefined && change !== undefined) last.explanation = { kind: 'endpoint-gone', change }
  return { ...result, request: { ...request, plannedDurationMs }, switches: result.switches.slice(-100) }
}

function explainFirst(result: ProbeResult): ProbeResult {
  const [first] = result.switches
  if (first !== undefined) first.explanation = { kind: 'endpoint-gone', change: terminating }
  return result
}

function anonymous(result: ProbeResult): ProbeResult {
  const backends = result.backends.map(({ backend: { letter }, ...tally }) => ({
    ...tally,
    backend: {
      letter,
      kind: 'anonymous' as const,
      name: `200, 612 bytes, "<!doctype html><title>${letter}"`,
    },
  }))
  return {
    ...result,
    backends,
    recognition: { by: 'anonymous', unrecognised: 0 },
    notes: [
      'The answers name no pod; distinct answers count as backends. With --identify they can be told apart for sure.',
    ],
  }
}

function manyBackends(): ProbeResult {
  const letters = Array.from({ length: 50 }, (_, index) => backendLetter(index))
  const answers = letters.flatMap((letter, index) =>
    Array.from({ length: 40 - Math.floor(index / 3) }, () => letter),
  )
  // Every 17th, so that neighbours differ; 17 and the length have no common factor.
  const mixed = answers.map((_, index) => answers[(index * 17) % answers.length] ?? '')
  const base = buildResult('A'.repeat(mixed.length), {
    endpoints: { ready: 50, total: 50, nodes: 2, eligible: 50 },
    verdict: { eligibleEndpoints: 50 },
  })
  const backends = letters.map((letter, index) => {
    const hits = mixed.filter((each) => each === letter).length
    return {
      backend: {
        letter,
        kind: 'pod' as const,
        name: podName(index),
        node: `node${(index % 2) + 1}`,
        address: `10.244.1.${index + 4}`,
      },
      hits,
      share: hits / mixed.length,
      latency: latencyOf(1 + index / 10),
      firstMs: mixed.indexOf(letter) * 20,
      lastMs: mixed.lastIndexOf(letter) * 20,
      statuses: { '200': hits },
    }
  })
  const timeline = base.timeline.map((cell, index) => ({
    ...cell,
    letter: mixed[index] ?? '',
    switches: index === 0 ? 0 : 1,
  }))
  return { ...base, backends, timeline }
}
