import type {
  ProbeSurvey,
  SurveyCell,
  SurveyClient,
  SurveyEntry,
  SurveyStatement,
} from '../../../../../src/model/probe/results/survey.ts'
import type {
  Behaviour,
  InconclusiveReason,
  Verdict,
} from '../../../../../src/model/probe/results/verdict.ts'
import { buildResult, latencyOf } from '../build-result.ts'

export interface SurveySketch {
  /** `node1` for a pod on it, `here` for this machine. */
  clients: string[]
  entries: Partial<SurveyEntry>[]
  /**
   * A line for each client, a word for each entry: letters of who answered (`A`, `A>C` with an explained switch), `spread`,
   * `breaks`, `x` (no answer), `-` (not asked), `?` (not told apart); with `*` masqueraded, with `!` the only endpoint.
   */
  table: string
  statements?: SurveyStatement[]
  expected?: 'sticky' | 'spread'
  more?: Partial<ProbeSurvey>
}

const requests = 20

export function entry(kind: SurveyEntry['kind'], more: Partial<SurveyEntry> = {}): Partial<SurveyEntry> {
  return { kind, ...more }
}

export const clusterIP = entry('cluster-ip', { host: '10.96.12.167' })
export const balancer = entry('load-balancer', { host: '203.0.113.7' })

export function nodePort(node: number, more: Partial<SurveyEntry> = {}): Partial<SurveyEntry> {
  return entry('node-port', { host: `10.89.0.1${node}`, node: `node${node}`, port: 30_084, ...more })
}

/** A survey as the sketch has it, with totals that go together. */
export function buildSurvey(sketch: SurveySketch): ProbeSurvey {
  const { expected = 'sticky' } = sketch
  const entries = sketch.entries.map((given, index): SurveyEntry => ({
    index,
    kind: 'cluster-ip',
    host: '10.96.12.167',
    port: 8080,
    servicePort: 8080,
    protocol: 'TCP',
    family: 'IPv4',
    ...given,
  }))
  let pods = 0
  const clients = sketch.clients.map((name): SurveyClient => {
    if (name === 'here') return { index: -1, place: 'here', address: '10.89.0.1', addresses: ['10.89.0.1'] }
    const address = `10.244.${/\d+/.exec(name)?.[0] ?? '0'}.${pods + 7}`
    const own = { place: 'pod', node: name, address, addresses: [address], image: 'node:24-alpine' } as const
    pods += 1
    return { index: pods - 1, pod: `probe-x-${pods}`, ...own, addresses: [address] }
  })
  const lines = sketch.table.trim().split('\n')
  const cells = clients.flatMap((client, row) => {
    const words = (lines[row] ?? '').trim().split(/\s+/)
    return entries.flatMap((each, column) => cellOf(words[column] ?? '-', client, each, expected))
  })
  const letters = [...new Set(cells.flatMap(({ backends }) => backends.map(({ letter }) => letter)))].sort()
  const { backends, ...base } = buildResult(`${letters.join('')}A`.repeat(requests))
  const results = new Set(cells.map(({ verdict }) => verdict.result))
  const behaviours: Record<Behaviour, number> = { sticky: 0, spread: 0, broken: 0, inconclusive: 0 }
  for (const { verdict } of cells) behaviours[verdict.behaviour] += 1
  return {
    ...base,
    service: {
      ...base.service,
      type: 'LoadBalancer',
      port: 8080,
      policy: expected === 'spread' ? { kind: 'none' } : { kind: 'client-ip', timeoutSeconds: 10 },
    },
    clients,
    absent: [],
    sole: false,
    sessions: [{ keeps: 'nothing' }],
    entries,
    cells,
    backends: backends.filter(({ backend }) => letters.includes(backend.letter)),
    totals: {
      ...base.totals,
      requests: cells.length * requests,
      answered: cells.reduce((sum, { totals }) => sum + totals.answered, 0),
    },
    outcomes: { answered: cells.length * requests },
    verdict: {
      expected,
      result: results.has('differs')
        ? 'differs'
        : results.has('as-expected')
          ? 'as-expected'
          : 'inconclusive',
      behaviours,
      statements: sketch.statements ?? [],
      errorProbability: 1e-7,
      acceptedError: 1e-6,
      acceptedErrorPerCell: 1e-7,
    },
    ...sketch.more,
  }
}

function cellOf(
  word: string,
  client: SurveyClient,
  { index, host, policyLocal }: SurveyEntry,
  expected: 'sticky' | 'spread',
): SurveyCell[] {
  if (word === '-') return []
  const bare = word.replace(/[*!]/g, '')
  const answered = bare === 'x' ? 0 : requests
  const isPath = /^[A-Z](>[A-Z])*$/.test(bare)
  const path = isPath ? bare.split('>') : bare === 'x' || bare === '?' ? [] : ['A', 'B', 'C']
  const [behaviour, reason] = behaviourOf(bare, word.includes('!'))
  const moved = isPath && path.length === 2
  const verdict: Verdict = {
    behaviour,
    expected,
    result: behaviour === 'inconclusive' ? behaviour : behaviour === expected ? 'as-expected' : 'differs',
    ...(reason === undefined ? {} : { reason }),
    errorProbability: 1e-8,
    acceptedError: 1e-7,
    answers: answered,
    picks: answered,
    switches: moved ? 1 : behaviour === 'spread' || behaviour === 'broken' ? 9 : 0,
    explainedSwitches: moved ? 1 : 0,
    eligibleEndpoints: word.includes('!') ? 1 : policyLocal === true && answered === 0 ? 0 : 3,
  }
  const address = word.includes('*') ? (host.includes('.') ? host : '10.89.0.11') : (client.address ?? '')
  return [
    {
      client: client.index,
      entry: index,
      verdict,
      backends: path.map((letter) => ({ letter, hits: Math.floor(answered / path.length) })),
      seenAddresses: answered === 0 ? [] : [{ address, hits: answered }],
      totals: {
        requests,
        answered,
        connections: requests,
        lost: 0,
        durationMs: 400,
        requestsPerSecond: 50,
        statuses: {},
      },
      latency: latencyOf(1),
      outcomes: answered === 0 ? { timeout: requests } : { answered },
      switches: moved ? [{ number: 9, atMs: 160, from: path[0]!, to: path[1]! }] : [],
      failures: [],
      session: 0,
      recognition: { by: 'pod-name', source: 'body', unrecognised: 0 },
      timeline: [],
      startMs: index * 400,
    },
  ]
}

function behaviourOf(word: string, isOnly: boolean): [Behaviour, InconclusiveReason?] {
  if (isOnly) return ['inconclusive', 'one-endpoint']
  if (word === 'x') return ['inconclusive', 'no-answers']
  if (word === '?') return ['inconclusive', 'backends-not-told-apart']
  if (word === 'spread') return ['spread']
  return word === 'breaks' ? ['broken'] : ['sticky']
}
