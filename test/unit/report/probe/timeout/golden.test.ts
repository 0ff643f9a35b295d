import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { timeoutReport } from '../../../../../src/model/contract/timeout.ts'
import { createStyle } from '../../../../../src/report/terminal.ts'
import { textWidth } from '../../../../../src/report/text/width.ts'
import { renderTimeout, type TimeoutFormat } from '../../../../../src/report/probe/timeout/render.ts'
import { fixtures } from './fixtures.ts'

// How reports look. After a change that is meant: npx vitest run --project unit test/unit/report -u, and read the diff.

const folder = join(import.meta.dirname, '../../../../golden/timeout')
const plain = createStyle({ isTTY: false, env: {} })
const colour = createStyle({ isTTY: true, env: { TERM: 'xterm' } })
const ascii = createStyle({ isTTY: true, env: { NO_COLOR: '1', LANG: 'C' } })
const next = ['kubectl affinity probe svc/sample-clusterip -n handson --measure-timeout --shadow']
const names = Object.keys(fixtures)

async function show(name: string, format: TimeoutFormat, width = 80, style = plain): Promise<string> {
  return await renderTimeout(fixtures[name]!(), format, { style, width, next })
}

/** Rulers at the width show at a glance where a line ends. */
async function atWidths(name: string, format: TimeoutFormat, widths: readonly number[]): Promise<string> {
  const parts = widths.map(async (width) => {
    const ruler = `${'-'.repeat(width - 4)} ${String(width).padStart(3)}`
    return `${ruler}\n${await show(name, format, width)}`
  })
  return (await Promise.all(parts)).join('\n')
}

describe('reports on timeouts look as in their golden files', () => {
  it.each(names)('%s', async (name) => {
    await expect(await atWidths(name, 'text', [100, 80, 50])).toMatchFileSnapshot(join(folder, `${name}.txt`))
  })

  it('wide', async () => {
    await expect(await atWidths('two-minute-floor', 'wide', [100, 60])).toMatchFileSnapshot(
      join(folder, 'two-minute-floor.wide.txt'),
    )
  })

  it.each([
    ['colour', colour],
    ['ascii', ascii],
  ] as const)('%s', async (kind, style) => {
    const text = await show('idle', 'text', 80, style)
    await expect(text).toMatchFileSnapshot(join(folder, `${kind}.txt`))
  })

  it.each(['json', 'yaml'] as const)('%s', async (format) => {
    await expect(await show('absolute', format)).toMatchFileSnapshot(join(folder, `absolute.${format}`))
  })
})

describe('every report on a timeout', () => {
  it.each(names)('%s: keeps to its schema, and says the same in YAML', async (name) => {
    const json: unknown = JSON.parse(await show(name, 'json'))
    // Parsing drops what the schema does not know.
    expect(timeoutReport.parse(json)).toEqual(json)
    expect(parse(await show(name, 'yaml'))).toEqual(json)
  })

  it.each(names)('%s: keeps within the width, and to ASCII where that is all there is', async (name) => {
    for (const width of [40, 60, 80, 120]) {
      const lines = (await show(name, 'wide', width)).split('\n')
      for (const line of lines) expect(textWidth(line), line).toBeLessThanOrEqual(width)
    }
    // oxlint-disable-next-line no-control-regex -- everything but ASCII
    expect(await show(name, 'wide', 80, ascii)).toMatch(/^[\x20-\x7e\n]*$/)
  })
})
