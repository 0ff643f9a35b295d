import { beforeAll, describe, expect, test } from 'vitest'
import { manyHours, service, smallApp } from '../support/manifests.ts'
import { usePlayground } from '../support/namespace.ts'
import { expectExit } from '../support/report.ts'
import { site } from '../support/site.ts'
import { expectIdle, measuring, reportOf } from '../support/timeout.ts'

// What happens beside a measurement, or in the middle of one. In a file of its own, so that two run at a time.
describe(`probe --measure-timeout on ${site.name}, while things change`, () => {
  const place = usePlayground()

  beforeAll(async () => {
    await place.deploy(
      smallApp(site, 'web', 3),
      service('seconds-3', { of: 'web', affinity: 3 }),
      service('seconds-5', { of: 'web', affinity: 5 }),
      service('hours', { of: 'web', affinity: manyHours }),
    )
  })

  test('a shadow of it is measured in its place, and gone afterwards', async () => {
    const before = await place.kubectl('get', 'services', '-o', 'name')
    const ended = await place.probe([...measuring, 'hours', '--shadow', '-o', 'json'])
    expectExit(ended, 0)
    const report = reportOf(ended)
    expectIdle(report, 10)
    expect(report.spec).toMatchObject({
      service: { name: 'hours', timeoutSeconds: manyHours },
      shadow: { timeoutSeconds: 10 },
    })
    expect(await place.kubectl('get', 'services', '-o', 'name')).toBe(before)
  })

  // Trials that the end of the pod spoils are made again, and a busy machine is slow to start their pods.
  test('a pod that goes in the middle is not a move', { timeout: 400_000 }, async () => {
    const running = place.startProbe([...measuring, 'seconds-3', '-o', 'json'])
    await running.printed(/round 1: .* pause for/)
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
    running.kill('SIGINT')
    const ended = await running.ended
    expectExit(ended, 130)
    expect(ended.stdout).toMatch(/INCONCLUSIVE +interrupted before it was sure/)
  })

  test('Ctrl-C while its pods start ends it, and says nothing of their image', async () => {
    const running = place.startProbe([...measuring, 'seconds-5'])
    await running.printed(/starting \d+ probe pods/)
    running.kill('SIGINT')
    const ended = await running.ended
    expectExit(ended, 130)
    expect(ended.stderr).not.toMatch(/error:/)
  })
})
