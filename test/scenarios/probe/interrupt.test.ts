import { beforeAll, expect, test } from 'vitest'
import { run, shell } from '../support/command.ts'
import { service, smallApp } from '../support/manifests.ts'
import { usePlayground } from '../support/namespace.ts'
import { expectExit, reportOf } from '../support/report.ts'
import { describeOnce } from '../support/scenario.ts'
import { site } from '../support/site.ts'

/** Pods that are told to end get a second for it; the kubelet and the garbage collector take their time, too. */
const soonMs = 10_000

describeOnce('ending a probe early', () => {
  const place = usePlayground()
  const long = ['web', '--duration', '1m']

  beforeAll(async () => {
    await place.deploy(smallApp(site, 'web', 2), service('web'))
  })

  const cleanup = (...args: string[]) => run(site, ['cleanup', '-n', place.name, ...args])

  test('Ctrl-C right after the start: exit code 130, and no report', async () => {
    const running = place.startProbe(long)
    await running.printed(/\S/)
    running.kill('SIGINT')
    const ended = await running.ended
    expectExit(ended, 130)
    expect(ended.stdout).toBe('')
  })

  test('Ctrl-C in the middle reports what was seen', async () => {
    const running = place.startProbe([...long, '-o', 'json'])
    await place.requested(20)
    const at = performance.now()
    running.kill('SIGINT')
    const ended = await running.ended
    expectExit(ended, 130)
    const { status } = reportOf(ended)
    expect(status.totals.requests).toBeGreaterThan(10)
    expect(status.totals.requests).toBeLessThan(1000)
    expect(performance.now() - at).toBeLessThan(soonMs)
  })

  test('Ctrl-C twice says what is left and how to remove it, and that works', async () => {
    const running = place.startProbe(long)
    await place.requested(0)
    running.kill('SIGINT')
    await running.signalled()
    running.kill('SIGINT')
    const ended = await running.ended
    expectExit(ended, 130)
    expect(ended.stderr).toMatch(/job\/affinity-probe-\w+ may be left in namespace/)
    expect(ended.stderr).toMatch(
      new RegExp(`^ +kubectl delete job affinity-probe-\\w+ -n ${place.name}`, 'm'),
    )
    await cleanup()
  })

  test('SIGTERM: exit code 143', async () => {
    const running = place.startProbe(long)
    await running.printed(/waiting for the first answer/)
    running.kill('SIGTERM')
    expectExit(await running.ended, 143)
  })

  test('readers that leave: the probe ends in order', async () => {
    const command = `kubectl affinity probe -n ${place.name} web -o json`
    for (const line of [`${command} 2>&1 >/dev/null | true`, `${command} | true`, `${command} >/dev/full`]) {
      const { stderr } = await shell(site, line)
      expect(stderr).not.toMatch(/ at /)
      expect(await place.leftovers(), line).toStrictEqual([])
    }
  })

  test('kill -9, and cleanup removes what it left', async () => {
    const running = place.startProbe(long)
    await running.printed(/waiting for the first answer/)
    running.kill('SIGKILL')
    await running.ended
    const left = await place.leftovers()
    expect(left).toHaveLength(2)

    const dry = await cleanup('--dry-run=client')
    expectExit(dry, 0)
    expect(dry.stdout).toMatch(/^job\.batch\/affinity-probe-\w+ deleted \(dry run\)\n$/)
    expect(await place.leftovers()).toStrictEqual(left)

    const everywhere = await run(site, ['cleanup', '-A', '--dry-run=client'])
    expect(everywhere.stdout).toMatch(new RegExp(`deleted in namespace ${place.name} \\(dry run\\)`))

    const real = await cleanup()
    expectExit(real, 0)
    expect(real.stdout).toMatch(/^job\.batch\/affinity-probe-\w+ deleted\n$/)
    expect(await place.leftovers()).toStrictEqual([])

    const again = await cleanup()
    expectExit(again, 0)
    expect(again.stdout).toBe('')
    expect(again.stderr).toMatch(/Nothing left by kubectl-affinity in namespace/)
  })

  test('a Job that someone deletes in the middle ends the probe', async () => {
    const running = place.startProbe([...long, '-o', 'json'])
    await place.requested(20)
    await place.kubectl('delete', 'jobs', '--all', '--wait=false')
    const ended = await running.ended
    expect(reportOf(ended).status.notes.join()).toMatch(
      /ended before it was done: (the probe pod was deleted|its container was told to end)/,
    )
  })
})
