import { beforeAll, describe, expect, test } from 'vitest'
import { manyHours, service, slow, smallApp } from '../support/manifests.ts'
import { usePlayground } from '../support/namespace.ts'
import { limitPods } from '../support/quota.ts'
import { expectExit } from '../support/report.ts'
import { site } from '../support/site.ts'
import { measuring, reportOf } from '../support/timeout.ts'

describe(`what --measure-timeout cannot measure, or need not, on ${site.name}`, () => {
  const place = usePlayground()

  beforeAll(async () => {
    await place.deploy(
      smallApp(site, 'web', 3),
      smallApp(site, 'one', 1),
      service('none', { of: 'web' }),
      service('hours', { of: 'web', affinity: manyHours }),
      service('one', { affinity: 3 }),
    )
  })

  test('one endpoint cannot show it, and no pod is started', async () => {
    const ended = await place.probe([...measuring, 'one', '-o', 'json'])
    expectExit(ended, 4)
    const { status } = reportOf(ended)
    expect(status.verdict).toMatchObject({ result: 'inconclusive', reason: 'one-endpoint' })
    expect(status.rounds).toStrictEqual([])
  })

  test('None: clients are not kept', async () => {
    const ended = await place.probe([...measuring, 'none', '-o', 'json'])
    expectExit(ended, 0)
    expect(reportOf(ended).status).toMatchObject({
      verdict: { result: 'as-expected' },
      finding: { outcome: 'not-held' },
    })
  })

  test('three hours are not waited for: it is proved that they last for --max', async () => {
    const ended = await place.probe([...measuring, 'hours', '--max', '4s', '-o', 'json'])
    expectExit(ended, 0)
    expect(ended.stderr).toMatch(/the configured timeout of 3h0m0s is longer than is waited for \(4s\)/)
    const { status } = reportOf(ended)
    expect(status.finding).toMatchObject({ outcome: 'held' })
    // A clock of whole seconds may be late: 4 s seen kept prove a little less of what is configured.
    expect(status.finding?.fromMs).toBeGreaterThan(3000)
    expect(status.trials.some(({ pauseMs, same }) => pauseMs > 3900 && same)).toBe(true)
    expect(Math.max(...status.trials.map(({ pauseMs }) => pauseMs))).toBeLessThan(5000)
    expect(status.verdict.message).toMatch(/--shadow/)
  })
})

describe(`probe --measure-timeout where pauses end late on ${site.name}`, { timeout: 600_000 }, () => {
  const place = usePlayground()

  test('no further round is made after three, and why is told', async () => {
    // A pause ends no sooner than the answer before it.
    await place.deploy(slow(site, 'web', 2500), service('web', { affinity: 1 }))
    const ended = await place.probe(['web', ...measuring, '--clients', '6', '--timeout', '4s', '-o', 'json'])
    expectExit(ended, 4)
    const { status } = reportOf(ended)
    expect(status.verdict.result).toBe('inconclusive')
    expect(status.rounds).toHaveLength(3)
    expect(status.notes.join()).toMatch(/^no further round was made: the clients’ pauses ended \d\S* late/)
  })
})

describe(
  `probe --measure-timeout without room for a second round on ${site.name}`,
  { timeout: 600_000 },
  () => {
    const place = usePlayground()

    test('what the first one showed is told, and why there is no more', async () => {
      await place.deploy(smallApp(site, 'web', 2), service('web', { affinity: 6 }))
      // One client is too few to be sure in one round, which lasts long enough for the quota to be in force.
      const running = place.startProbe(['web', ...measuring, '--clients', '1', '-o', 'json'])
      await running.printed(/round 1: 1 client/, 'stderr')
      await limitPods(place, 'no-more', 1, 3)
      const ended = await running.ended
      await place.kubectl('delete', 'resourcequota', 'no-more')
      expectExit(ended, 4)
      const { status } = reportOf(ended)
      expect(status.verdict.result).toBe('inconclusive')
      expect(status.rounds).toHaveLength(1)
      expect(status.notes.join()).toMatch(/^round 2 could not be made: .*exceeded quota/)
    })
  },
)
