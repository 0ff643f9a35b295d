import { beforeAll, expect, test } from 'vitest'
import { run } from '../support/command.ts'
import { service, smallApp } from '../support/manifests.ts'
import { usePlayground } from '../support/namespace.ts'
import { expectExit } from '../support/report.ts'
import { describeOnce } from '../support/scenario.ts'
import { site } from '../support/site.ts'

describeOnce('cleanup in all namespaces', () => {
  const place = usePlayground()

  beforeAll(async () => {
    await place.deploy(smallApp(site, 'web', 2), service('web'))
  })

  test('removes what is left in any of them', async () => {
    const running = place.startProbe(['web', '--duration', '1m'])
    await running.printed(/waiting for the first answer/)
    running.kill('SIGKILL')
    await running.ended
    const ended = await run(site, ['cleanup', '--all-namespaces'])
    expectExit(ended, 0)
    expect(ended.stdout).toMatch(
      new RegExp(`job.batch/affinity-probe-\\w+ deleted in namespace ${place.name}`),
    )
  })
})
