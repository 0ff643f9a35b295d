import { beforeAll, describe, expect, test } from 'vitest'
import type { Ended } from '../support/command.ts'
import { service, smallApp } from '../support/manifests.ts'
import { usePlayground } from '../support/namespace.ts'
import { expectExit } from '../support/report.ts'
import { site } from '../support/site.ts'
import { expectIdle, measuring, reportOf } from '../support/timeout.ts'

// Errors of the clock of a busy machine cost further rounds.
describe(`probe --measure-timeout on ${site.name}`, { timeout: 600_000 }, () => {
  const place = usePlayground()
  const measure = (...args: string[]): Promise<Ended> => place.probe([...measuring, ...args])

  beforeAll(async () => {
    await place.deploy(
      smallApp(site, 'web', 3),
      smallApp(site, 'two', 2),
      service('seconds-5', { of: 'web', affinity: 5 }),
      service('two', { affinity: 3, spec: { type: 'NodePort' } }),
    )
  })

  test('S1: an idle timeout of 5 s', async () => {
    const ended = await measure('seconds-5')
    expectExit(ended, 0)
    expect(ended.stdout).toMatch(
      site.countsSeconds
        ? /IDLE TIMEOUT ends between 4s and 5s, different each time\n +Cilium counts whole seconds/
        : /IDLE TIMEOUT between 4\.\ds and (4|5)\.?\d*s \(99%\)/,
    )
    expect(ended.stdout.replaceAll(/\s+/g, ' ')).toMatch(/each new connection starts it again as configured/)
  })

  test('two endpoints: an idle timeout of 3 s', async () => {
    const ended = await measure('two', '-o', 'json')
    expectExit(ended, 0)
    expectIdle(reportOf(ended), 3)
  })

  test('at the port of a node, with clients on all of them', async () => {
    const ended = await measure('two', '--via', 'node-port', '--spread', 'nodes', '-o', 'json')
    expectExit(ended, 0)
    const report = reportOf(ended)
    expectIdle(report, 3)
    expect(report.spec.entry).toMatchObject({ kind: 'node-port', servicePort: 80 })
    expect(report.status.clients.nodes.length).toBeGreaterThan(1)
    expect(ended.stderr).toMatch(/of \d+ ways in one is measured: /)
  })
})
