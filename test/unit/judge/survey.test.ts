import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { requestsNeeded } from '../../../src/judge/run/requests.ts'
import { errorPerVerdict, judgeSurvey, type SurveyEvidence } from '../../../src/judge/survey.ts'
import type { SurveyEntry, SurveyStatement } from '../../../src/model/probe/results/survey.ts'
import { picksOf, type Random, seeded, slipping, uniform } from './simulate.ts'
import { cellsOf, clusterIP, evidence, type Sketch } from './surveys.ts'

const on = (letter: string): string => letter.repeat(30)
const spreading = 'ABCACBBACABCCBACABCBCABCAB'

const judged = (sketch: Sketch, more: Partial<SurveyEvidence> = {}) =>
  judgeSurvey(evidence(cellsOf(sketch), more))

function statement<K extends SurveyStatement['kind']>(
  kind: K,
  { statements }: { statements: SurveyStatement[] },
): Extract<SurveyStatement, { kind: K }>[] {
  return statements.filter((one): one is Extract<SurveyStatement, { kind: K }> => one.kind === kind)
}

describe('the verdict on all clients', () => {
  test('each sticks, on pods of their own', () => {
    const verdict = judged({ picks: [on('A'), on('B'), on('A'), on('C')] })
    expect(verdict).toMatchObject({ result: 'as-expected', behaviours: { sticky: 4, broken: 0 } })
    expect(statement('each-client-sticks', verdict)).toStrictEqual([
      { kind: 'each-client-sticks', entry: 0, clients: 4 },
    ])
    expect(statement('clients-differ', verdict)).toMatchObject([{ backends: 3, clients: 4 }])
    expect(statement('load', verdict)).toMatchObject([{ clientsPerPod: [2, 1, 1] }])
  })

  test('one of many breaks', () => {
    const verdict = judged({ picks: [on('A'), on('B'), spreading, on('C')] })
    expect(verdict.result).toBe('differs')
    expect(statement('clients-break', verdict)).toMatchObject([{ clients: [2], of: 4 }])
    expect(statement('each-client-sticks', verdict)).toStrictEqual([])
  })

  test('all on one pod: how likely that is by chance', () => {
    const verdict = judged({ picks: Array.from({ length: 10 }, () => on('B')) })
    const [one] = statement('clients-on-one-pod', verdict)
    expect(one).toMatchObject({ letter: 'B', clients: 10 })
    expect(one?.chance).toBeCloseTo(3 ** -9, 12)
    expect(statement('load', verdict)).toMatchObject([{ clientsPerPod: [10, 0, 0] }])
  })

  test('with one endpoint there is nothing to say, and no verdict', () => {
    const verdict = judged({ picks: [on('A'), on('A')], endpoints: 1 })
    expect(verdict).toMatchObject({ result: 'inconclusive', statements: [] })
  })

  test('a client that did not run, or cannot be judged, leaves it open', () => {
    const picks = [on('A'), on('B')]
    expect(judged({ picks }).result).toBe('as-expected')
    expect(judged({ picks }, { absent: 1 }).result).toBe('inconclusive')
    expect(judged({ picks }, { unasked: 1 }).result).toBe('inconclusive')
    expect(judged({ picks: [...picks, 'AA'] }).result).toBe('inconclusive')
    expect(judged({ picks: [spreading, 'AA'] }, { absent: 1 }).result).toBe('differs')
  })

  test('no answer behind a node without endpoints is as it should be, and said', () => {
    const local: SurveyEntry = { ...clusterIP, policyLocal: true }
    const [first, second] = cellsOf({ picks: [on('A'), ''] })
    const none = { ...second!, verdict: { ...second!.verdict, eligibleEndpoints: 0 } }
    const verdict = judgeSurvey(evidence([first!, none], { entries: [local] }))
    expect(verdict.result).toBe('as-expected')
    expect(statement('no-answer-through', verdict)).toStrictEqual([
      { kind: 'no-answer-through', entry: 0, clients: [1], reason: 'no-local-endpoint' },
    ])
  })

  test('clients that the pods cannot tell apart', () => {
    const verdict = judged({
      picks: [on('A'), on('B'), on('A'), on('A')],
      seen: (client) => (client < 3 ? '10.0.0.1' : '10.0.0.9'),
    })
    expect(statement('clients-share-address', verdict)).toStrictEqual([
      { kind: 'clients-share-address', entry: 0, address: '10.0.0.1', clients: [0, 1, 2] },
    ])
  })

  test('who moved when endpoints changed, and whether it had to', () => {
    const explained = { goneSwitches: 1, switches: 1, endpointsChanged: true }
    const [needed] = cellsOf({ picks: [`${on('A')}${on('B')}`], overrides: explained })
    const [needless] = cellsOf({ picks: [`${on('A')}${on('B')}`] })
    const cells = [needed!, { ...needless!, client: 1 }, { ...cellsOf({ picks: [on('C')] })[0]!, client: 2 }]
    const verdict = judgeSurvey(evidence(cells, { endpointsChanged: true }))
    expect(statement('clients-moved', verdict)).toStrictEqual([
      { kind: 'clients-moved', entry: 0, necessary: [0], unnecessary: [1] },
    ])
    expect(statement('clients-moved', judgeSurvey(evidence(cells)))).toStrictEqual([])
  })

  test('more clients on a node than its proxy remembers', () => {
    const picks = Array.from({ length: 12 }, () => on('A'))
    const clients = picks.map((_, index) => ({ index, node: index < 9 ? 'node1' : 'node2' }))
    const verdict = judged({ picks }, { clients, tableCapacity: 8 })
    expect(statement('table-full', verdict)).toStrictEqual([
      { kind: 'table-full', entry: 0, node: 'node1', clients: 9, capacity: 8 },
    ])
    expect(statement('table-full', judged({ picks }, { clients, tableCapacity: 9 }))).toStrictEqual([])
    expect(statement('table-full', judged({ picks }, { clients }))).toStrictEqual([])
  })

  test('entries that lead the same client to different pods', () => {
    const second: SurveyEntry = {
      ...clusterIP,
      index: 1,
      kind: 'node-port',
      node: 'node2',
      host: '10.89.0.12',
    }
    const third: SurveyEntry = { ...clusterIP, index: 2, servicePort: 443 }
    const cells = [on('A'), on('B'), on('A')].map((picks, entry) => cellsOf({ picks: [picks], entry })[0]!)
    const entries = [clusterIP, second, third]
    const verdict = judgeSurvey(evidence(cells, { entries }))
    expect(statement('entries-differ', verdict)).toStrictEqual([
      { kind: 'entries-differ', by: 'node', clients: [0] },
      { kind: 'entries-differ', by: 'port', clients: [0] },
    ])
    // Where the client's own node serves all of them, nothing is the nodes' doing.
    const byEntry = judgeSurvey(evidence(cells, { entries, remembersByEntry: true }))
    expect(statement('entries-differ', byEntry)).toStrictEqual([
      { kind: 'entries-differ', by: 'entry', clients: [0] },
      { kind: 'entries-differ', by: 'port', clients: [0] },
    ])
  })
})

describe('properties', () => {
  const client = fc.oneof(
    fc.constantFrom('A', 'B', 'C').map((letter) => letter.repeat(30)),
    fc.array(fc.constantFrom('A', 'B', 'C'), { maxLength: 40 }).map((letters) => letters.join('')),
  )

  test('every client is in one behaviour; the result follows from them; chances are chances', () => {
    fc.assert(
      fc.property(fc.array(client, { minLength: 1, maxLength: 12 }), (picks) => {
        const cells = cellsOf({ picks })
        const verdict = judgeSurvey(evidence(cells))
        const { sticky, spread, broken, inconclusive } = verdict.behaviours
        expect(sticky + spread + broken + inconclusive).toBe(picks.length)
        expect(verdict.result === 'differs').toBe(spread + broken > 0)
        if (verdict.result === 'as-expected') expect(inconclusive).toBe(0)
        expect(verdict.errorProbability).toBeGreaterThanOrEqual(0)
        expect(verdict.errorProbability).toBeLessThanOrEqual(1)
        if (sticky === picks.length) expect(verdict.errorProbability).toBeLessThanOrEqual(1e-6)
        for (const one of verdict.statements) {
          if (one.kind !== 'load') continue
          expect(one.clientsPerPod.reduce((sum, count) => sum + count)).toBe(sticky)
          expect(one.chance).toBeLessThanOrEqual(1)
        }
      }),
    )
  })
})

/** A survey of clients that all behave like `proxy`, with the number of requests that it would make. */
function survey(
  random: Random,
  {
    clients,
    endpoints,
    expected,
    acceptedError,
    proxy,
  }: {
    clients: number
    endpoints: number
    expected: 'sticky' | 'spread'
    acceptedError: number
    proxy: () => ReturnType<typeof uniform>
  },
) {
  const requests = requestsNeeded(endpoints, errorPerVerdict(acceptedError, clients), expected, {
    verdicts: clients,
  })
  const picks = Array.from({ length: clients }, () =>
    picksOf(proxy(), requests)
      .map((pick) => String.fromCharCode(65 + pick))
      .join(''),
  )
  void random
  const overrides =
    expected === 'spread'
      ? { expectation: { behaviour: 'spread', because: 'it is configured' } as const }
      : {}
  return judgeSurvey(
    evidence(cellsOf({ picks, endpoints, acceptedError, overrides }), { expected, acceptedError }),
  )
}

/** The rate that a true rate of `error` exceeds in `runs` runs with a probability of 0.1 % only. */
const margin = (error: number, runs: number): number => error + 3.1 * Math.sqrt((error * (1 - error)) / runs)

describe('error rates of whole surveys, with known truth', () => {
  const runs = 150

  test.each([
    [2, 2],
    [10, 3],
    [50, 2],
  ])(
    '%i clients, %i pods, no affinity where it is expected: hardly ever a sticky client',
    (clients, endpoints) => {
      const random = seeded(7)
      const acceptedError = 0.05
      let wrong = 0
      for (let run = 0; run < runs; run++) {
        // The fewest requests that the accepted error allows, not the floor.
        const requests = 1 + Math.ceil(Math.log(clients / acceptedError) / Math.log(endpoints))
        const picks = Array.from({ length: clients }, () =>
          picksOf(uniform(random, endpoints), requests)
            .map((pick) => String.fromCharCode(65 + pick))
            .join(''),
        )
        const verdict = judgeSurvey(evidence(cellsOf({ picks, endpoints, acceptedError }), { acceptedError }))
        if (verdict.behaviours.sticky > 0) wrong += 1
      }
      expect(wrong / runs).toBeLessThan(margin(acceptedError, runs))
    },
  )

  test.each([
    [20, 2],
    [100, 3],
    [200, 2],
  ])('%i clients, %i pods, spread as configured: said of nearly every survey', (clients, endpoints) => {
    const random = seeded(11)
    let right = 0
    const some = clients > 50 ? 20 : runs
    for (let run = 0; run < some; run++) {
      const verdict = survey(random, {
        clients,
        endpoints,
        expected: 'spread',
        acceptedError: 1e-6,
        proxy: () => uniform(random, endpoints),
      })
      if (verdict.result === 'as-expected') right += 1
    }
    expect(right / some).toBeGreaterThan(0.94)
  })

  test('a proxy that lets go of every fifth pick is found out by some client of twenty', () => {
    const random = seeded(13)
    let found = 0
    for (let run = 0; run < 50; run++) {
      const verdict = survey(random, {
        clients: 20,
        endpoints: 3,
        expected: 'sticky',
        acceptedError: 1e-6,
        proxy: () => slipping(random, 3, 0.2),
      })
      if (verdict.result === 'differs') found += 1
    }
    expect(found).toBe(50)
  })

  test('the chance of an uneven load is one: below 5 % in at most 5 % of surveys', () => {
    const random = seeded(17)
    const some = 400
    let uneven = 0
    for (let run = 0; run < some; run++) {
      const picks = Array.from({ length: 30 }, () => on(String.fromCharCode(65 + Math.floor(random() * 3))))
      const [load] = statement('load', judged({ picks }))
      if (load !== undefined && load.chance <= 0.05) uneven += 1
    }
    expect(uneven / some).toBeLessThan(margin(0.05, some))
  })
})
