import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { timeoutReport, type TimeoutReport } from '../../src/report/schema/timeout.ts'
import type { Ended } from './support/command.ts'
import { manyHours, service, smallApp } from './support/manifests.ts'
import { usePlayground } from './support/namespace.ts'
import { expectExit } from './support/report.ts'
import { site } from './support/site.ts'

// Confidence 99 % instead of 99.9 %: fewer pods for the same. One run in a hundred may be wrong.
const measuring = ['--measure-timeout', '--confidence', '99%']

function reportOf(ended: Ended): TimeoutReport {
  expect(ended.stdout, `no JSON on stdout; stderr was: ${ended.stderr}`).toMatch(/^\{[\s\S]*\}\n$/)
  return timeoutReport.parse(JSON.parse(ended.stdout))
}

/** An idle timer that ends at this time, known to a second; or within the second before it, where the proxy counts those. */
function expectIdle({ status: { finding } }: TimeoutReport, seconds: number): void {
  expect(finding).toMatchObject({ outcome: 'timed', kind: 'idle' })
  const { fromMs, toMs = Infinity } = finding!
  if (site.countsSeconds) {
    expect(finding!.clock).toBe('whole-seconds')
    expect(fromMs).toBeLessThanOrEqual(seconds * 1000 - 980)
    expect(toMs).toBeGreaterThanOrEqual(seconds * 1000 - 20)
    expect(toMs - fromMs).toBeLessThanOrEqual(2000)
    return
  }
  expect(fromMs).toBeGreaterThan(seconds * 1000 - 1000)
  expect(fromMs).toBeLessThanOrEqual(seconds * 1000 + 20)
  expect(toMs).toBeGreaterThanOrEqual(seconds * 1000 - 20)
  expect(toMs - fromMs).toBeLessThanOrEqual(1000)
}

describe(`probe --measure-timeout on ${site.name}`, () => {
  const place = usePlayground()
  const measure = (...args: string[]): Promise<Ended> => place.probe([...measuring, ...args])

  beforeAll(async () => {
    await place.deploy(
      smallApp(site, 'web', 3),
      smallApp(site, 'two', 2),
      smallApp(site, 'one', 1),
      service('none', { of: 'web' }),
      service('seconds-3', { of: 'web', affinity: 3 }),
      service('seconds-5', { of: 'web', affinity: 5 }),
      service('hours', { of: 'web', affinity: manyHours }),
      service('two', { affinity: 3 }),
      service('one', { affinity: 3 }),
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

  test('two endpoints', async () => {
    const ended = await measure('two', '-o', 'json')
    expectExit(ended, 0)
    expectIdle(reportOf(ended), 3)
  })

  test('one endpoint cannot show it, and no pod is started', async () => {
    const ended = await measure('one', '-o', 'json')
    expectExit(ended, 4)
    const { status } = reportOf(ended)
    expect(status.verdict).toMatchObject({ result: 'inconclusive', reason: 'one-endpoint' })
    expect(status.rounds).toStrictEqual([])
  })

  test('None: clients are not kept', async () => {
    const ended = await measure('none', '-o', 'json')
    expectExit(ended, 0)
    expect(reportOf(ended).status).toMatchObject({
      verdict: { result: 'as-expected' },
      finding: { outcome: 'not-held' },
    })
  })

  test('three hours are not waited for: it is proved that they last for --max', async () => {
    const ended = await measure('hours', '--max', '4s', '-o', 'json')
    expectExit(ended, 0)
    expect(ended.stderr).toMatch(/the configured timeout of 3h0m0s is longer than is waited for \(--max 4s\)/)
    const { status } = reportOf(ended)
    expect(status.finding).toMatchObject({ outcome: 'held' })
    // A clock of whole seconds may be late: 4 s seen kept prove a little less of what is configured.
    expect(status.finding?.fromMs).toBeGreaterThan(3500)
    expect(status.trials.some(({ pauseMs, same }) => pauseMs > 3900 && same)).toBe(true)
    expect(Math.max(...status.trials.map(({ pauseMs }) => pauseMs))).toBeLessThan(5000)
    expect(status.verdict.message).toMatch(/--shadow/)
  })

  test('a shadow of it is measured in its place, and gone afterwards', async () => {
    const before = await place.kubectl('get', 'services', '-o', 'name')
    const ended = await measure('hours', '--shadow', '-o', 'json')
    expectExit(ended, 0)
    const report = reportOf(ended)
    expectIdle(report, 10)
    expect(report.spec).toMatchObject({
      service: { name: 'hours', timeoutSeconds: manyHours },
      shadow: { timeoutSeconds: 10 },
    })
    expect(await place.kubectl('get', 'services', '-o', 'name')).toBe(before)
  })

  test('a pod that goes in the middle is not a move', async () => {
    const running = place.startProbe([...measuring, 'seconds-3', '-o', 'json'])
    await running.printed(/round 1: .* pause for/)
    await sleep(1000)
    const names = await place.kubectl('get', 'pods', '-l', 'app=web', '-o', 'name')
    await place.kubectl('delete', names.split('\n')[0]!, '--wait=false')
    const ended = await running.ended
    expectExit(ended, 0)
    const report = reportOf(ended)
    expectIdle(report, 3)
    const { endpointGone, failed } = report.status.discarded
    expect(endpointGone + failed).toBeGreaterThan(0)
    await place.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s')
    await place.proxiesFollow()
  })

  test('Ctrl-C says what is known so far, and leaves nothing', async () => {
    const running = place.startProbe([...measuring, 'seconds-5'])
    await running.printed(/round 1: .* pause for/)
    await sleep(500)
    running.kill('SIGINT')
    const ended = await running.ended
    expectExit(ended, 130)
    expect(ended.stdout).toMatch(/INCONCLUSIVE +interrupted before it was sure/)
  })
})
