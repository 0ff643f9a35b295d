import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import type { SurveyReport } from '../../../src/model/contract/survey.ts'
import { app, manyHours, service } from '../support/manifests.ts'
import { usePlayground } from '../support/namespace.ts'
import { expectExit, surveyOf } from '../support/report.ts'
import { bindRole } from '../support/roles.ts'
import { scenario } from '../support/scenario.ts'
import { site } from '../support/site.ts'

type Cell = SurveyReport['status']['cells'][number]
type Entry = SurveyReport['spec']['entries'][number]

const nodes = site.nodes
const tick = { intervalSeconds: 10 }

/** The cells of one kind of entry, each with its entry. */
function at(report: SurveyReport, kind: Entry['kind']): { cell: Cell; entry: Entry }[] {
  return report.status.cells.flatMap((cell) => {
    const entry = report.spec.entries[cell.entry]
    return entry?.kind === kind ? [{ cell, entry }] : []
  })
}

const lettersOf = ({ backends }: Cell): string => backends.map(({ letter }) => letter).join('')
const nodeOf = (report: SurveyReport, { client }: Cell): string | undefined =>
  report.status.clients.find(({ index }) => index === client)?.node

describe(`entries, on ${site.name}`, () => {
  const place = usePlayground()
  const { probe } = place
  /** An address of a load balancer or an external IP: those of the cluster's own network are routed to its nodes. */
  let address: (host: number) => string
  const survey = async (args: readonly string[], code = 0): Promise<SurveyReport> => {
    const ended = await probe([...args, '-o', 'json'])
    expectExit(ended, code)
    return surveyOf(ended)
  }
  const setBalancer = async (name: string, ip: string): Promise<void> => {
    const status = { loadBalancer: { ingress: [{ ip }] } }
    await place.kubectl(
      'patch',
      'service',
      name,
      '--subresource=status',
      '--type=merge',
      '-p',
      JSON.stringify({ status }),
    )
  }

  beforeAll(async () => {
    const path = '{.items[0].status.addresses[?(@.type=="InternalIP")].address}'
    const ip = await site.kubectl(['get', 'nodes', '-o', `jsonpath=${path}`])
    const network = ip.split('.').slice(0, 2).join('.')
    address = (host) => `${network}.1.${host}`
    await place.deploy(
      app(site, 'echo', { replicas: 3 }),
      // Both on one node: every other node has no endpoint.
      app(site, 'edge', { replicas: 2, node: nodes[0]! }),
      service('echo', {
        affinity: tick.intervalSeconds,
        ports: [{ port: 8080, targetPort: 80, nodePort: 30_084 }],
        spec: { type: 'LoadBalancer', externalIPs: [address(84)] },
      }),
      service('echo-local', {
        of: 'echo',
        affinity: manyHours,
        spec: { type: 'LoadBalancer', externalTrafficPolicy: 'Local' },
      }),
      service('edge', {
        affinity: manyHours,
        spec: { type: 'NodePort', externalTrafficPolicy: 'Local' },
      }),
      service('ports', {
        of: 'echo',
        affinity: manyHours,
        ports: [
          { name: 'http', port: 80, targetPort: 8080 },
          { name: 'other', port: 81, targetPort: 80 },
          { name: 'third', port: 82, targetPort: 8080 },
        ],
      }),
      service('plain', { of: 'echo' }),
    )
    await setBalancer('echo', address(7))
    await setBalancer('echo-local', address(8))
    await place.proxiesFollow()
  })

  describe('S2: a load balancer, node ports and affinity for 10 seconds', () => {
    scenario(
      'the whole matrix: each entry sticks, and the pod differs by the node',
      ['several nodes', 'a table for each node'],
      async () => {
        const report = await survey(['svc/echo', '--via', 'all', '--spread', 'nodes', '--clients', '6'])
        expect(report.spec.entries.map(({ kind }) => kind)).toStrictEqual([
          'cluster-ip',
          ...nodes.map(() => 'node-port'),
          'load-balancer',
          'external-ip',
        ])
        expect(report.status.cells).toHaveLength(6 * report.spec.entries.length)
        for (const { verdict } of report.status.cells) expect(verdict.behaviour).toBe('sticky')
        // Six clients that each get the same pod of three through all nodes: once in 3⁶ runs or less.
        expect(report.status.statements).toContainEqual(
          expect.objectContaining({ kind: 'entries-differ', by: 'node' }),
        )
        // The proxy on the client's own node decides for all of these: one table, one pod.
        for (const { index } of report.status.clients) {
          const own = report.status.cells.filter(({ client, entry }) => {
            const { kind, node } = report.spec.entries[entry]!
            const client_ = report.status.clients.find((one) => one.index === index)
            return client === index && (kind !== 'node-port' || node === client_?.node)
          })
          expect(new Set(own.map(lettersOf)).size).toBe(1)
        }
      },
    )

    scenario(
      'the whole matrix: each entry sticks, and the pod differs by the entry',
      ['several nodes', 'a table for each entry'],
      async () => {
        const report = await survey(['svc/echo', '--via', 'all', '--spread', 'nodes', '--clients', '6'])
        for (const { verdict } of report.status.cells) expect(verdict.behaviour).toBe('sticky')
        // Six clients that each get the same pod of three at all entries: once in 3⁶ runs or less.
        expect(report.status.statements.filter(({ kind }) => kind === 'entries-differ')).toStrictEqual([
          expect.objectContaining({ by: 'entry' }),
        ])
        // The ports of all other nodes are one to the node that a client is on.
        for (const { index, node } of report.status.clients) {
          const elsewhere = at(report, 'node-port').filter(
            ({ cell, entry }) => cell.client === index && entry.node !== node,
          )
          expect(new Set(elsewhere.map(({ cell }) => lettersOf(cell))).size).toBe(1)
          for (const { cell } of elsewhere) expect(cell).toMatchObject({ masqueraded: false })
        }
      },
    )

    const seen = ['several nodes', 'a table for each node'] as const
    scenario('the address that the pod saw, entry by entry', seen, async () => {
      const report = await survey(['svc/echo', '--via', 'cluster-ip,node-port', '--spread', 'nodes'])
      for (const { cell } of at(report, 'cluster-ip')) expect(cell).toMatchObject({ masqueraded: false })
      const others = at(report, 'node-port').filter(({ cell, entry }) => nodeOf(report, cell) !== entry.node)
      expect(others.length).toBeGreaterThan(0)
      for (const { cell } of others) expect(cell).toMatchObject({ masqueraded: true })
    })

    scenario('externalTrafficPolicy Local keeps the address, also of pods', ['several nodes'], async () => {
      const report = await survey([
        'svc/echo-local',
        '--via',
        'cluster-ip,load-balancer',
        '--spread',
        'nodes',
      ])
      for (const { masqueraded } of report.status.cells) expect(masqueraded).toBe(false)
    })

    scenario('the table, within the width, and what its words mean', ['a table for each node'], async () => {
      const ended = await probe(['svc/echo', '--via', 'all'])
      expectExit(ended, 0)
      expect(ended.stdout).toMatch(/node-port\s+node1:30084/)
      expect(ended.stdout).toMatch(/masq masqueraded: the pod saw/)
      expect(ended.stdout).toMatch(/STICKY as configured {3}1 client at \d entries/)
      for (const line of ended.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
    })

    test('a Service without affinity spreads through every entry', async () => {
      const report = await survey(['svc/plain', '--via', 'cluster-ip'])
      expect(report.status.verdict.behaviours.spread).toBe(1)
    })
  })

  describe('from this machine', () => {
    const needs = ['a way in from here', 'several nodes'] as const

    scenario('all at once: pods and this machine, in one table', needs, async () => {
      const report = await survey(['svc/echo', '--via', 'all', '--via-local'])
      const here = report.status.cells.filter(({ client }) => client === -1)
      expect(here).toHaveLength(nodes.length + 2)
      for (const { verdict, masqueraded } of here) {
        expect(verdict.behaviour).toBe('sticky')
        expect(masqueraded).toBe(true)
      }
    })

    scenario(
      'without any client pod: no Job, and no right to make one',
      [...needs, 'restricted users'],
      async () => {
        const user = site.restrictedUsers[2]!
        const rules = [
          { apiGroups: [''], resources: ['services'], verbs: ['get'] },
          { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
        ]
        await bindRole(place, user, { rules })
        // Who may not ask pods either says where a pod's own name stands.
        const identify = ['--identify', String.raw`regex:From=(\S+)`]
        const args = ['svc/echo', '--via-local', '--clients', '0', ...identify, '-o', 'json']
        const ended = await probe([...args, '--via', 'load-balancer,external-ip'], { context: user })
        expectExit(ended, 0)
        expect(surveyOf(ended).status.clients.map(({ place }) => place)).toStrictEqual(['here'])
        const refused = await probe([...args, '--via', 'node-port'], { context: user })
        expectExit(refused, 1)
        expect(refused.stderr).toMatch(/nodes is forbidden/)
        expect(refused.stderr).toMatch(/kind: ClusterRole[\s\S]*resources: \["nodes"\]/)
        const without = await probe(args, { context: user })
        expectExit(without, 0)
        expect(surveyOf(without).status.notes.join()).toMatch(/addresses of the nodes cannot be read/)
      },
    )

    scenario(
      'Local: the node without an endpoint gives no answer, and the report says why',
      needs,
      async () => {
        const args = ['svc/edge', '--via', 'node-port', '--via-local', '--clients', '0', '--timeout', '500ms']
        const report = await survey(args)
        for (const { cell, entry } of at(report, 'node-port')) {
          if (entry.node === nodes[0])
            expect(cell).toMatchObject({ masqueraded: false, verdict: { behaviour: 'sticky' } })
          else expect(cell.totals.answered).toBe(0)
        }
        expect(report.status.statements).toContainEqual(
          expect.objectContaining({ kind: 'no-answer-through', reason: 'no-local-endpoint' }),
        )
        const words = (await probe(args)).stdout.replaceAll(/\s+/g, ' ')
        expect(words).toMatch(
          /the node has no ready endpoint, and with externalTrafficPolicy Local it uses no other/,
        )
        expect(words).toMatch(/AFF-SVC-LOCAL-TRAFFIC/)
      },
    )

    scenario('a load balancer that spreads a client over nodes', needs, async () => {
      const target = address(8)
      const hops = nodes.flatMap((_, index) => ['nexthop', 'via', `10.89.0.${11 + index}`])
      const ip = async (...words: string[]): Promise<void> => void (await promisify(execFile)('ip', words))
      const policy = '/proc/sys/net/ipv4/fib_multipath_hash_policy'
      const shell = async (line: string): Promise<string> =>
        (await promisify(execFile)('sh', ['-c', line])).stdout.trim()
      const before = await shell(`cat ${policy}`)
      // By connection instead of by address.
      await shell(`echo 1 > ${policy}`)
      await ip('route', 'add', `${target}/32`, ...hops)
      try {
        const ended = await probe([
          'svc/echo-local',
          '--via',
          'load-balancer',
          '--via-local',
          '--clients',
          '0',
        ])
        expectExit(ended, 3)
        expect(ended.stdout).toMatch(/the load balancer hands the same client to different nodes/)
        expect(ended.stdout).toMatch(/AFF-SVC-LB-SPREADS-NODES/)
      } finally {
        await ip('route', 'del', `${target}/32`)
        await shell(`echo ${before} > ${policy}`)
      }
    })
  })

  scenario(
    'the name of the Service leads each client to the same pod as its address',
    ['cluster DNS'],
    async () => {
      const report = await survey(['svc/echo', '--via', 'dns,cluster-ip'])
      expect(report.spec.entries.map(({ kind, host }) => [kind, host])).toContainEqual([
        'dns',
        `echo.${place.name}.svc`,
      ])
      expect(new Set(report.status.cells.map(lettersOf)).size).toBe(1)
    },
  )

  test('each port has a table of its own', async () => {
    const report = await survey(['svc/ports', '--via', 'cluster-ip', '--all-ports', '--clients', '5'])
    expect(report.spec.entries.map(({ portName }) => portName)).toStrictEqual(['http', 'other', 'third'])
    for (const { verdict } of report.status.cells) expect(verdict.behaviour).toBe('sticky')
    // Five clients that each get the same pod of three at all ports: once in 9⁵ runs.
    expect(report.status.statements).toContainEqual(
      expect.objectContaining({ kind: 'entries-differ', by: 'port' }),
    )
  })

  scenario(
    'entries of both address families keep clients, and one family can be chosen',
    ['IPv6'],
    async () => {
      await place.apply(
        service('dual', {
          of: 'echo',
          affinity: manyHours,
          spec: { ipFamilyPolicy: 'RequireDualStack', type: 'NodePort' },
        }),
      )
      await place.proxiesFollow()
      const report = await survey(['svc/dual', '--via', 'cluster-ip,node-port', '--ip-family', 'all'])
      expect(report.spec.entries).toHaveLength(2 + 2 * nodes.length)
      expect(new Set(report.spec.entries.map(({ family }) => family))).toStrictEqual(
        new Set(['IPv4', 'IPv6']),
      )
      for (const { verdict } of report.status.cells) expect(verdict.behaviour).toBe('sticky')
      const own = at(report, 'cluster-ip')
      for (const { cell } of own) expect(cell.masqueraded).toBe(false)
      const six = await survey(['svc/dual', '--via', 'all', '--ip-family', 'ipv6'])
      expect(six.spec.entries.every(({ family }) => family === 'IPv6')).toBe(true)
    },
  )

  describe('what cannot be', () => {
    const refusals: [string, string[], RegExp, number][] = [
      [
        'node ports of a ClusterIP Service',
        ['svc/plain', '--via', 'node-port'],
        /no node port \(it is of type ClusterIP\)/,
        1,
      ],
      [
        'no load balancer',
        ['svc/plain', '--via', 'load-balancer'],
        /has no load balancer[\s\S]*--via cluster-ip/,
        1,
      ],
      ['no external IP', ['svc/plain', '--via', 'external-ip'], /has no external IP/, 1],
      ['another family', ['svc/plain', '--via', 'all', '--ip-family', 'ipv6'], /has no IPv6 address/, 1],
      ['no such entry', ['svc/plain', '--via', 'nodeport'], /did you mean "node-port"/, 2],
      ['all ports and one', ['svc/plain', '--all-ports', '--port', '80'], /cannot be used together/, 2],
      ['nobody who asks', ['svc/plain', '--clients', '0'], /--via-local/, 2],
      [
        'cluster IPs from here',
        ['svc/plain', '--via', 'cluster-ip', '--via-local', '--clients', '0'],
        /from outside/,
        1,
      ],
    ]
    test.each(refusals)('%s', async (_, args, message, code) => {
      const ended = await probe(args)
      expectExit(ended, code)
      expect(ended.stderr).toMatch(message)
    })

    test('a load balancer without an address yet is refused, and left out of all', async () => {
      const spec = { type: 'LoadBalancer', loadBalancerClass: 'example.com/nobody' }
      await place.apply(service('pending', { of: 'echo', spec }))
      const ended = await probe(['svc/pending', '--via', 'load-balancer'])
      expectExit(ended, 1)
      expect(ended.stderr).toMatch(/has no address yet[\s\S]*kubectl describe service pending/)
      const report = await survey(['svc/pending', '--via', 'all', '--expect', 'spread'])
      expect(report.status.notes.join('\n')).toMatch(/has no address yet/)
    })
  })
})
