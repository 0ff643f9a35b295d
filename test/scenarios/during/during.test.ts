import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ProbeReport } from '../../../src/model/contract/probe.ts'
import { app, manyHours, service } from '../support/manifests.ts'
import { usePlayground } from '../support/namespace.ts'
import { scaled, toTheEnd } from '../support/pods.ts'
import { expectExit, reportOf } from '../support/report.ts'
import { site } from '../support/site.ts'

type During = NonNullable<ProbeReport['status']['during']>

/** The words of each process on this machine. */
function commandLines(): string[][] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      } catch {
        // It has just ended.
        return []
      }
    })
}

describe(`probe --during on ${site.name}`, () => {
  const place = usePlayground()

  beforeAll(async () => {
    await place.deploy(
      app(site, 'web'),
      service('sticky', { of: 'web', affinity: manyHours }),
      service('spread', { of: 'web' }),
    )
  })

  beforeEach(async () => {
    await scaled(place, 'web', 3)
  })

  /** The report on a probe with a command of kubectl in the middle. */
  const during = async (words: string, pods: number): Promise<ProbeReport['status'] & { during: During }> => {
    const ended = await place.probe(['sticky', '--during', toTheEnd(place, words, 'web', pods), '-o', 'json'])
    expectExit(ended, 0)
    const { status } = reportOf(ended)
    expect(status.during).toMatchObject({
      exitCode: 0,
      phases: [{ name: 'before' }, { name: 'during' }, { name: 'after' }],
    })
    return { ...status, during: status.during! }
  }

  test('a rollout moves the client once, because its pod went', async () => {
    const { during: report, switches, verdict } = await during('rollout restart deployment/web', 3)
    expect(verdict).toMatchObject({ behaviour: 'sticky', result: 'as-expected' })
    expect(switches.length).toBeGreaterThan(0)
    for (const { explanation } of switches) expect(explanation?.kind).toBe('endpoint-gone')
    const [before, , after] = report.phases
    expect(before?.backends).toHaveLength(1)
    expect(after?.backends).toHaveLength(1)
    expect(after?.backends[0]?.letter).not.toBe(before?.backends[0]?.letter)
  })

  test('a scale-up moves nobody', async () => {
    const { switches, endpointChanges, during: report } = await during('scale deployment/web --replicas=5', 5)
    expect(switches).toEqual([])
    expect(endpointChanges.filter(({ kind }) => kind === 'added' || kind === 'ready').length).toBeGreaterThan(
      1,
    )
    expect(report.phases.map(({ backends }) => backends.map(({ letter }) => letter))).toEqual([
      ['A'],
      ['A'],
      ['A'],
    ])
  })

  test('a scale-down moves the client when its pod went, and else does not', async () => {
    const { switches, endpointChanges } = await during('scale deployment/web --replicas=2', 2)
    expect(endpointChanges.map(({ kind }) => kind)).toContain('removed')
    for (const { explanation } of switches) expect(explanation?.kind).toBe('endpoint-gone')
  })

  test('the report for people: before, during, after, who moved', async () => {
    const words = `kubectl -n ${place.name} scale deployment/web --replicas=4`
    const ended = await place.probe(['sticky', '--during', words])
    expectExit(ended, 0)
    expect(ended.stdout).toMatch(/^command kubectl[^]*?exit code 0 after/m)
    expect(ended.stdout).toMatch(/^ {2}before {2}.*\n {2}during {2}.*\n {2}after {3}/m)
    expect(ended.stdout).toMatch(/^moved {3}nobody: the client stayed on its pod$/m)
    expect(ended.stderr).toMatch(/running: kubectl/)
    expect(ended.stderr).toMatch(/deployment.apps\/web scaled/)
  })

  test('a command that fails is reported, and is the exit code when all else is well', async () => {
    const ended = await place.probe(['sticky', '--during', 'echo to no avail >&2; exit 7', '-o', 'json'])
    expectExit(ended, 1)
    const { status } = reportOf(ended)
    expect(status.during?.exitCode).toBe(7)
    expect(status.verdict.result).toBe('as-expected')
    expect(ended.stderr).toMatch(/to no avail/)
    expect(ended.stderr).toMatch(/the command exited with 7/)
  })

  test('where the Service spreads, there is no talk of moves', async () => {
    const ended = await place.probe(['spread', '--during', 'true'])
    expectExit(ended, 0)
    expect(ended.stdout).toMatch(/^ {2}after/m)
    expect(ended.stdout).not.toMatch(/^moved/m)
  })

  test('Ctrl-C ends the probe and its command, with all that this started', async () => {
    // A number of its own, to be found among the processes of this machine.
    const time = `9${Date.now() % 1_000_000}`
    // The command ends by nothing but the signal; what it started, deaf to SIGINT, ends with it.
    const running = place.startProbe(['sticky', '--during', `sleep ${time} & sleep ${time}.5`])
    await running.printed(/running: sleep/)
    running.kill('SIGINT')
    const ended = await running.ended
    expectExit(ended, 130)
    expect(ended.stdout).toMatch(/^command sleep[^]*?ended by SIG/m)
    expect(commandLines().filter((words) => words.some((word) => word.startsWith(time)))).toStrictEqual([])
  })

  test.each([
    [['--during', ' '], /must be a command/],
    [['--during', 'true', '--requests', '9'], /cannot be used together/],
    [['--during', 'true', '--watch'], /cannot be used together/],
  ])('refuses %j', async (args, words) => {
    const ended = await place.probe(['sticky', ...args])
    expectExit(ended, 2)
    expect(ended.stderr).toMatch(words)
  })
})
