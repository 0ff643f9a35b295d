import { beforeAll, expect, test } from 'vitest'
import { app, service } from '../support/manifests.ts'
import { usePlayground } from '../support/namespace.ts'
import { expectExit, reportOf, surveyOf } from '../support/report.ts'
import { describeOnce, scenario } from '../support/scenario.ts'
import { site } from '../support/site.ts'

/** A pod of its own, ready as soon as it runs. */
function pod(name: string, group: string, source: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: group } },
    spec: {
      terminationGracePeriodSeconds: 1,
      securityContext: { runAsNonRoot: true, runAsUser: 65_534, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'server',
          image: site.images.node,
          command: ['node', '-e', source],
          ports: [{ containerPort: 8080 }],
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
    },
  }
}

const answering = (text: string): string =>
  `require('http').createServer((_, response) => response.end(${text})).listen(8080)`

describeOnce('runs that would be judged wrongly by what is seen at first', () => {
  const place = usePlayground()
  const { probe } = place

  beforeAll(async () => {
    await place.deploy(
      app(site, 'web'),
      service('web-sticky', { of: 'web', affinity: 600 }),
      pod('half-0', 'half', answering("require('os').hostname()")),
      pod('half-1', 'half', 'setInterval(() => {}, 1000)'),
      service('half'),
      pod('lead-0', 'lead', answering("'leader lead-0'")),
      pod('lead-1', 'lead', answering("'leader lead-0'")),
      service('lead'),
      ...[0, 1].map((own) =>
        pod(
          `next-${own}`,
          'next',
          `require('http').createServer((_, response) => response.setHeader('x-next', 'next-${1 - own}').end('ok')).listen(8080)`,
        ),
      ),
      service('next'),
      service('lead-sticky', { of: 'lead', affinity: 600 }),
    )
  })

  test('one of two pods never answers, and nothing says that clients stay', async () => {
    const ended = await probe(['half', '--requests', '100', '-o', 'json'])
    expectExit(ended, 4)
    const { verdict } = reportOf(ended).status
    expect(verdict).toMatchObject({ behaviour: 'inconclusive', reason: 'failures' })
    expect(verdict.message).toMatch(/no answer is known to be of half-1/)
  })

  test('every answer names the leader, whoever gives it: their sockets tell', async () => {
    for (const [name, behaviour] of [
      ['lead', 'spread'],
      ['lead-sticky', 'sticky'],
    ] as const) {
      const ended = await probe([name, '-o', 'json'])
      expectExit(ended, 0)
      expect(reportOf(ended).status).toMatchObject({ recognition: { by: 'sockets' }, verdict: { behaviour } })
    }
  })

  test('names that are not of those who answer, and nothing else to tell them by', async () => {
    const ended = await probe(['next', '--identify', 'header:x-next', '-o', 'json'])
    expectExit(ended, 4)
    expect(reportOf(ended).status.verdict).toMatchObject({ behaviour: 'inconclusive', reason: 'one-name' })
  })

  test('a name that others do not say is of the one that answers', async () => {
    const ended = await probe(['web-sticky', '-o', 'json'])
    expectExit(ended, 0)
    const { verdict, notes } = reportOf(ended).status
    expect(verdict.behaviour).toBe('sticky')
    expect(notes.join('\n')).not.toMatch(/no other pod told/)
  })

  /** Another try begins with a Service that is as the first one found it. */
  const madeAnew = async (name: string): Promise<void> => {
    await place.kubectl('delete', 'service', name, '--ignore-not-found')
    await place.apply(service(name, { of: 'web' }))
    await place.proxiesFollow()
  }

  const patch = async (name: string, spec: object): Promise<unknown> =>
    await place.kubectl('patch', 'service', name, '-p', JSON.stringify({ spec }))

  test('affinity is switched on in the middle', async () => {
    await madeAnew('changed')
    const spec = {
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 600 } },
    }
    const ended = await place.probeAround(['changed', '-o', 'json'], async () => {
      await patch('changed', spec)
      // What comes near to the change is of neither part.
      await place.requested((await place.newest()) + 200)
    })
    expectExit(ended, 4)
    const { verdict, notes } = reportOf(ended).status
    expect(verdict.reason).toBe('service-changed')
    expect(verdict.stretches).toMatchObject([
      { behaviour: 'spread', result: 'as-expected' },
      { behaviour: 'sticky', result: 'as-expected' },
    ])
    expect(notes.join('\n')).toMatch(/its affinity went from None to ClientIP 10m0s between \d+s and \d+s/)
  })

  test('the Service is deleted in the middle', async () => {
    await madeAnew('deleted')
    const ended = await place.probeAround(['deleted', '--timeout', '2s', '-o', 'json'], async () => {
      await place.kubectl('delete', 'service', 'deleted')
    })
    expectExit(ended, 4)
    const { verdict, notes } = reportOf(ended).status
    expect(verdict.reason).toBe('service-changed')
    expect(notes.join('\n')).toMatch(/it was deleted between \d+s and \d+s/)
  })

  test('node ports come and go in the middle, and move nobody inside', async () => {
    await place.apply(service('opened', { of: 'web', affinity: 600 }))
    const ended = await place.probeAround(['opened', '-o', 'json'], async () => {
      for (const type of ['NodePort', 'ClusterIP']) await patch('opened', { type })
    })
    expectExit(ended, 0)
    const { verdict, notes } = reportOf(ended).status
    expect(verdict).toMatchObject({ behaviour: 'sticky', switches: 0 })
    expect(notes.join('\n')).not.toMatch(/changed between/)
  })

  const ways = ['a way in from here', 'several nodes'] as const
  scenario('externalTrafficPolicy is changed in the middle', ways, async () => {
    const [one, other] = site.nodes
    await place.deploy(
      ...[one, other].map((node, index) =>
        app(site, `ways-${index}`, { replicas: 2, node: node!, labels: { group: 'ways' } }),
      ),
      service('ways', { spec: { type: 'NodePort', selector: { group: 'ways' } } }),
    )
    /** Requests that all pods have answered, as their own counts say. */
    const answered = async (): Promise<number> => {
      const names = await place.kubectl('get', 'pods', '-l', 'group=ways', '-o', 'name')
      const counts = names
        .trim()
        .split('\n')
        .map(async (line) => {
          const path = `/api/v1/namespaces/${place.name}/pods/${line.replace('pod/', '')}:8080/proxy/count`
          return Number(await site.kubectl(['get', '--raw', path]))
        })
      return (await Promise.all(counts)).reduce((sum, count) => sum + count)
    }
    const here = ['--clients', '0', '--via-local', '--via', 'node-port']
    // The first entry is asked for so long that a busy machine has time to count and to patch.
    const running = place.startProbe(['ways', ...here, '--duration', '30s', '-o', 'json'])
    await expect.poll(answered, { timeout: 60_000 }).toBeGreaterThan(100)
    await place.kubectl('patch', 'service', 'ways', '-p', '{"spec":{"externalTrafficPolicy":"Local"}}')
    const ended = await running.ended
    expectExit(ended, 4)
    const { status } = surveyOf(ended)
    const [changed, after, ...none] = status.cells.map(({ verdict }) => verdict)
    // While it was asked.
    expect(changed).toMatchObject({ behaviour: 'inconclusive', reason: 'service-changed' })
    const spread = { behaviour: 'spread', result: 'as-expected' }
    expect(changed?.stretches).toMatchObject([spread, { ...spread, policyLocal: true }])
    // These were asked when the change was over: of the two pods of the node, and of none.
    expect(after).toMatchObject({ ...spread, eligibleEndpoints: 2, stretches: [{ policyLocal: true }] })
    for (const verdict of none) expect(verdict).toMatchObject({ reason: 'no-answers', eligibleEndpoints: 0 })
    expect(status.notes.join('\n')).toMatch(/its externalTrafficPolicy changed between \d+s and \d+s/)
  })
})
