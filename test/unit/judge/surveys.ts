import type { JudgeInput } from '../../../src/judge/run/input.ts'
import { judge } from '../../../src/judge/run/judge.ts'
import { errorPerVerdict, type SurveyEvidence } from '../../../src/judge/survey.ts'
import type { SurveyEntry } from '../../../src/model/probe/results/survey.ts'
import { inputOf } from './simulate.ts'

export type EvidenceCell = SurveyEvidence['cells'][number]

export const clusterIP: SurveyEntry = {
  index: 0,
  kind: 'cluster-ip',
  host: '10.96.0.7',
  port: 80,
  servicePort: 80,
  protocol: 'TCP',
  family: 'IPv4',
}

export interface Sketch {
  /** Per client, what it picked: one letter for each request; nothing where nothing was answered. */
  picks: string[]
  endpoints?: number
  acceptedError?: number
  entry?: number
  seen?: (client: number) => string
  overrides?: Partial<JudgeInput>
}

/** Cells as a survey makes them from what its clients picked. */
export function cellsOf(sketch: Sketch): EvidenceCell[] {
  const { picks, endpoints = 3, acceptedError = 1e-6, entry = 0, seen, overrides = {} } = sketch
  return picks.map((own, client) => {
    const letters = Array.from(own)
    const verdict = judge(
      inputOf(
        letters.map((letter) => letter.charCodeAt(0)),
        endpoints,
        { acceptedError: errorPerVerdict(acceptedError, picks.length), verdicts: picks.length, ...overrides },
      ),
    )
    const hits = Map.groupBy(letters, (letter) => letter)
    return {
      client,
      entry,
      verdict,
      backends: [...hits]
        .map(([letter, all]) => ({ letter, hits: all.length }))
        .toSorted((a, b) => b.hits - a.hits),
      seenAddresses: seen === undefined ? [] : [{ address: seen(client), hits: letters.length }],
      switches: letters.flatMap((letter, index) => {
        const from = letters[index - 1]
        return from === undefined || from === letter
          ? []
          : [{ number: index + 1, atMs: index * 20, from, to: letter }]
      }),
      totals: {
        requests: Math.max(1, letters.length),
        answered: letters.length,
        connections: letters.length,
        lost: 0,
        durationMs: 400,
        requestsPerSecond: 50,
        statuses: {},
      },
    }
  })
}

export function evidence(cells: EvidenceCell[], more: Partial<SurveyEvidence> = {}): SurveyEvidence {
  const clients = [...new Set(cells.map(({ client }) => client))]
  return {
    expected: 'sticky',
    acceptedError: 1e-6,
    clients: clients.map((index) => ({ index, node: `node${(index % 3) + 1}` })),
    absent: 0,
    unasked: 0,
    entries: [clusterIP],
    cells,
    endpointsChanged: false,
    ...more,
  }
}
