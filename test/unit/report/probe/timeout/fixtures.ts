import type { TimeoutResult, TimeoutTrial } from '../../../../../src/model/probe/results/timeout-result.ts'

/** `●` and `○` for each trial of a pause, as the report shows them. */
function trialsOf(dots: Record<string, string>, more: Partial<TimeoutTrial> = {}): TimeoutTrial[] {
  return Object.entries(dots).flatMap(([seconds, marks]) =>
    marks.split('').map((mark, index) => ({
      round: 1,
      client: index % 11,
      pauseMs: Number(seconds) * 1000 + (index % 11),
      ...more,
      same: mark === '●',
    })),
  )
}

const usual = {
  9.5: '●●●',
  9.6: '●●●●',
  9.7: '●●●●●●●●●●●',
  10.2: '●○○○',
  10.3: '○○●○',
  10.5: '○○○',
}

function build(more: Partial<TimeoutResult>): TimeoutResult {
  return {
    runId: '1a2b3c4d',
    startedAt: '2026-01-01T00:00:00.000Z',
    service: {
      namespace: 'handson',
      name: 'sample-clusterip',
      type: 'ClusterIP',
      clusterIP: '10.96.12.167',
      port: 80,
      protocol: 'TCP',
      policy: { kind: 'client-ip', timeoutSeconds: 10 },
    },
    endpoints: { ready: 3, total: 3, nodes: 2, eligible: 3 },
    recognition: { by: 'pod-ip', source: 'body', unrecognised: 0 },
    request: { scheme: 'http', path: '/podinfo', timeoutMs: 2000 },
    image: 'docker.io/library/node:24-alpine',
    nodes: ['node1', 'node2'],
    maxMs: 120_000,
    rounds: [{ purpose: 'configured', clients: 11, longestMs: 10_500 }],
    trials: trialsOf(usual),
    discarded: { failed: 0, unrecognised: 0, endpointGone: 0 },
    finding: { outcome: 'timed', fromMs: 9688, toMs: 10_214, kind: 'idle', idleProbability: 0.999997 },
    verdict: { result: 'as-expected', configuredSeconds: 10, acceptedError: 0.001 },
    notes: [],
    totalMs: 35_400,
    ...more,
  }
}

const withTimeout = (timeoutSeconds: number): TimeoutResult['service'] => ({
  ...build({}).service,
  policy: { kind: 'client-ip', timeoutSeconds },
})
const withNone: TimeoutResult['service'] = { ...build({}).service, policy: { kind: 'none' } }

const inconclusive = (reason: TimeoutResult['verdict']['reason']): Partial<TimeoutResult> => ({
  verdict: {
    result: 'inconclusive',
    ...(reason === undefined ? {} : { reason }),
    configuredSeconds: 10,
    acceptedError: 0.001,
  },
})

const held = {
  trials: trialsOf({ 0.5: '●●●●●●●●●●●', 20: '●●●●●●●●●●●' }),
  finding: { outcome: 'held', fromMs: 19_991, idleProbability: 0.667 },
  maxMs: 20_000,
  rounds: [{ purpose: 'hold', clients: 11, longestMs: 20_000 }],
} as const satisfies Partial<TimeoutResult>

/** One result for each thing that a report has to say; the name is that of the golden file. */
export const fixtures: Record<string, () => TimeoutResult> = {
  idle: () => build({}),
  absolute: () =>
    build({
      trials: [
        ...trialsOf({ 9.7: '●●●●●●●●●●●' }, { ageMs: 9700 }),
        ...trialsOf({ 10.2: '●○○○○' }, { ageMs: 10_210 }),
        ...trialsOf({ 10.3: '○○●' }, { ageMs: 10_310 }),
        ...trialsOf({ 9.6: '○●○○○●○○○○●' }, { ageMs: 19_310 }),
      ],
      finding: { outcome: 'timed', fromMs: 9690, toMs: 10_213, kind: 'absolute', idleProbability: 1e-7 },
    }),
  'open-kind': () =>
    build({ finding: { outcome: 'timed', fromMs: 9688, toMs: 10_214, idleProbability: 0.9931 } }),
  'two-minute-floor': () =>
    build({
      trials: trialsOf({ 9.7: '●●●', 60: '●●●●', 118: '●●●●●●', 121.5: '○○○●○', 183: '○○', 240: '○○●' }),
      finding: { outcome: 'timed', fromMs: 118_340, toMs: 121_460, kind: 'idle', idleProbability: 0.9999 },
      verdict: { result: 'differs', configuredSeconds: 10, acceptedError: 0.001 },
      rounds: [
        { purpose: 'configured', clients: 11, longestMs: 10_500 },
        { purpose: 'search', clients: 11, longestMs: 240_000 },
      ],
      maxMs: 300_000,
      totalMs: 301_000,
    }),
  'many-pauses': () =>
    build({
      service: withTimeout(60),
      trials: trialsOf(
        Object.fromEntries(
          Array.from({ length: 40 }, (_, index) => [(1.12 ** index).toFixed(2), index < 15 ? '●●●' : '○●○']),
        ),
      ),
      finding: { outcome: 'timed', fromMs: 4800, toMs: 5200, kind: 'idle', idleProbability: 1 },
      verdict: { result: 'differs', configuredSeconds: 60, acceptedError: 0.001 },
    }),
  'many-trials': () =>
    build({ trials: trialsOf({ 9.7: '●'.repeat(400), 10.3: '○'.repeat(1100) + '●'.repeat(550) }) }),
  held: () =>
    build({
      ...held,
      service: withTimeout(10_800),
      verdict: { result: 'as-expected', configuredSeconds: 10_800, acceptedError: 0.001 },
    }),
  'held-longer': () =>
    build({ ...held, verdict: { result: 'differs', configuredSeconds: 10, acceptedError: 0.001 } }),
  shadow: () =>
    build({
      service: withTimeout(10_800),
      shadow: { name: 'sample-clusterip-affinity-5e6f7a8b', timeoutSeconds: 10 },
    }),
  'node-port': () =>
    build({
      entry: {
        index: 0,
        kind: 'node-port',
        host: '10.0.0.2',
        port: 30084,
        node: 'node2',
        servicePort: 80,
        protocol: 'TCP',
        family: 'IPv4',
      },
    }),
  none: () =>
    build({
      service: withNone,
      trials: trialsOf({ 0.5: '●○○●○○○●○○○●○○○○●○○○' }),
      finding: { outcome: 'not-held', fromMs: 0, toMs: 511, idleProbability: 0.665 },
      verdict: { result: 'as-expected', acceptedError: 0.001 },
    }),
  'not-held': () =>
    build({
      trials: trialsOf({ 0.5: '●○○●○○○●', 10.2: '○○○○●○○○' }),
      finding: { outcome: 'not-held', fromMs: 0, toMs: 511, idleProbability: 0.665 },
      verdict: { result: 'differs', configuredSeconds: 10, acceptedError: 0.001 },
    }),
  'sticky-though-none': () =>
    build({ service: withNone, verdict: { result: 'differs', acceptedError: 0.001 } }),
  'no-single-time': () =>
    build({
      trials: trialsOf({ 5: '●○●●○●', 10: '●○●○○●', 20: '○●●○○●', 40: '○○●○○○' }),
      finding: { outcome: 'inexact', fromMs: 2490, toMs: 64_560, kind: 'idle', idleProbability: 1 },
      ...inconclusive('no-single-time'),
    }),
  'one-endpoint': () => {
    const { finding: _, ...rest } = build({
      ...inconclusive('one-endpoint'),
      runId: '',
      nodes: [],
      rounds: [],
      trials: [],
      endpoints: { ready: 1, total: 1, nodes: 1, eligible: 1 },
      recognition: { by: 'none', unrecognised: 0 },
      totalMs: 120,
    })
    return rest
  },
  'no-trials': () => {
    const { finding: _, ...rest } = build({
      ...inconclusive('no-trials'),
      trials: [],
      discarded: { failed: 44, unrecognised: 0, endpointGone: 0 },
      notes: ['a request failed: connect ECONNREFUSED 10.96.12.167:80 (ECONNREFUSED)'],
    })
    return rest
  },
  interrupted: () =>
    build({
      ...inconclusive('interrupted'),
      trials: trialsOf({ 9.7: '●●●', 10.2: '●○' }),
      finding: { outcome: 'timed', fromMs: 0, toMs: 10_220, idleProbability: 0.7 },
    }),
  'too-few-trials': () => build({ ...inconclusive('too-few-trials') }),
  'not-told-apart': () =>
    build({
      ...inconclusive('backends-not-told-apart'),
      recognition: { by: 'anonymous', source: 'none', unrecognised: 0 },
    }),
  troubles: () =>
    build({
      service: {
        ...build({}).service,
        name: 'a-service-with-a-name-that-is-as-long-as-names-may-be-in-dns-la',
      },
      discarded: { failed: 2, unrecognised: 1, endpointGone: 3 },
      notes: ['endpoints that came or went during the run may not be known: \u001B[31mred\u001B[0m'],
    }),
}
