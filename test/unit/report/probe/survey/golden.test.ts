import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { renderSurveyText } from '../../../../../src/report/probe/survey/text.ts'
import { createStyle } from '../../../../../src/report/terminal.ts'
import { surveys } from './fixtures.ts'

// How the reports on several clients and entries look. After a change that is meant:
// npx vitest run --project unit test/unit/report/probe/survey -u, and read the diff.

const folder = join(import.meta.dirname, '../../../../golden/probe/survey')
const plain = createStyle({ isTTY: false, env: {} })
const colour = createStyle({ isTTY: true, env: { TERM: 'xterm' } })
const ascii = createStyle({ isTTY: true, env: { NO_COLOR: '1', LANG: 'C' } })
const next = ['kubectl affinity explain svc/sample-clusterip -n handson']

function atWidths(name: string, widths: readonly number[], style = plain, wide = false): string {
  const survey = surveys[name]?.()
  if (survey === undefined) throw new Error(`no survey ${name}`)
  return widths
    .map((width) => {
      const ruler = `${'-'.repeat(width - 4)} ${String(width).padStart(3)}`
      return `${ruler}\n${renderSurveyText(survey, { style, width, next, wide })}`
    })
    .join('\n')
}

describe('reports on several clients and entries look as in their golden files', () => {
  it.each(Object.keys(surveys))('%s', async (name) => {
    await expect(atWidths(name, [100, 80, 59, 44])).toMatchFileSnapshot(join(folder, `${name}.txt`))
  })

  it('wide', async () => {
    await expect(atWidths('many-clients', [100], plain, true)).toMatchFileSnapshot(join(folder, 'wide.txt'))
  })

  it('in colour', async () => {
    const texts = ['two-nodes', 'local', 'one-unreachable'].map((name) => atWidths(name, [80], colour))
    const visible = texts.join('\n').replaceAll('\u001B', '␛')
    await expect(visible).toMatchFileSnapshot(join(folder, 'colour.txt'))
  })

  it('in ASCII', async () => {
    const names = ['two-nodes', 'local', 'one-unreachable', 'many-clients']
    const texts = names.map((name) => atWidths(name, [80], ascii))
    await expect(texts.join('\n')).toMatchFileSnapshot(join(folder, 'ascii.txt'))
  })
})
