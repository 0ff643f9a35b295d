import type { ProbeSurvey } from '../../../../../src/model/probe/results/survey.ts'
import { balancer, buildSurvey, clusterIP, entry, nodePort } from './build-survey.ts'

const sticks = (entries: number, clients: number) =>
  Array.from({ length: entries }, (_, entry) => ({ kind: 'each-client-sticks' as const, entry, clients }))

const many = Array.from({ length: 40 }, (_, index) => `node${(index % 3) + 1}`)

/** Surveys whose reports are kept as golden files. */
export const surveys: Record<string, () => ProbeSurvey> = {
  'two-nodes': () =>
    buildSurvey({
      clients: ['node1', 'node2', 'here'],
      entries: [clusterIP, nodePort(1), nodePort(2), balancer],
      table: `A  A   C   A
              B  A*  C   B
              -  A*  C*  spread*`,
      statements: [
        ...sticks(3, 3),
        { kind: 'entries-differ', by: 'node', clients: [0, 1, -1] },
        { kind: 'clients-differ', entry: 0, backends: 2, clients: 2 },
      ],
    }),
  sticky: () =>
    buildSurvey({
      clients: ['node1', 'node2', 'node3'],
      entries: [clusterIP, nodePort(1), nodePort(2), nodePort(3)],
      table: `A  A   C*  B*
              B  A*  B   B*
              B  A*  C*  B`,
      statements: [
        ...sticks(4, 3),
        { kind: 'entries-differ', by: 'node', clients: [0, 1, 2] },
        { kind: 'clients-share-address', entry: 1, address: '10.89.0.11', clients: [1, 2] },
      ],
    }),
  local: () =>
    buildSurvey({
      clients: ['here'],
      entries: [1, 2, 3].map((node) => nodePort(node, { policyLocal: true })),
      table: `A  B!  x`,
      statements: sticks(1, 1),
    }),
  balancers: () =>
    buildSurvey({
      clients: ['here'],
      entries: [
        { ...balancer, balancer: { name: 'AWS Network Load Balancer', affinity: 'ignores', to: 'pods' } },
        { ...balancer, balancer: { name: 'Azure Load Balancer', affinity: 'follows', to: 'nodes' } },
        balancer,
      ],
      table: 'spread  spread  spread',
    }),
  'own-stickiness': () =>
    buildSurvey({
      clients: ['here'],
      entries: [{ ...balancer, balancer: { name: 'Vultr', affinity: 'ignores', to: 'nodes', keeps: true } }],
      table: 'A',
      expected: 'spread',
    }),
  'one-unreachable': () =>
    buildSurvey({
      clients: ['node1', 'node2'],
      entries: [clusterIP, balancer, entry('external-ip', { host: '198.51.100.9' })],
      table: `A  A>B  x
              C  x    breaks`,
    }),
  'dual-stack': () =>
    buildSurvey({
      clients: ['node1'],
      entries: [
        clusterIP,
        entry('cluster-ip', { host: 'fd89:96::a3f4', family: 'IPv6' }),
        nodePort(1),
        nodePort(1, { host: 'fd89::11', family: 'IPv6' }),
        nodePort(2),
        nodePort(2, { host: 'fd89::12', family: 'IPv6' }),
      ],
      table: `A  B  A  B  C*  A*`,
      statements: [...sticks(6, 1), { kind: 'entries-differ', by: 'family', clients: [0] }],
    }),
  'all-ports': () =>
    buildSurvey({
      clients: ['node1', 'node2'],
      entries: [
        entry('cluster-ip', { portName: 'http', servicePort: 80, port: 80 }),
        entry('cluster-ip', { portName: 'admin', servicePort: 9000, port: 9000 }),
      ],
      table: `A  B
              B  B`,
      statements: [...sticks(2, 2), { kind: 'entries-differ', by: 'port', clients: [0] }],
    }),
  'unasked-ports': () => {
    const survey = buildSurvey({
      clients: ['node1'],
      entries: [entry('cluster-ip', { portName: 'http', servicePort: 80, port: 80 })],
      table: `A`,
      statements: sticks(1, 1),
      more: {
        unasked: [
          {
            port: 9090,
            name: 'metrics',
            protocol: 'TCP',
            why: 'has no endpoints for its port metrics: none of the 3 pods that it selects has a port named metrics of TCP',
          },
          { port: 3868, name: 'diameter', protocol: 'SCTP', why: 'cannot be asked' },
        ],
      },
    })
    return { ...survey, verdict: { ...survey.verdict, result: 'inconclusive' } }
  },
  spread: () =>
    buildSurvey({
      clients: ['node1', 'node2'],
      entries: [clusterIP, nodePort(1)],
      table: `spread  spread
              spread  A`,
      expected: 'spread',
    }),
  'many-clients': () =>
    buildSurvey({
      clients: [...many, 'here'],
      entries: [clusterIP, nodePort(1), nodePort(2)],
      table: [...many.map((_, index) => `${'ABC'[index % 3]}  ${'AB'[index % 2]}  C*`), '-  A  ?'].join('\n'),
      statements: [
        ...sticks(3, 40),
        { kind: 'clients-differ', entry: 0, backends: 3, clients: 40 },
        { kind: 'clients-on-one-pod', entry: 2, letter: 'C', clients: 40, chance: 1e-18 },
        { kind: 'load', entry: 0, clientsPerPod: [14, 13, 13], expectedMost: 15.6, chance: 0.99 },
      ],
      more: { absent: [{ index: 40, why: '0/3 nodes are available: 3 Insufficient cpu.' }] },
    }),
  'many-entries': () =>
    buildSurvey({
      clients: ['node1', 'node2', 'node3'],
      entries: [
        clusterIP,
        ...Array.from({ length: 12 }, (_, index) =>
          nodePort(index + 1, { node: `ip-10-0-${index}-17.eu-central-1.compute.internal` }),
        ),
      ],
      table: ['A', 'B', 'C'].map((letter) => `${letter}  ${'A* B* C* '.repeat(4)}`).join('\n'),
      statements: [...sticks(13, 3), { kind: 'entries-differ', by: 'node', clients: [0, 1, 2] }],
    }),
}
