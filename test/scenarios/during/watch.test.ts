import { beforeAll, describe, expect, test } from 'vitest'
import { type ProbeReport, probeReport } from '../../../src/model/contract/probe.ts'
import type { Ended } from '../support/command.ts'
import { app, manyHours, service } from '../support/manifests.ts'
import { usePlayground } from '../support/namespace.ts'
import { expectExit } from '../support/report.ts'
import { scenario } from '../support/scenario.ts'
import { site } from '../support/site.ts'

const codeOf = { 'as-expected': 0, differs: 3, inconclusive: 4 } as const

/** What `-o json` prints: events, and the report as the last line. */
function readLines(ended: Ended): {
  events: { type: string; from?: { name: string } }[]
  report: ProbeReport
} {
  const lines = ended.stdout.trimEnd().split('\n')
  const report = probeReport.parse(JSON.parse(lines.pop() ?? ''))
  return { events: lines.map((line) => JSON.parse(line)), report }
}

describe(`probe --watch on ${site.name}`, () => {
  const place = usePlayground()

  beforeAll(async () => {
    await place.deploy(
      app(site, 'web'),
      service('sticky', { of: 'web', affinity: manyHours }),
      service('spread', { of: 'web' }),
    )
  })

  const firstPod = async (): Promise<string> => {
    const names = await place.kubectl('get', 'pods', '-l', 'app=web', '-o', 'name')
    return names.split('\n')[0]?.replace('pod/', '') ?? ''
  }

  test('says a switch when it happens and why, and ends with the report when it is stopped', async () => {
    const running = place.startProbe(['sticky', '--watch'])
    await place.requested(50)
    // Whichever pod it is on, it has to leave it.
    await place.kubectl('rollout', 'restart', 'deployment/web')
    await running.printed(
      /^\d\d:\d\d:\d\d {2}A \S+ → B \S+ {3}request \d+, A (terminating|removed|not ready)$/m,
      'stdout',
    )
    expect(running.stdout).toMatch(/^\d\d:\d\d:\d\d {2}endpoint \S+ terminating$/m)
    expect(running.stdout).not.toMatch(/STICKY/)
    // What follows the switch is enough for a verdict of its own.
    await place.requested(150)
    running.kill('SIGINT')
    const ended = await running.ended
    expectExit(ended, 0)
    expect(ended.stderr).toMatch(/^sending requests until stopped to /m)
    expect(ended.stdout).toMatch(/STICKY as configured/)
    await place.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s')
    await place.proxiesFollow()
  })

  test('as JSON: one object on each line, the report last', async () => {
    const running = place.startProbe(['sticky', '--watch', '-o', 'json'])
    await place.requested(30)
    await place.kubectl('delete', 'pod', await firstPod(), '--wait=false')
    await running.printed(/"kind":"terminating"/, 'stdout')
    running.kill('SIGTERM')
    const ended = await running.ended
    const { events, report } = readLines(ended)
    // How many answers there were by now is up to the machine, and so is whether they suffice to be sure.
    expectExit(ended, codeOf[report.status.verdict.result])
    expect(events.map(({ type }) => type)).toContain('endpoint')
    expect(report.status.totals.lost).toBe(0)
    await place.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s')
    await place.proxiesFollow()
  })

  test('its exit code is that of the verdict', async () => {
    const running = place.startProbe(['spread', '--watch', '--expect', 'sticky'])
    await running.printed(/(?:nothing explains it[^]*){3}/, 'stdout')
    running.kill('SIGINT')
    expectExit(await running.ended, 3)
  })

  test('where the Service spreads, switches are counted and not told', async () => {
    const ended = await place.probe(['spread', '--watch', '--duration', '3s'])
    expectExit(ended, 0)
    expect(ended.stdout).not.toMatch(/→/)
    expect(ended.stderr).toMatch(/^sending requests for 3s to /m)
    expect(ended.stderr).toMatch(/endpoints are told, switches are counted/)
    expect(ended.stdout).toMatch(/SPREAD as configured/)
  })

  test('where no two answers are the same, none is told as a switch', async () => {
    const ended = await place.probe([
      'sticky',
      '--path',
      '/unique',
      '--identify',
      'anonymous',
      '--watch',
      '--duration',
      '3s',
    ])
    expectExit(ended, 4)
    expect(ended.stdout).not.toMatch(/→/)
    expect(ended.stderr).toMatch(/the answers do not say which pod gave them/)
    expect(ended.stdout).toMatch(/INCONCLUSIVE/)
  })

  scenario('what a killed one leaves ends within half an hour', ['real scheduling'], async () => {
    const running = place.startProbe(['sticky', '--watch'])
    await running.printed(/waiting for the first answer/)
    const deadline = await place.kubectl(
      'get',
      'jobs',
      '-l',
      'app.kubernetes.io/managed-by=kubectl-affinity',
      '-o',
      'jsonpath={.items[0].spec.activeDeadlineSeconds}',
    )
    running.kill('SIGINT')
    await running.ended
    expect(Number(deadline)).toBeGreaterThan(1700)
    expect(Number(deadline)).toBeLessThan(1900)
  })

  test.each([
    [
      ['--requests', '5'],
      '--requests and --watch cannot be used together|--watch and --requests cannot be used together',
    ],
    [['-o', 'yaml'], 'must be json, text or wide with --watch'],
  ])('refuses %j', async (args, words) => {
    const ended = await place.probe(['sticky', '--watch', ...args])
    expectExit(ended, 2)
    expect(ended.stderr).toMatch(new RegExp(words))
  })
})
