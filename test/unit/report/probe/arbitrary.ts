import * as fc from 'fast-check'
import { backendLetter } from '../../../../src/model/probe/backend.ts'
import { outcomes } from '../../../../src/model/probe/observation.ts'
import type { EndpointChange, ProbeResult } from '../../../../src/model/probe/results/probe-result.ts'

/** Text that a cluster may hold, the worst included. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 90 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.stringMatching(/^[a-z][a-z0-9-]{0,62}$/),
  fc.constantFrom(
    '\u001B[31mred',
    'a\r\nb',
    '\u202Eevil',
    '\u0085',
    '日本語のとても長い名前がここにあります',
  ),
)
const count = fc.nat({ max: 1_000_000 })
const ms = fc.oneof(fc.double({ min: 0, max: 1e8, noNaN: true }), fc.nat({ max: 10_000 }))
const probability = fc.double({ min: 0, max: 1, noNaN: true })
const letter = fc.nat({ max: 60 }).map(backendLetter)
const latency = fc.record({ p50: ms, p90: ms, p99: ms, max: ms })

const change: fc.Arbitrary<EndpointChange> = fc.record(
  {
    atMs: ms,
    kind: fc.constantFrom('added', 'removed', 'ready', 'not-ready', 'terminating'),
    address: text,
    pod: text,
    node: text,
  },
  { requiredKeys: ['atMs', 'kind', 'address'] },
)

const cell = fc.record(
  {
    requests: fc.nat({ max: 3 }),
    failures: fc.nat({ max: 3 }),
    switches: fc.nat({ max: 2 }),
    letter,
    length: fc.nat(500),
  },
  { requiredKeys: ['requests', 'failures', 'switches', 'length'] },
)

const timeline = fc.array(cell, { maxLength: 400 }).map((cells) => {
  let atMs = 0
  return cells.map(({ length, ...rest }) => {
    const fromMs = atMs
    atMs += length
    return { fromMs, toMs: atMs, ...rest }
  })
})

const explanation = fc.oneof(
  fc.record({ kind: fc.constant('endpoint-gone' as const), change }),
  fc.record({ kind: fc.constant('timeout-expired' as const), silentMs: ms }),
  fc.record({ kind: fc.constant('age-reached' as const), ageMs: ms }),
)

const backend = fc.record({
  backend: fc.record(
    { kind: fc.constantFrom('pod', 'address', 'anonymous'), name: text, node: text, address: text },
    { requiredKeys: ['kind', 'name'] },
  ),
  hits: count,
  share: probability,
  latency,
  firstMs: ms,
  lastMs: ms,
  statuses: fc.dictionary(fc.integer({ min: 100, max: 999 }).map(String), count, {
    maxKeys: 4,
  }),
})

/** Any value of the type: nothing need be consistent, everything has to be printable. */
export const anyResult: fc.Arbitrary<ProbeResult> = fc.record({
  runId: text,
  startedAt: fc.constant('2026-01-02T03:04:05Z'),
  service: fc.record(
    {
      namespace: text,
      name: text,
      type: fc.constantFrom('ClusterIP', 'NodePort', 'LoadBalancer'),
      clusterIP: fc.oneof(fc.ipV4(), fc.ipV6()),
      port: fc.integer({ min: 1, max: 65_535 }),
      portName: text,
      protocol: fc.constant('TCP'),
      policy: fc.oneof(
        fc.constant({ kind: 'none' as const }),
        fc.record({
          kind: fc.constant('client-ip' as const),
          timeoutSeconds: fc.integer({ min: 1, max: 86_400 }),
        }),
      ),
    },
    { requiredKeys: ['namespace', 'name', 'type', 'clusterIP', 'port', 'protocol', 'policy'] },
  ),
  client: fc.record(
    { pod: text, node: text, address: text, image: text },
    { requiredKeys: ['pod', 'image'] },
  ),
  request: fc.record(
    {
      scheme: fc.constantFrom('http', 'https', 'tcp'),
      path: text,
      keepAlive: fc.boolean(),
      intervalMs: ms,
      timeoutMs: ms,
      plannedRequests: count,
      plannedDurationMs: ms,
    },
    { requiredKeys: ['scheme', 'keepAlive', 'intervalMs', 'timeoutMs'] },
  ),
  endpoints: fc.record({ ready: count, total: count, nodes: count, eligible: count }),
  recognition: fc.record(
    {
      by: fc.constantFrom(
        'pod-name',
        'pod-ip',
        'hostname',
        'address',
        'fingerprint',
        'rule',
        'anonymous',
        'none',
      ),
      source: fc.oneof(
        fc.constantFrom('body', 'rule'),
        text.map((name) => `header:${name}`),
      ),
      unrecognised: count,
    },
    { requiredKeys: ['by', 'unrecognised'] },
  ),
  backends: fc.array(backend, { maxLength: 60 }).map((tallies) =>
    tallies.map((tally, index) => ({
      ...tally,
      backend: { ...tally.backend, letter: backendLetter(index) },
    })),
  ),
  totals: fc.record({
    requests: count,
    answered: count,
    connections: count,
    lost: count,
    durationMs: ms,
    requestsPerSecond: fc.double({ min: 0, max: 1e5, noNaN: true }),
    statuses: fc.dictionary(fc.integer({ min: 100, max: 999 }).map(String), count, { maxKeys: 4 }),
  }),
  latency,
  outcomes: fc.record(Object.fromEntries(outcomes.map((outcome) => [outcome, count])), { requiredKeys: [] }),
  timeline,
  switches: fc.array(
    fc.record(
      { number: count, atMs: fc.nat({ max: 100_000 }), from: letter, to: letter, explanation },
      { requiredKeys: ['number', 'atMs', 'from', 'to'] },
    ),
    { maxLength: 20 },
  ),
  endpointChanges: fc.array(change, { maxLength: 12 }),
  verdict: fc.record(
    {
      behaviour: fc.constantFrom('sticky', 'spread', 'broken', 'inconclusive'),
      expected: fc.constantFrom('sticky', 'spread'),
      result: fc.constantFrom('as-expected', 'differs', 'inconclusive'),
      reason: fc.constantFrom(
        'no-answers',
        'too-few-requests',
        'one-endpoint',
        'one-connection',
        'backends-not-told-apart',
        'observations-lost',
        'interrupted',
      ),
      errorProbability: probability,
      acceptedError: probability,
      answers: count,
      picks: count,
      switches: count,
      explainedSwitches: count,
      switchesIfIndependent: fc.double({ min: 0, max: 1e6, noNaN: true }),
      eligibleEndpoints: count,
      breakRateBound: probability,
    },
    {
      requiredKeys: [
        'behaviour',
        'expected',
        'result',
        'errorProbability',
        'acceptedError',
        'answers',
        'picks',
        'switches',
        'explainedSwitches',
        'eligibleEndpoints',
      ],
    },
  ),
  notes: fc.array(text, { maxLength: 3 }),
  timing: fc.record({ prepareMs: ms, podStartMs: ms, requestsMs: ms, totalMs: ms }, { requiredKeys: [] }),
})
