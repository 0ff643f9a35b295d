import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, expect } from 'vitest'
import { probeReport } from '../../../src/report/schema/probe.ts'
import { start } from '../support/command.ts'
import { app, service } from '../support/manifests.ts'
import { usePlayground } from '../support/namespace.ts'
import { expectExit, reportOf } from '../support/report.ts'
import { describeOnce, scenario } from '../support/scenario.ts'
import { site } from '../support/site.ts'

describeOnce('an API server that goes away during a run', () => {
  const place = usePlayground()

  beforeAll(async () => {
    await place.deploy(app(site, 'web'), service('web'))
  })

  scenario('for 5 s: it costs no observation', ['api server restarts'], async () => {
    const running = place.startProbe(['web', '--duration', '12s', '-o', 'json'])
    await running.printed(/waiting for the first answer/)
    await sleep(2000)
    await site.stopApiServer()
    try {
      await sleep(5000)
    } finally {
      await site.startApiServer()
    }
    const ended = await running.ended
    expectExit(ended, 0)
    const { status } = reportOf(ended)
    expect(status.totals).toMatchObject({ lost: 0 })
    // 600 are planned; a machine that starts an API server meanwhile may hold some of them back.
    expect(status.totals.requests).toBeGreaterThan(400)
    expect(status.verdict.behaviour).toBe('spread')
    expect(ended.stderr).toMatch(/connection to the API server is lost/)
    expect(ended.stderr).toMatch(/connected again/)
  })

  scenario('at the end: the Job is removed after all', ['api server restarts'], async () => {
    const running = place.startProbe(['web', '--duration', '3s', '-o', 'json'])
    await running.printed(/waiting for the first answer/)
    await sleep(1500)
    await site.stopApiServer()
    try {
      await sleep(4000)
    } finally {
      await site.startApiServer()
    }
    const ended = await running.ended
    expectExit(ended, 0)
    expect(reportOf(ended).status.totals.lost).toBe(0)
  })

  scenario('--watch goes on, and loses nothing', ['api server restarts'], async () => {
    const running = place.startProbe(['web', '--watch', '--rate', '100', '-o', 'json'])
    await running.printed(/waiting for the first answer/)
    await site.stopApiServer()
    try {
      await running.printed(/the connection to the API server is lost/)
    } finally {
      await site.startApiServer()
    }
    await running.printed(/connected again/)
    await sleep(1000)
    running.kill('SIGINT')
    const ended = await running.ended
    expectExit(ended, 0)
    const report = probeReport.parse(JSON.parse(ended.stdout.trimEnd().split('\n').at(-1) ?? ''))
    expect(report.status.totals.lost).toBe(0)
  })

  scenario('external --watch writes what changed meanwhile', ['api server restarts'], async () => {
    const peer = await site.peer()
    const stays = await peer.balance('outlived1-lb', 71)
    const goes = await peer.balance('outlived2-lb', 72)
    const addresses = async (): Promise<string[]> => {
      const list = ['get', 'endpointslices', '-l', 'kubernetes.io/service-name=outlived', '-o']
      const text = await place.kubectl(...list, 'jsonpath={.items[*].endpoints[*].addresses[*]}')
      return text.split(' ').sort()
    }
    const from = ['--from', 'svc/outlived1-lb,svc/outlived2-lb']
    const watch = start(site, ['external', 'outlived', ...peer.flags, ...from, '--watch', '-n', place.name])
    await watch.printed(/following /, 'stdout')
    expect(await addresses()).toStrictEqual([stays.address, goes.address].sort())
    await site.stopApiServer()
    try {
      await goes.setAddress(false)
      await watch.printed(/the last endpoints stay/, 'stdout')
    } finally {
      await site.startApiServer()
    }
    await watch.printed(new RegExp(`- ${goes.address}:80.*\\n.*up to date again`), 'stdout')
    expect(await addresses()).toStrictEqual([stays.address])
    watch.kill('SIGINT')
    expectExit(await watch.ended, 130)
    expect(await addresses()).toStrictEqual([stays.address])
  })
})
