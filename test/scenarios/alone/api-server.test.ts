import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, expect } from 'vitest'
import { probeReport } from '../../../src/model/contract/probe.ts'
import { type Running, start } from '../support/command.ts'
import { app, service } from '../support/manifests.ts'
import { usePlayground } from '../support/namespace.ts'
import { expectExit, reportOf } from '../support/report.ts'
import { describeOnce, scenario } from '../support/scenario.ts'
import { site } from '../support/site.ts'

describeOnce('an API server that goes away', () => {
  const place = usePlayground()

  beforeAll(async () => {
    await place.deploy(app(site, 'web'), service('web'))
  })

  const probing = async (...args: string[]): Promise<Running> => {
    const running = place.startProbe(['web', ...args, '-o', 'json'])
    await running.printed(/waiting for the first answer/)
    return running
  }

  // One outage for all: after several in a row, kubelets and controllers of a real cluster wait a minute before they look again.
  scenario(
    'costs a probe no observation, one that ends meanwhile removes its Job after all, and --watch goes on',
    ['api server restarts'],
    async () => {
      const peer = await site.peer()
      const stays = await peer.balance('outlived1-lb', 71)
      const goes = await peer.balance('outlived2-lb', 72)
      const addresses = async (): Promise<string[]> => {
        const list = ['get', 'endpointslices', '-l', 'kubernetes.io/service-name=outlived', '-o']
        const text = await place.kubectl(...list, 'jsonpath={.items[*].endpoints[*].addresses[*]}')
        return text.split(' ').sort()
      }
      const from = ['--from', 'svc/outlived1-lb,svc/outlived2-lb']
      const follower = start(site, [
        'external',
        'outlived',
        ...peer.flags,
        ...from,
        '--watch',
        '-n',
        place.name,
      ])
      await follower.printed(/following /, 'stdout')
      expect(await addresses()).toStrictEqual([stays.address, goes.address].sort())
      const through = await probing('--duration', '20s')
      const watcher = await probing('--watch', '--rate', '100')
      const inside = await probing('--duration', '3s')

      await inside.printed(/ requests {2}/)
      await site.stopApiServer()
      try {
        await goes.setAddress(false)
        await follower.printed(/the last endpoints stay/, 'stdout')
        await watcher.printed(/the connection to the API server is lost/)
        // As long as the outage is to be at least: what ends in it cannot be asked.
        await sleep(5000)
      } finally {
        await site.startApiServer()
      }

      await follower.printed(new RegExp(`- ${goes.address}:80.*\\n.*up to date again`), 'stdout')
      expect(await addresses()).toStrictEqual([stays.address])
      follower.kill('SIGINT')
      expectExit(await follower.ended, 130)
      expect(await addresses()).toStrictEqual([stays.address])

      await watcher.printed(/connected again/)
      await place.requested((await place.newest()) + 50)
      watcher.kill('SIGINT')
      const watched = await watcher.ended
      expectExit(watched, 0)
      const { status } = probeReport.parse(JSON.parse(watched.stdout.trimEnd().split('\n').at(-1) ?? ''))
      expect(status.totals.lost).toBe(0)

      const ended = await through.ended
      expectExit(ended, 0)
      expect(ended.stderr).toMatch(/connection to the API server is lost/)
      expect(ended.stderr).toMatch(/connected again/)
      const { totals, verdict } = reportOf(ended).status
      // How many there were is up to the machine, which starts an API server meanwhile.
      expect(totals.lost).toBe(0)
      expect(verdict.behaviour).toBe('spread')

      const removed = await inside.ended
      expectExit(removed, 0)
      expect(reportOf(removed).status.totals.lost).toBe(0)
    },
  )
})
