import { beforeAll, expect, test } from 'vitest'
import { surveyReport } from '../../../src/model/contract/survey.ts'
import { app, logging, manyHours, service, silent } from '../support/manifests.ts'
import { usePlayground } from '../support/namespace.ts'
import { expectExit, surveyComparisonOf, surveyOf } from '../support/report.ts'
import { describeOnce } from '../support/scenario.ts'
import { site } from '../support/site.ts'

const json = ['-o', 'json']

describeOnce('what one client can do, with several clients and entries', () => {
  const place = usePlayground()
  const { probe } = place

  const sender = (name: string): object => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: 'sender' } },
    spec: { containers: [{ name: 'main', image: site.images.agnhost, args: ['pause'] }] },
  })

  beforeAll(async () => {
    await place.deploy(
      app(site, 'web'),
      service('spread', { of: 'web', spec: { type: 'NodePort' } }),
      service('kept', { of: 'web', affinity: manyHours, spec: { type: 'NodePort' } }),
      silent(site, 'silent'),
      service('silent', { affinity: manyHours }),
      logging(site, 'logging'),
      service('logging', { affinity: manyHours }),
      sender('one'),
      sender('two'),
    )
    await place.kubectl('wait', '--for=condition=Ready', 'pod/one', 'pod/two', '--timeout=60s')
  })

  test('pods are recognised by the access logs of each client', async () => {
    const ended = await probe(['logging', '--clients', '3', ...json])
    expectExit(ended, 0)
    const { recognition, cells, verdict } = surveyOf(ended).status
    expect(recognition).toMatchObject({ by: 'access-log', unrecognised: 0 })
    expect(cells.map((cell) => cell.verdict.behaviour)).toStrictEqual(['sticky', 'sticky', 'sticky'])
    expect(verdict.result).toBe('as-expected')
    // Every client has a mark of its own.
    const asked = await probe(['logging', '--clients', '2', '--identify', 'access-log'])
    expectExit(asked, 0)
    const logs = await place.kubectl('logs', '-l', 'app=logging', '--tail=-1')
    expect(logs).toMatch(/affinity-probe=r[0-9a-f]{8}-1 /)
    expect(logs).toMatch(/affinity-probe=r[0-9a-f]{8}c1-1 /)
  })

  test('pods are recognised by the sockets of each client', async () => {
    const args = ['silent', '--clients', '2', '--identify', 'sockets']
    const ended = await probe([...args, ...json])
    expectExit(ended, 0)
    const { recognition, cells } = surveyOf(ended).status
    expect(recognition.by).toBe('sockets')
    expect(cells.map((cell) => cell.verdict.behaviour)).toStrictEqual(['sticky', 'sticky'])
  })

  test('endpoints are asked directly, for all clients', async () => {
    const args = ['kept', '--fingerprint', '--clients', '2', '--via', 'cluster-ip,dns']
    const ended = await probe([...args, ...json])
    expectExit(ended, 0)
    const { recognition, direct, cells } = surveyOf(ended).status
    expect(recognition).toMatchObject({ by: 'fingerprint', unrecognised: 0 })
    expect(direct).toHaveLength(3)
    expect(cells).toHaveLength(4)
  })

  test('endpoints are asked directly from pods that are there, and nothing is made', async () => {
    const ended = await probe(['kept', '--fingerprint', '--in-pod', 'one', '--in-pod', 'two', ...json])
    expectExit(ended, 0)
    const { recognition, direct, clients } = surveyOf(ended).status
    expect(recognition).toMatchObject({ by: 'fingerprint', unrecognised: 0 })
    for (const { from } of direct ?? []) expect(from).toHaveLength(2)
    expect(direct).toHaveLength(3)
    expect(clients).toHaveLength(2)
    expect(await place.kubectl('get', 'jobs', '-o', 'name')).toBe('')
  })

  test('pods that are there are clients at several entries', async () => {
    const args = [
      'kept',
      '--path',
      '/podinfo',
      '--in-pod',
      'one',
      '--in-pod',
      'pod/two',
      '--via',
      'cluster-ip,node-port',
    ]
    const ended = await probe([...args, ...json])
    expectExit(ended, 0)
    const { clients, cells } = surveyOf(ended).status
    expect(clients.map(({ pod, container }) => [pod, container])).toStrictEqual([
      ['one', 'main'],
      ['two', 'main'],
    ])
    const nodes = site.nodes.length
    expect(cells.map(({ client, entry }) => [client, entry])).toStrictEqual(
      [0, 1].flatMap((client) => Array.from({ length: 1 + nodes }, (_, entry) => [client, entry])),
    )
    for (const { verdict, totals } of cells) {
      expect(verdict.behaviour).toBe('sticky')
      expect(totals).toMatchObject({ lost: 0, answered: totals.requests })
    }
  })

  test('two Services differ for many clients: they spread at one and stay at the other', async () => {
    const args = ['spread', '--compare', 'svc/kept', '--path', '/podinfo', '--clients', '3']
    const ended = await probe([...args, ...json])
    expectExit(ended, 0)
    const { conclusion, runs, differences } = surveyComparisonOf(ended).status
    expect(conclusion).toBe('different')
    expect(differences).toContain('behaviour')
    expect(runs[0].report.status.verdict.behaviours).toMatchObject({ spread: 3 })
    expect(runs[1].report.status.verdict.behaviours).toMatchObject({ sticky: 3 })
  })

  test('many clients spread as it is, and would stay with affinity', async () => {
    const args = ['spread', '--what-if', 'affinity=ClientIP', '--path', '/podinfo', '--clients', '2']
    const ended = await probe(args)
    expectExit(ended, 0)
    expect(ended.stdout).toMatch(/^as it is$[\s\S]*SPREAD as configured[\s\S]*STICKY as configured/m)
    expect(ended.stdout).toMatch(/^DIFFERENT {3}spread as it is, sticky with affinity=ClientIP$/m)
  })

  test('pods that are there stay at the application and at echo pods', async () => {
    const args = ['kept', '--echo', '--path', '/podinfo', '--in-pod', 'one,two']
    const ended = await probe([...args, ...json])
    expectExit(ended, 0)
    const { conclusion, runs } = surveyComparisonOf(ended).status
    expect(conclusion).toBe('both-fine')
    for (const { report } of runs)
      expect(report.status.clients.map(({ pod }) => pod)).toStrictEqual(['one', 'two'])
  })

  test('a watch tells whose switch it was', async () => {
    const running = place.startProbe(['kept', '--path', '/podinfo', '--watch', '--clients', '2', ...json])
    await running.printed(/2 of 2 clients begun/, 'stderr')
    await place.kubectl('rollout', 'restart', 'deployment/web')
    await running.printed(/"type":"switch"/, 'stdout')
    running.kill('SIGINT')
    const ended = await running.ended
    const lines = ended.stdout.trimEnd().split('\n')
    const report = surveyReport.parse(JSON.parse(lines.pop() ?? ''))
    const switched = lines.map((line) => JSON.parse(line)).filter(({ type }) => type === 'switch')
    expect(report.status.cells).toHaveLength(2)
    for (const { client, entry, from } of switched) {
      const cell = report.status.cells.find((one) => one.client === client)
      expect(cell?.verdict.switches).toBeGreaterThan(0)
      // There is one only.
      expect(entry).toBeUndefined()
      // A backend has one letter, from the first line to the report.
      const known = report.status.backends.find(({ name }) => name === from.name)
      expect(known?.letter).toBe(from.letter)
    }
    await place.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s')
  })

  test('a command in the middle of many clients makes three phases', async () => {
    const args = ['kept', '--path', '/podinfo', '--clients', '2', '--via', 'cluster-ip', '--during', 'true']
    const ended = await probe([...args, ...json])
    expectExit(ended, 0)
    const { during, cells } = surveyOf(ended).status
    expect(during?.phases.map(({ name }) => name)).toStrictEqual(['before', 'during', 'after'])
    expect(cells).toHaveLength(2)
  })
})
