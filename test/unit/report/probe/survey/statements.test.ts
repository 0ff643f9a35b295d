import { expect, it } from 'vitest'
import type { ProbeSurvey, SurveyStatement } from '../../../../../src/model/probe/results/survey.ts'
import { statementSentences } from '../../../../../src/report/probe/survey/statements.ts'
import { buildSurvey, clusterIP, nodePort } from './build-survey.ts'

const several = buildSurvey({
  clients: ['node1', 'node2', 'node3'],
  entries: [clusterIP, nodePort(1)],
  table: 'A A\nB B\nC C',
})
const one = buildSurvey({ clients: ['node1'], entries: [clusterIP], table: 'A' })

it.each<[text: string, ProbeSurvey, SurveyStatement]>([
  [
    '1 of 3 clients did not stay on their pod through node-port node1:30084 (client 1)',
    several,
    { kind: 'clients-break', entry: 1, clients: [1], of: 3 },
  ],
  [
    '2 clients moved through cluster-ip 10.96.12.167:8080, each because its pod had gone',
    several,
    { kind: 'clients-moved', entry: 0, necessary: [0, 1], unnecessary: [] },
  ],
  [
    '3 clients moved through cluster-ip 10.96.12.167:8080, 2 of them although their pod had not gone (clients 1–2)',
    several,
    { kind: 'clients-moved', entry: 0, necessary: [0], unnecessary: [1, 2] },
  ],
  [
    '1 client moved, although its pod had not gone',
    one,
    { kind: 'clients-moved', entry: 0, necessary: [], unnecessary: [0] },
  ],
  [
    '300 clients on node1, whose proxy remembers 200 per pod and port',
    several,
    { kind: 'table-full', entry: 0, node: 'node1', clients: 300, capacity: 200 },
  ],
  [
    'all 2 clients are on pod A through cluster-ip 10.96.12.167:8080 (by chance p = 0.25)',
    several,
    { kind: 'clients-on-one-pod', entry: 0, letter: 'A', clients: 2, chance: 0.25 },
  ],
  [
    'clients look like one through cluster-ip 10.96.12.167:8080: the pods saw several of them as 10.244.1.7',
    several,
    { kind: 'clients-share-address', entry: 0, address: '10.244.1.7', clients: [0, 1] },
  ],
  [
    'load: 4 + 3 + 2 + 1 + 1 + 1 + 1 + 1 + … clients per pod; the fullest has 4 where chance gives 4 (p = 0.2)',
    one,
    { kind: 'load', entry: 0, clientsPerPod: [4, 3, 2, 1, 1, 1, 1, 1, 0], expectedMost: 4, chance: 0.2 },
  ],
  [
    '1 client moved, because its pod had gone',
    one,
    { kind: 'clients-moved', entry: 0, necessary: [0], unnecessary: [] },
  ],
])('%s', (text, survey, statement) => {
  const verdict = { ...survey.verdict, statements: [statement] }
  expect(statementSentences({ ...survey, verdict }).map((sentence) => sentence.text)).toStrictEqual([text])
})
