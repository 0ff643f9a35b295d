import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { manyHours, service, smallApp } from '../support/manifests.ts'
import { patient, usePlayground } from '../support/namespace.ts'
import { describeOnce } from '../support/scenario.ts'
import { site } from '../support/site.ts'
import { hasTerminal, openTerminal, type Terminal } from '../support/terminal.ts'

const trimmed = (screen: string): string =>
  screen
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')

async function expectNothingWrapped(terminal: Terminal): Promise<void> {
  const [asShown, joined] = [await terminal.screen(), await terminal.screen({ joined: true })]
  expect(trimmed(asShown)).toBe(trimmed(joined))
}

/** Without a program that is a terminal the tests are skipped, and say so. */
const inTerminal = hasTerminal
  ? test
  : (name: string, body: () => Promise<void>): void => test.skip(`${name} (skipped: there is no tmux)`, body)

describeOnce('in a terminal', () => {
  const place = usePlayground()

  beforeAll(async () => {
    await place.deploy(
      smallApp(site, 'web', 3),
      service('web'),
      service('sticky', { of: 'web', affinity: manyHours }),
    )
  })

  const open = async (columns: number, words: string, rows = 24): Promise<Terminal> => {
    const command = `kubectl affinity probe -n ${place.name} ${patient(words.split(' ')).join(' ')}`
    const terminal = await openTerminal(site, { columns, rows, command })
    onTestFinished(() => terminal.close())
    return terminal
  }

  for (const columns of [100, 50]) {
    inTerminal(`${columns} columns: a live view, then the report alone`, async () => {
      // So long that a busy machine has time to look at the live view.
      const terminal = await open(columns, 'svc/sticky --duration 10s')
      await terminal.shows(/\d+ requests +\d+\/s/)
      await terminal.shows(/AAAAAAAAAA/)
      const live = await terminal.screen()
      expect(live).toMatch(/web-/)
      expect(await terminal.hasCursor()).toBe(false)
      for (const line of live.split('\n')) expect(line.length).toBeLessThanOrEqual(columns)
      await terminal.shows(/^exit 0$/m)
      const report = await terminal.screen()
      expect(report).toMatch(/STICKY/)
      // The first request is sent a moment after the clock starts.
      expect(report.match(/^ +0\.\ds \S/gm), `the live view is gone:\n${report}`).toHaveLength(1)
      expect(report).not.toMatch(/waiting for|starting/)
      await expectNothingWrapped(terminal)
      expect(await terminal.hasCursor()).toBe(true)
    })
  }

  inTerminal('Ctrl-C: what was seen, the cursor, and nothing else', async () => {
    const terminal = await open(80, 'svc/web --duration 1m')
    await terminal.shows(/\d+ requests +\d+\/s/)
    await terminal.type('C-c')
    await terminal.shows(/^exit 130$/m)
    expect(await terminal.hasCursor()).toBe(true)
    expect(await terminal.screen()).not.toMatch(/error/)
    await expectNothingWrapped(terminal)
  })

  inTerminal('a terminal that is lower than the view shows the report once', async () => {
    const terminal = await open(60, 'svc/web --duration 3s', 6)
    await terminal.shows(/\d+ requests/)
    await terminal.shows(/^exit 0$/m)
    expect((await terminal.screen()).match(/^SPREAD/gm)).toHaveLength(1)
    expect(await terminal.hasCursor()).toBe(true)
  })
})
