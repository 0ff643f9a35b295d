import { backendLetter } from '../../../../src/model/probe/backend.ts'
import type { Outcome } from '../../../../src/model/probe/observation.ts'
import type {
  BackendTally,
  Latency,
  ProbeResult,
  PodSwitch,
  TimelineCell,
} from '../../../../src/model/probe/results/probe-result.ts'

type Overrides = { [Key in keyof ProbeResult]?: Partial<ProbeResult[Key]> }

/**
 * A result as a run over `answers` would give: one character per request, a letter for a backend, `x` for a refused
 * connection, `t` for a timeout, `?` for an answer that names nobody. `bin` requests make one cell of the timeline.
 */
export function buildResult(answers: string, overrides: Overrides = {}, bin = 1): ProbeResult {
  const intervalMs = 20
  const letters = [...new Set(answers.match(/[A-Z]/g) ?? [])].sort()
  const recognised = answers.split('').filter((answer) => /[A-Z]/.test(answer)).length
  const { switches, switchAt } = findSwitches(answers, intervalMs)
  const failures = answers.split('').filter((answer) => answer in failureOutcomes).length
  const base: ProbeResult = {
    runId: 'probe-7f3k2',
    startedAt: '2026-01-02T03:04:05Z',
    service: {
      namespace: 'handson',
      name: 'sample-clusterip',
      type: 'ClusterIP',
      clusterIP: '10.96.12.167',
      port: 80,
      protocol: 'TCP',
      policy: { kind: 'none' },
    },
    client: { pod: 'probe-7f3k2-x2x4z', node: 'node1', address: '10.244.1.9', image: 'node:24-alpine' },
    request: {
      scheme: 'http',
      path: '/podinfo',
      keepAlive: false,
      intervalMs,
      timeoutMs: 5000,
      plannedRequests: answers.length,
    },
    endpoints: { ready: 3, total: 3, nodes: 2, eligible: 3 },
    recognition: {
      by: 'pod-ip',
      source: 'body',
      unrecognised: answers.split('').filter((answer) => answer === '?').length,
    },
    backends: letters.map((letter) => tally(letter, answers, intervalMs, recognised)),
    totals: {
      requests: answers.length,
      answered: answers.length - failures,
      connections: answers.length,
      lost: 0,
      durationMs: answers.length * intervalMs,
      requestsPerSecond: 1000 / intervalMs,
      statuses: { '200': answers.length - failures },
    },
    latency: latencyOf(1.1),
    outcomes: countOutcomes(answers),
    timeline: timelineOf(answers, switchAt, intervalMs, bin),
    switches,
    endpointChanges: [],
    verdict: {
      behaviour: 'spread',
      expected: 'spread',
      result: 'as-expected',
      errorProbability: 3e-10,
      acceptedError: 1e-6,
      answers: recognised,
      picks: recognised,
      switches: switches.length,
      explainedSwitches: 0,
      eligibleEndpoints: 3,
    },
    notes: [],
    timing: { prepareMs: 40, podStartMs: 560, requestsMs: answers.length * intervalMs, totalMs: 2100 },
  }
  return merge(base, overrides)
}

const failureOutcomes: Record<string, Outcome> = { x: 'refused', t: 'timeout' }

function merge(base: ProbeResult, overrides: Overrides): ProbeResult {
  const merged: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(overrides)) {
    const isPlain = typeof value === 'object' && !Array.isArray(value)
    merged[key] = isPlain ? { ...(merged[key] as object), ...value } : value
  }
  return merged as unknown as ProbeResult
}

function findSwitches(answers: string, intervalMs: number): { switches: PodSwitch[]; switchAt: Set<number> } {
  const switches: PodSwitch[] = []
  let current: string | undefined
  for (const [index, answer] of answers.split('').entries()) {
    if (!/[A-Z]/.test(answer)) continue
    if (current !== undefined && answer !== current) {
      switches.push({ number: index + 1, atMs: index * intervalMs, from: current, to: answer })
    }
    current = answer
  }
  return { switches, switchAt: new Set(switches.map((change) => change.number - 1)) }
}

function timelineOf(answers: string, switchAt: Set<number>, intervalMs: number, bin: number): TimelineCell[] {
  return Array.from({ length: Math.ceil(answers.length / bin) }, (_, cell) => {
    const part = answers.slice(cell * bin, (cell + 1) * bin)
    const found = new Set(part.match(/[A-Z]/g) ?? [])
    const [letter] = found
    return {
      fromMs: cell * bin * intervalMs,
      toMs: (cell * bin + part.length - (bin === 1 ? 1 : 0)) * intervalMs,
      requests: part.length,
      failures: part.split('').filter((answer) => answer in failureOutcomes).length,
      switches: Array.from(part, (_, index) => cell * bin + index).filter((index) => switchAt.has(index))
        .length,
      ...(found.size === 1 && letter !== undefined ? { letter } : {}),
    }
  })
}

function countOutcomes(answers: string): Partial<Record<Outcome, number>> {
  const counts: Partial<Record<Outcome, number>> = {}
  for (const answer of answers) {
    const outcome = failureOutcomes[answer] ?? 'answered'
    counts[outcome] = (counts[outcome] ?? 0) + 1
  }
  return counts
}

function tally(letter: string, answers: string, intervalMs: number, recognised: number): BackendTally {
  const index = letter.charCodeAt(0) - 65
  const hits = answers.split(letter).length - 1
  return {
    backend: {
      letter,
      kind: 'pod',
      name: podName(index),
      node: `node${(index % 2) + 1}`,
      address: `10.244.${(index % 2) + 1}.${index + 4}`,
    },
    hits,
    share: hits / recognised,
    latency: latencyOf(1 + index / 10),
    firstMs: answers.indexOf(letter) * intervalMs,
    lastMs: answers.lastIndexOf(letter) * intervalMs,
    statuses: { '200': hits },
  }
}

/** A pod's name as a Deployment's ReplicaSet makes it. */
export function podName(index: number): string {
  const alphabet = 'bcdfghjklmnpqrstvwxz2456789'
  const suffix = Array.from(
    { length: 5 },
    (_, place) => alphabet[(index * 7 + place * (index + 5)) % alphabet.length],
  )
  return `sample-deployment-b6885f9c4-${suffix.join('')}`
}

export function latencyOf(ms: number): Latency {
  return { p50: ms, p90: ms * 2, p99: ms * 3.7, max: ms * 8 }
}

/** Letters picked as a proxy without affinity picks, the same in every run. */
export function picks(count: number, backends: number): string {
  let state = 12_345
  return Array.from({ length: count }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return backendLetter(Math.floor((state / 2_147_483_648) * backends))
  }).join('')
}
