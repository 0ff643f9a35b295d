import { beforeAll, describe, expect, test } from 'vitest'
import { textWidth } from '../../../src/report/text/width.ts'
import { app, manyHours, service, smallApp } from '../support/manifests.ts'
import { usePlayground } from '../support/namespace.ts'
import { limitPods } from '../support/quota.ts'
import { expectExit, surveyOf } from '../support/report.ts'
import { describeOnce, scenario } from '../support/scenario.ts'
import { site } from '../support/site.ts'

describe(`probe with several clients on ${site.name}`, () => {
  const place = usePlayground()
  const { probe } = place

  beforeAll(async () => {
    await place.deploy(
      app(site, 'web'),
      service('web'),
      service('sticky', { of: 'web', affinity: manyHours }),
      app(site, 'single', { replicas: 1 }),
      service('single', { affinity: manyHours }),
    )
  })

  test('each client stays on its pod, and what all of them say together', async () => {
    const ended = await probe(['sticky', '--clients', '6', '-o', 'json'])
    expectExit(ended, 0)
    const { status, spec } = surveyOf(ended)
    expect(spec.expected).toBe('sticky')
    expect(status.verdict).toMatchObject({ result: 'as-expected', behaviours: { sticky: 6 } })
    expect(status.verdict.errorProbability).toBeLessThanOrEqual(1e-6)
    expect(status.clients.map(({ index }) => index)).toStrictEqual([0, 1, 2, 3, 4, 5])
    expect(new Set(status.clients.map(({ address }) => address)).size).toBe(6)
    for (const { backends } of status.cells) expect(backends).toHaveLength(1)
    const kinds = status.statements.map(({ kind }) => kind)
    expect(kinds).toContain('each-client-sticks')
    expect(kinds).toContain('load')
    const load = status.statements.find(({ kind }) => kind === 'load')
    expect(load).toMatchObject({ clientsPerPod: expect.any(Array) as unknown })
    // Letters are those of the whole survey.
    const letters = new Set(status.backends.map(({ letter }) => letter))
    for (const { backends } of status.cells)
      for (const { letter } of backends) expect(letters.has(letter)).toBe(true)
    expect(status.totals.requests).toBe(status.cells.reduce((sum, { totals }) => sum + totals.requests, 0))
  })

  test('where nobody stays, each client is spread', async () => {
    const ended = await probe(['web', '--clients', '3', '-o', 'json'])
    expectExit(ended, 0)
    expect(surveyOf(ended).status.verdict).toMatchObject({ result: 'as-expected', behaviours: { spread: 3 } })
  })

  test('clients that move although they should stay: exit 3, and which', async () => {
    const ended = await probe(['web', '--clients', '3', '--expect', 'sticky'])
    expectExit(ended, 3)
    expect(ended.stdout).toMatch(/NOT STICKY/)
    expect(ended.stdout).toMatch(/3 of 3 clients did not stay on their pod/)
  })

  test('with one pod there is nothing to tell', async () => {
    const ended = await probe(['single', '--clients', '2', '-o', 'json'])
    expectExit(ended, 4)
    for (const { verdict } of surveyOf(ended).status.cells) expect(verdict.reason).toBe('one-endpoint')
  })

  scenario(
    'one on each node with --spread nodes, and as many on one as on another',
    ['several nodes'],
    async () => {
      const nodes = (await place.kubectl('get', 'nodes', '-o', 'name')).trim().split('\n').length
      const one = surveyOf(await probe(['sticky', '--spread', 'nodes', '-o', 'json'])).status
      expect(one.clients).toHaveLength(nodes)
      expect(new Set(one.clients.map(({ node }) => node)).size).toBe(nodes)
      const two = surveyOf(
        await probe(['sticky', '--spread', 'nodes', '--clients', String(2 * nodes), '-o', 'json']),
      )
      const perNode = Map.groupBy(two.status.clients, ({ node }) => node)
      expect([...perNode.values()].map((clients) => clients.length)).toStrictEqual(
        Array.from({ length: nodes }, () => 2),
      )
    },
  )

  scenario('clients on the network of their node have its address', ['several nodes'], async () => {
    const ended = await probe([
      'sticky',
      '--host-network',
      '--clients',
      '4',
      '--spread',
      'nodes',
      '--path',
      '/whoami',
      '-o',
      'json',
    ])
    expectExit(ended, 0)
    const { status } = surveyOf(ended)
    const addresses = await place.kubectl(
      'get',
      'nodes',
      '-o',
      'jsonpath={.items[*].status.addresses[?(@.type=="InternalIP")].address}',
    )
    for (const { address, hostNetwork } of status.clients) {
      expect(hostNetwork).toBe(true)
      expect(addresses.split(' ')).toContain(address)
    }
    // Four clients on three nodes: two of them are one to the proxy and get the same pod.
    const shared = [...Map.groupBy(status.clients, ({ node }) => node).values()].find(
      (own) => own.length > 1,
    )!
    const pods = shared.map(
      ({ index }) => status.cells.find(({ client }) => client === index)!.backends[0]!.letter,
    )
    expect(new Set(pods).size).toBe(1)
  })

  test('formats: names, YAML, and text that keeps to 80 columns', async () => {
    const names = await probe(['sticky', '--clients', '2', '-o', 'name'])
    expect(names.stdout).toMatch(/^(pod\/web-\S+\n){1,2}$/)
    const yaml = await probe(['sticky', '--clients', '2', '-o', 'yaml'])
    expect(yaml.stdout).toMatch(/^kind: ProbeSurveyReport$/m)
    const { stdout } = await probe(['sticky', '--clients', '5'])
    expect(stdout).toMatch(/STICKY as configured/)
    for (const line of stdout.split('\n')) expect(textWidth(line), line).toBeLessThanOrEqual(80)
  })

  scenario(
    '40 clients, in a report that is no longer than one of ten',
    ['room for many clients'],
    async () => {
      // All of them share this machine with the tests.
      const args = ['--timeout', '30s', '--pod-running-timeout', '2m']
      const ended = await probe(['sticky', '--clients', '40', ...args])
      expectExit(ended, 0)
      expect(ended.stdout).toMatch(/each of 40 clients stays on its pod/)
      expect(ended.stdout).toMatch(/clients differ: 40 clients are kept on 3 pods/)
      expect(ended.stdout).toMatch(/960 requests/)
      expect(ended.stdout.split('\n').length).toBeLessThan(40)
    },
  )

  test('a rollout moves clients whose pod went, each with its reason', async () => {
    // Long enough for the last pod to go on a machine that is busy otherwise.
    const running = place.startProbe([
      'sticky',
      '--clients',
      '4',
      '--duration',
      '20s',
      '--rate',
      '10',
      '-o',
      'json',
    ])
    await running.printed(/4 of 4 clients begun/, 'stderr')
    await place.kubectl('rollout', 'restart', 'deployment/web')
    const ended = await running.ended
    expectExit(ended, 0)
    const { status } = surveyOf(ended)
    const moved = status.statements.find(({ kind }) => kind === 'clients-moved')
    expect(moved).toMatchObject({ necessary: [0, 1, 2, 3], unnecessary: [] })
    for (const { switches } of status.cells)
      for (const { explanation } of switches) expect(explanation?.kind).toBe('endpoint-gone')
  })

  test('Ctrl-C in the middle reports on all clients and leaves nothing', async () => {
    const running = place.startProbe(['sticky', '--clients', '3', '--duration', '20s', '-o', 'json'])
    await running.printed(/3 of 3 clients begun/, 'stderr')
    running.kill('SIGINT')
    const ended = await running.ended
    expectExit(ended, 130)
    expect(surveyOf(ended).status.cells).toHaveLength(3)
  })

  test('what does not go together, and what there is not', async () => {
    const usage = await probe(['sticky', '--clients', '2', '--in-pod', 'web'])
    expectExit(usage, 2)
    expect(usage.stderr).toMatch(/--in-pod and --clients cannot be used together/)
    const both = await probe(['sticky', '--node', 'node1', '--spread', 'nodes'])
    expectExit(both, 2)
    const unknown = await probe(['sticky', '--spread', 'zones'])
    expectExit(unknown, 2)
  })
})

describeOnce('clients that cannot all run', () => {
  const place = usePlayground()

  test('a quota with room for some: the others are named, and the exit code says that not all was seen', async () => {
    await place.deploy(smallApp(site, 'web', 2), service('web', { affinity: manyHours }))
    await limitPods(place, 'some', 4, 2)
    const ended = await place.probe([
      'web',
      '--clients',
      '5',
      '--duration',
      '6s',
      '--pod-running-timeout',
      '8s',
    ])
    expectExit(ended, 4)
    expect(ended.stdout).toMatch(/3 of 5 clients did not run/)
    expect(ended.stdout).toMatch(/absent +clients [\d–, ]+ did not run:[\s\S]*exceeded\s+quota/)
    await place.kubectl('delete', 'resourcequota', 'some')
  })
})

describeOnce('the network of the node in a restricted namespace', () => {
  const place = usePlayground({ 'pod-security.kubernetes.io/enforce': 'restricted' })

  scenario('is refused, with the reason', ['pod security'], async () => {
    await place.deploy(smallApp(site, 'web', 2), service('web'))
    const ended = await place.probe(['web', '--host-network'])
    expectExit(ended, 1)
    expect(ended.stderr).toMatch(/violates PodSecurity/)
    expect(ended.stderr).toMatch(/--host-network needs a namespace/)
  })
})
