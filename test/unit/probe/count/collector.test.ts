import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Decoded } from '../../../../src/agent/protocol/protocol.ts'
import type { Cluster } from '../../../../src/cluster/index.ts'
import type { Observation } from '../../../../src/model/probe/observation.ts'
import type { Pod } from '../../../../src/model/cluster/kubernetes.ts'
import type { ProbeSurvey, SurveyEntry } from '../../../../src/model/probe/results/survey.ts'
import { UserError } from '../../../../src/model/common/user-error.ts'
import type { SeenAround } from '../../../../src/probe/run/around/look.ts'
import { RunCollector } from '../../../../src/probe/count/collector.ts'
import { defaultEntry } from '../../../../src/probe/plan/entries/default.ts'
import { planProbe } from '../../../../src/probe/plan/plan.ts'
import { examineService } from '../../../../src/probe/plan/preflight.ts'
import type { RunEvent } from '../../../../src/probe/run/observe.ts'
import type { ProbeStep } from '../../../../src/probe/steps.ts'
import { options, service, slice } from '../subjects.ts'

const pods = ['web-0', 'web-1', 'web-2']

const slices = (names: readonly string[] = pods) => [
  slice({
    endpoints: names.map((name) => ({
      addresses: [`10.0.0.${name.at(-1)}`],
      conditions: { ready: true },
      targetRef: { kind: 'Pod', name },
    })),
  }),
]

interface Given {
  clients: number
  entries?: number
  affinity?: 'None' | 'ClientIP'
  interrupted?: AbortSignal
  around?: SeenAround
  /** What pods answer that are asked directly; their own names unless given, nothing where it is undefined. */
  says?: (pod: string) => string | undefined
}

function collector({
  clients,
  entries: count = 1,
  affinity = 'ClientIP',
  interrupted,
  around,
  says = (pod) => pod,
}: Given) {
  const subject = examineService(service({ sessionAffinity: affinity }), slices(), undefined)
  const entries = Array.from({ length: count }, (_, index): SurveyEntry => ({
    ...defaultEntry(subject),
    index,
    ...(index > 0 ? { kind: 'node-port', node: `node${index}`, port: 30_080 } : {}),
  }))
  const given = options()
  const signal = interrupted ?? new AbortController().signal
  const survey = new RunCollector({
    cluster: { answer: answerOf(says) } as unknown as Cluster,
    options: given,
    subject,
    plan: { ...planProbe(given, subject, { entries, clients }), sole: false },
    run: { startedAt: '2026-01-01T00:00:00.000Z', begunMs: 0 },
    origin: { kind: 'job', image: { image: 'node:24', agent: 'node', from: 'asked' } },
    interrupted: signal,
    control: { interrupted: signal, abandoned: new AbortController().signal },
    ...(around === undefined ? {} : { around: () => Promise.resolve(around) }),
  })
  return { survey }
}

/** The API server, of which pods are asked. */
const answerOf = (says: NonNullable<Given['says']>) => (url: string) => {
  const body = says(/pods\/(?<pod>[\w-]+)/.exec(url)!.groups!['pod']!)
  return body === undefined
    ? Promise.reject(new Error('forbidden'))
    : Promise.resolve({ status: 200, headers: [], body })
}

/** What becomes of what was seen. */
async function resultOf(survey: RunCollector): Promise<ProbeSurvey> {
  await survey.lookBack()
  return await concluded(survey)
}

async function concluded(survey: RunCollector): Promise<ProbeSurvey> {
  for await (const step of survey.conclude()) if (step.kind === 'result') return step.result
  throw new Error('no result')
}

/** Takes in what happened. */
function take(survey: RunCollector, event: RunEvent): ProbeStep[] {
  return [...survey.take(event)]
}

/** A client says who it is, asks `picks` (for each entry the numbers of the pods), and ends. */
function run(
  survey: RunCollector,
  client: number,
  picks: readonly (readonly number[])[],
  startedAt = 1_000_000,
): void {
  const node = `node${client % 3}`
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `probe-${client}` },
    spec: { nodeName: node },
  }
  take(survey, { kind: 'pod', client, pod })
  const say = (decoded: Partial<Decoded>, atMs = 0): unknown =>
    take(survey, {
      kind: 'said',
      client,
      decoded: { observations: [], ...decoded },
      arrivedAt: startedAt + atMs,
    })
  say({
    hello: {
      protocol: 2,
      agent: '',
      node: '',
      pid: 1,
      hostname: '',
      client,
      addresses: [`10.1.0.${client}`],
    },
  })
  let number = 0
  for (const [target, own] of picks.entries()) {
    say({ start: { target, scheme: 'http', epochMs: startedAt } })
    const observations = own.map((pod): Observation => {
      number += 1
      const name = pods[pod]
      return {
        number,
        target,
        atMs: number * 20,
        latencyMs: 1,
        outcome: pod === none ? 'timeout' : 'answered',
        status: 200,
        newConnection: true,
        ...(name === undefined ? {} : { identity: { source: 'body', value: name } }),
        seenAddress: `10.1.0.${client}`,
      }
    })
    say({ observations }, number * 20 + 1)
    const switches = own.filter((pod, index) => index > 0 && pod !== own[index - 1]).length
    say({
      done: {
        target,
        requests: own.length,
        connections: own.length,
        outcomes: { answered: own.length },
        switches,
      },
    })
  }
  say({
    end: {
      reason: 'done',
      durationMs: number * 20,
      requests: number,
      connections: number,
      outcomes: { answered: number },
      switches: 0,
      stalledMs: 0,
    },
  })
  take(survey, { kind: 'ended', client, message: '' })
}

/** Nobody, as the request failed. */
const none = -1

const times = (pod: number, count = 25): number[] => Array.from({ length: count }, () => pod)

describe('what pods settle that are asked when the run is over', () => {
  const one = async (
    says: NonNullable<Given['says']>,
    picks: readonly number[] = times(0),
    interrupted?: AbortSignal,
  ) => {
    const { survey } = collector({ clients: 1, says, ...(interrupted === undefined ? {} : { interrupted }) })
    run(survey, 0, [picks])
    return { survey, found: await resultOf(survey) }
  }
  const forbidden = (): undefined => undefined

  test('a name that others do not say is of the one that answers', async () => {
    const { found } = await one((pod) => pod)
    expect(found.cells[0]?.verdict).toMatchObject({ behaviour: 'sticky', result: 'as-expected' })
    expect(found.notes.join('\n')).not.toContain('all answers name')
  })

  test('one that nobody could be asked about proves nothing, until somebody is', async () => {
    const { survey, found } = await one(forbidden)
    expect(found.cells[0]?.verdict).toMatchObject({ behaviour: 'inconclusive', reason: 'one-name' })
    expect(found.notes).toContain('all answers name web-0; no other pod told whether it says the same')
    expect(found.isNameOpen).toBe(true)
    const open = await survey.lookBack()
    expect(open.map(({ pod }) => pod)).toStrictEqual(['web-1', 'web-2'])
    const [asked] = open
    for (const [value, behaviour] of [
      ['web-1', 'sticky'],
      ['web-0', 'inconclusive'],
    ] as const) {
      const { survey: other } = collector({ clients: 1, says: forbidden })
      run(other, 0, [times(0)])
      await other.lookBack()
      await other.settleBy([{ endpoint: asked!, identity: { source: 'body', value } }])
      const { cells, isNameOpen } = await concluded(other)
      expect(cells[0]?.verdict.behaviour, value).toBe(behaviour)
      expect(isNameOpen, value).toBeUndefined()
    }
  })

  test('they are asked after an interrupt, too', async () => {
    const stop = new AbortController()
    stop.abort()
    const { found } = await one((pod) => pod, times(0), stop.signal)
    expect(found.cells[0]?.verdict.behaviour).toBe('sticky')
    expect(found.notes.join('\n')).not.toContain('all answers name')
  })

  test('a request that failed leaves nothing open where the others answer', async () => {
    const picks = [...times(0, 30), none, ...times(0, 10)]
    const { found } = await one((pod) => pod, picks)
    expect(found.cells[0]?.verdict).toMatchObject({ behaviour: 'sticky', result: 'as-expected' })
    for (const says of [
      (pod: string) => (pod === 'web-2' ? undefined : pod),
      (pod: string) => (pod === 'web-2' ? 'hello' : pod),
    ]) {
      const { found: open } = await one(says, picks)
      expect(open.cells[0]?.verdict).toMatchObject({ reason: 'failures', unheard: ['web-2'] })
    }
  })

  test('nobody is asked where answers of several pods show that clients are not kept', async () => {
    const { survey } = await one(forbidden, [...times(0, 15), none, ...times(1, 15)])
    expect(await survey.lookBack()).toStrictEqual([])
  })
})

describe('a survey', () => {
  test('letters are of the whole survey, in the order in which it heard of them', async () => {
    const { survey } = collector({ clients: 3 })
    run(survey, 0, [times(2)], 1_000_500)
    run(survey, 1, [times(1)], 1_000_000)
    run(survey, 2, [times(2)], 1_000_900)
    const { backends, cells, verdict, clients } = await resultOf(survey)
    expect(backends.map(({ backend }) => [backend.letter, backend.name])).toStrictEqual([
      ['A', 'web-2'],
      ['B', 'web-1'],
    ])
    expect(cells.map((cell) => cell.backends)).toStrictEqual([
      [{ letter: 'A', hits: 25 }],
      [{ letter: 'B', hits: 25 }],
      [{ letter: 'A', hits: 25 }],
    ])
    expect(cells.map(({ startMs }) => startMs)).toStrictEqual([500, 0, 900])
    expect(verdict).toMatchObject({ result: 'as-expected', behaviours: { sticky: 3 } })
    expect(clients.map(({ node, address }) => [node, address])).toStrictEqual([
      ['node0', '10.1.0.0'],
      ['node1', '10.1.0.1'],
      ['node2', '10.1.0.2'],
    ])
  })

  test('each entry of a client has its own verdict, though the numbers of its requests run on', async () => {
    const { survey } = collector({ clients: 1, entries: 2 })
    run(survey, 0, [times(0), [0, 1, 2, 0, 1, 0, 2, 1, 0, 2, 1, 0, 2, 0, 1, 2, 1, 0, 2, 1, 0, 2, 1, 0, 2]])
    const { cells, totals, verdict } = await resultOf(survey)
    expect(cells.map((cell) => [cell.entry, cell.verdict.behaviour])).toStrictEqual([
      [0, 'sticky'],
      [1, 'spread'],
    ])
    expect(cells.map((cell) => cell.totals.lost)).toStrictEqual([0, 0])
    expect(totals).toMatchObject({ requests: 50, answered: 50, lost: 0 })
    expect(verdict.result).toBe('differs')
  })

  test('what is around decides about every client', async () => {
    const resultWith = async (found: Partial<SeenAround>): Promise<ProbeSurvey> => {
      const around = {
        serviceChanges: [],
        frontChanges: [],
        held: [],
        timing: undefined,
        shares: 'even' as const,
        remembersByEntry: false,
        ...found,
      }
      const { survey } = collector({ clients: 2, entries: 2, around })
      for (const client of [0, 1]) run(survey, client, [times(0), times(1)])
      return await resultOf(survey)
    }
    const even = await resultWith({})
    expect(even.notes).toStrictEqual([])
    expect(even.verdict.statements).toContainEqual({ kind: 'entries-differ', by: 'node', clients: [0] })
    const unknown = await resultWith({ shares: 'unknown' })
    expect(unknown.notes).toStrictEqual([
      expect.stringMatching(/^How the proxy shares out connections is not/),
    ])
    const changed = await resultWith({ serviceChanges: ['its selector changed'] })
    expect(changed.cells.map(({ verdict }) => verdict.reason)).toStrictEqual(
      changed.cells.map(() => 'service-changed'),
    )
    expect(changed.verdict.result).toBe('inconclusive')
    const byEntry = await resultWith({ remembersByEntry: true })
    expect(byEntry.verdict.statements).toContainEqual({
      kind: 'entries-differ',
      by: 'entry',
      clients: [0, 1],
    })
  })

  test('totals are the sums of the cells, whatever the clients saw', async () => {
    const picks = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(fc.array(picks, { minLength: 1, maxLength: 8 }), async (all) => {
        const { survey } = collector({ clients: all.length })
        for (const [client, own] of all.entries()) run(survey, client, [own])
        const { totals, cells, backends, outcomes } = await resultOf(survey)
        expect(totals.requests).toBe(all.flat().length)
        expect(outcomes.answered).toBe(all.flat().length)
        // Number 3 is no pod.
        const recognised = all.flat().filter((pod) => pod < 3).length
        expect(backends.reduce((sum, { hits }) => sum + hits, 0)).toBe(recognised)
        expect(cells.flatMap((cell) => cell.backends).reduce((sum, { hits }) => sum + hits, 0)).toBe(
          recognised,
        )
        const letters = new Set(backends.map(({ backend }) => backend.letter))
        for (const { backends: own, switches } of cells) {
          for (const { letter } of own) expect(letters.has(letter)).toBe(true)
          for (const { from, to } of switches) expect(from).not.toBe(to)
        }
      }),
      { numRuns: 50 },
    )
  })

  test('clients that did not run are named, and leave the survey open', async () => {
    const { survey } = collector({ clients: 3 })
    run(survey, 0, [times(0)])
    take(survey, { kind: 'absent', client: 2, why: 'no room' })
    take(survey, { kind: 'ended', client: 1, message: 'OOMKilled' })
    const { absent, clients, verdict } = await resultOf(survey)
    expect(clients).toHaveLength(1)
    expect(absent).toStrictEqual([
      { index: 1, why: 'the probe pod ended before it sent a request: OOMKilled' },
      { index: 2, why: 'no room' },
    ])
    expect(verdict.result).toBe('inconclusive')
  })

  test('an agent that breaks is one client less, and all of them an error', async () => {
    const broken: RunEvent = {
      kind: 'said',
      client: 0,
      decoded: { observations: [], error: 'out of luck' },
      arrivedAt: 0,
    }
    const { survey } = collector({ clients: 2 })
    take(survey, broken)
    run(survey, 1, [times(0)])
    expect((await resultOf(survey)).absent).toMatchObject([{ index: 0 }])
    const { survey: none } = collector({ clients: 1 })
    expect(() => take(none, broken)).toThrow(UserError)
  })

  test('an interrupt before the first answer is thrown, later it is a result', async () => {
    const stop = new AbortController()
    const { survey } = collector({ clients: 2, interrupted: stop.signal })
    stop.abort(new Error('stopped'))
    await expect(resultOf(survey)).rejects.toThrow('stopped')
    run(survey, 0, [times(0)])
    expect(await resultOf(survey)).toMatchObject({ absent: [], clients: [{ index: 0 }] })
  })

  test('who moved when a pod went: with the reason, each by itself', async () => {
    const { survey } = collector({ clients: 2 })
    const [moved, stayed] = [
      [...times(0), ...times(1)],
      [...times(1), ...times(1)],
    ]
    // The first answers are there before the endpoints change.
    run(survey, 0, [moved])
    run(survey, 1, [stayed])
    take(survey, { kind: 'slices', slices: slices(['web-1', 'web-2']), heardAt: 1_000_510 })
    const { verdict, endpointChanges, cells } = await resultOf(survey)
    expect(endpointChanges).toMatchObject([{ kind: 'removed', pod: 'web-0' }])
    expect(cells[0]?.switches[0]?.explanation).toMatchObject({ kind: 'endpoint-gone' })
    expect(verdict.statements).toContainEqual({
      kind: 'clients-moved',
      entry: 0,
      necessary: [0],
      unnecessary: [],
    })
  })
})
