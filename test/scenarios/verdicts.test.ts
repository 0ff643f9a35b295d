import { beforeAll, expect, test } from 'vitest'
import { app, service } from './support/manifests.ts'
import { usePlayground } from './support/namespace.ts'
import { expectExit, reportOf } from './support/report.ts'
import { describeOnce } from './support/scenario.ts'
import { site } from './support/site.ts'

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
      service('changed', { of: 'web' }),
      service('deleted', { of: 'web' }),
      pod('half-0', 'half', answering("require('os').hostname()")),
      pod('half-1', 'half', 'setInterval(() => {}, 1000)'),
      service('half'),
      pod('lead-0', 'lead', answering("'leader lead-0'")),
      pod('lead-1', 'lead', answering("'leader lead-0'")),
      service('lead'),
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

  test('every answer names the leader, whoever gives it', async () => {
    for (const name of ['lead', 'lead-sticky']) {
      const ended = await probe([name, '-o', 'json'])
      expectExit(ended, 4)
      expect(reportOf(ended).status.verdict).toMatchObject({
        behaviour: 'inconclusive',
        reason: 'one-name',
      })
    }
  })

  test('a name that others do not say is of the one that answers', async () => {
    const ended = await probe(['web-sticky', '-o', 'json'])
    expectExit(ended, 0)
    const { verdict, notes } = reportOf(ended).status
    expect(verdict.behaviour).toBe('sticky')
    expect(notes.join('\n')).not.toMatch(/no other pod could be asked/)
  })

  test('affinity is switched on in the middle', async () => {
    const running = place.startProbe(['changed', '--duration', '12s', '-o', 'json'])
    await place.requested(150)
    const spec = {
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 600 } },
    }
    await place.kubectl('patch', 'service', 'changed', '-p', JSON.stringify({ spec }))
    const ended = await running.ended
    expectExit(ended, 4)
    const { verdict, notes } = reportOf(ended).status
    expect(verdict.reason).toBe('service-changed')
    expect(verdict.stretches).toMatchObject([
      { behaviour: 'spread', result: 'as-expected' },
      { behaviour: 'sticky', result: 'as-expected' },
    ])
    expect(notes.join('\n')).toMatch(/its affinity went from None to ClientIP 600s between \d+s and \d+s/)
  })

  test('the Service is deleted in the middle', async () => {
    const running = place.startProbe(['deleted', '--duration', '5s', '-o', 'json'])
    await place.requested(80)
    await place.kubectl('delete', 'service', 'deleted')
    const ended = await running.ended
    expectExit(ended, 4)
    const { verdict, notes } = reportOf(ended).status
    expect(verdict.reason).toBe('service-changed')
    expect(notes.join('\n')).toMatch(/it was deleted between \d+s and \d+s/)
  })
})
