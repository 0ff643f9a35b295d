import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type ProbeFormat, renderProbe } from '../../../../src/report/probe/render.ts'
import { createStyle } from '../../../../src/report/terminal.ts'
import { fixtures } from './fixtures.ts'

// How reports look. After a change that is meant: npx vitest run --project unit test/unit/report -u, and read the diff.

const folder = join(import.meta.dirname, '../../../golden/probe')
const plain = createStyle({ isTTY: false, env: {} })
const colour = createStyle({ isTTY: true, env: { TERM: 'xterm' } })
const ascii = createStyle({ isTTY: true, env: { NO_COLOR: '1', LANG: 'C' } })
const next = ['kubectl affinity probe svc/sample-clusterip -n handson --requests 200 --keep-alive']

/** Rulers at the width show at a glance where a line ends. */
async function atWidths(
  name: string,
  format: ProbeFormat,
  widths: readonly number[],
  style = plain,
): Promise<string> {
  const result = fixtures[name]?.()
  if (result === undefined) throw new Error(`no fixture ${name}`)
  const parts = widths.map(async (width) => {
    const ruler = `${'-'.repeat(width - 4)} ${String(width).padStart(3)}`
    return `${ruler}\n${await renderProbe(result, format, { style, width, next })}`
  })
  return (await Promise.all(parts)).join('\n')
}

describe('reports look as in their golden files', () => {
  it.each(Object.keys(fixtures))('%s', async (name) => {
    const text = await atWidths(name, 'text', [100, 80, 59, 50])
    await expect(text).toMatchFileSnapshot(join(folder, `${name}.txt`))
  })

  it.each(['spread', 'many-backends', 'long-names'])('%s, wide', async (name) => {
    await expect(await atWidths(name, 'wide', [100, 80, 50])).toMatchFileSnapshot(
      join(folder, `${name}.wide.txt`),
    )
  })

  it('in colour', async () => {
    const names = ['sticky-switch', 'broken', 'failures', 'too-few-requests']
    const texts = await Promise.all(names.map((name) => atWidths(name, 'text', [80], colour)))
    const visible = texts.join('\n').replaceAll('\u001B', '␛')
    await expect(visible).toMatchFileSnapshot(join(folder, 'colour.txt'))
  })

  it('in ASCII', async () => {
    const names = ['sticky-switch', 'broken', 'failures', 'long-sticky', 'hostile']
    const texts = await Promise.all(names.map((name) => atWidths(name, 'text', [80], ascii)))
    await expect(texts.join('\n')).toMatchFileSnapshot(join(folder, 'ascii.txt'))
  })

  it.each(['json', 'yaml', 'name'] as const)('as %s', async (format) => {
    const result = fixtures['sticky-switch']?.()
    if (result === undefined) throw new Error('no fixture')
    const text = await renderProbe(result, format, { style: plain, width: 80, next })
    await expect(text).toMatchFileSnapshot(
      join(folder, `sticky-switch.${format === 'name' ? 'name.txt' : format}`),
    )
  })
})
