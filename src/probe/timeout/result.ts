import type { TimerConclusion } from '../../judge/timers/conclude.ts'
import type { TimerEvidence } from '../../judge/timers/evidence.ts'
import { timeoutVerdict } from '../../judge/timers/verdict.ts'
import type { Endpoint } from '../../model/cluster/endpoint.ts'
import type { Scheme } from '../../model/probe/observation.ts'
import type { SurveyEntry } from '../../model/probe/results/survey.ts'
import type { Recognition } from '../../model/probe/results/probe-result.ts'
import type { TimeoutResult, TimeoutRound } from '../../model/probe/results/timeout-result.ts'
import { summarise } from '../count/result/collected.ts'
import { watchNotes } from '../count/result/notes.ts'
import { examineService, type ProbeSubject } from '../plan/preflight.ts'
import type { MeasureOptions, Measured } from './options.ts'
import type { RoundCollector } from './round.ts'
import { defined } from '../../model/common/values.ts'

export interface ResultInput {
  runId: string
  startedAt: string
  totalMs: number
  options: MeasureOptions
  /** Empty when no pod was needed. */
  image: string
  /** The Service that was measured: the shadow where there is one. */
  subject: ProbeSubject
  measured: Measured
  /** Where it was entered. */
  entry: SurveyEntry
  /** Those behind the entry, as last heard. */
  endpoints: readonly Endpoint[]
  eligible: number
  rounds: readonly TimeoutRound[]
  collectors: readonly RoundCollector[]
  scheme: Scheme | 'auto'
  evidence: TimerEvidence
  /** Undefined when no trial says anything. */
  conclusion: TimerConclusion | undefined
  oneClient: boolean
  notToldApart: boolean
  interrupted: boolean
  notMade: string | undefined
}

/** Failures that are told in words; further kinds are counted only. */
const mostFailureNotes = 4

/** Puts together what a measurement found out. */
export function timeoutResult(input: ResultInput): TimeoutResult {
  const { options, subject, measured, collectors, evidence, conclusion } = input
  const { policy } = subject.service
  const configuredSeconds = policy.kind === 'none' ? undefined : policy.timeoutSeconds
  const { shadowOf } = measured
  const original =
    shadowOf && examineService(shadowOf.service, shadowOf.slices, options.port, options.protocol)
  const { fewerBy: _, ...endpoints } = summarise(input.endpoints, input.eligible, [])
  const scheme = input.scheme === 'auto' ? 'http' : input.scheme
  return {
    runId: input.runId,
    startedAt: input.startedAt,
    service: original?.service ?? subject.service,
    ...(original === undefined
      ? {}
      : { shadow: { name: subject.service.name, timeoutSeconds: configuredSeconds ?? 0 } }),
    ...(options.via === undefined ? {} : { entry: input.entry }),
    endpoints,
    recognition: recognition(input),
    request: {
      scheme,
      ...(scheme === 'http' || scheme === 'https' ? { path: options.path } : {}),
      timeoutMs: options.timeoutMs,
    },
    image: input.image,
    nodes: [...new Set(collectors.flatMap(({ clients }) => clients.map(({ node }) => node)))]
      .filter((node) => node !== '')
      .toSorted(),
    maxMs: options.maxMs,
    rounds: [...input.rounds],
    trials: evidence.trials,
    discarded: evidence.discarded,
    ...(conclusion === undefined ? {} : { finding: conclusion.finding }),
    verdict: timeoutVerdict({
      conclusion,
      configuredSeconds,
      proxy: options.proxy,
      oneClient: input.oneClient,
      acceptedError: options.acceptedError,
      eligible: input.eligible,
      notToldApart: input.notToldApart,
      interrupted: input.interrupted,
    }),
    notes: [
      ...measured.notes,
      ...[input.notMade ?? []].flat(),
      ...watchNotes(collectors.find(({ watchTrouble }) => watchTrouble !== undefined)?.watchTrouble),
      ...failureNotes(input),
    ],
    totalMs: input.totalMs,
  }
}

function recognition({ collectors, evidence }: ResultInput): Recognition {
  const { unrecognised } = evidence.discarded
  const counts = Map.groupBy(
    collectors.flatMap(({ backends }) => backends),
    ({ by, source }) => `${by} ${source}`,
  )
  const [most] = [...counts.values()].toSorted((a, b) => b.length - a.length)
  const first = most?.[0]
  return first === undefined
    ? { by: 'none', unrecognised }
    : defined({ by: first.by, source: first.source, unrecognised })
}

function failureNotes({ collectors }: ResultInput): string[] {
  const failures = collectors.flatMap(({ clients }) => clients.flatMap((client) => client.failures))
  const byCode = new Map(failures.map((failure) => [`${failure.outcome} ${failure.code}`, failure]))
  return [...byCode.values()]
    .slice(0, mostFailureNotes)
    .map(({ message, code }) => `a request failed: ${message} (${code})`)
}
