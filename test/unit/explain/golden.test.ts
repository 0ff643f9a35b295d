import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { analyseService, type Explanation } from '../../../src/analysis/analyse.ts'
import { createRenderer, type ExplainFormat } from '../../../src/report/explain/render.ts'
import type { ExplainRenderOptions } from '../../../src/report/explain/renderer.ts'
import { explainReport, explainReportList } from '../../../src/model/contract/explain.ts'
import { createStyle } from '../../../src/report/terminal.ts'
import { textWidth } from '../../../src/report/text/width.ts'
import { snapshotOfFiles } from '../../../src/snapshot/files/snapshot.ts'
import { explanations } from './fixtures.ts'

const golden = join(import.meta.dirname, '../../golden/explain')
const plain: ExplainRenderOptions = {
  style: createStyle({ isTTY: false, env: {} }),
  width: 80,
  level: 'info',
  findingsOnly: false,
  single: true,
  compact: false,
  isList: false,
  next: ({ target: { name, namespace } }) => [
    { label: 'prove', command: `kubectl affinity probe svc/${name} -n ${namespace}` },
  ],
}

async function render(
  items: readonly Explanation[],
  format: ExplainFormat,
  options: Partial<ExplainRenderOptions> = {},
): Promise<string> {
  const renderer = await createRenderer(format, { ...plain, ...options })
  return items.map((item) => renderer.item(item)).join('') + renderer.end()
}

const all = Object.entries(explanations)

/** With some of the codes that found nothing: of all of them, every new one would be in these files. */
function brief(explanation: Explanation): Explanation {
  const some = (codes: Explanation['passed']) =>
    codes.filter((code) => /^AFF-(SVC-TIMEOUT|PROXY-IP)/.test(code))
  return {
    ...explanation,
    passed: some(explanation.passed),
    doesNotApply: some(explanation.doesNotApply),
  }
}

describe('explain', () => {
  it.each(all)('%s', async (name, make) => {
    const text = await render([make()], 'text')
    await expect(text).toMatchFileSnapshot(join(golden, `${name}.txt`))
    for (const line of text.split('\n')) expect(textWidth(line)).toBeLessThanOrEqual(80)
  })

  it.each([12, 20, 35])('the sum stays whole at %i columns', async (width) => {
    const items = all.map(([, make]) => make())
    const text = await render(items, 'text', { single: false, findingsOnly: true, width })
    expect(text.slice(text.lastIndexOf(`${items.length}`)).replaceAll(/\s+/g, ' ')).toMatch(
      /^\d+ services,? \d+ findings \(\d+ errors?, \d+ warnings?, \d+ info\) $/,
    )
  })

  it.each([
    ['many-findings', 'wide', 'many-findings.wide.txt', {}],
    ['ingress-and-nodeport', 'json', 'ingress-and-nodeport.json', {}],
    ['ingress-and-nodeport', 'yaml', 'ingress-and-nodeport.yaml', {}],
    ['many-findings', 'junit', 'many-findings.junit.xml', {}],
    ['ingress-and-nodeport', 'text', 'narrow.txt', { width: 44 }],
    ['ingress-and-nodeport', 'text', 'narrowest.txt', { width: 30 }],
    [
      'ingress-and-nodeport',
      'text',
      'ascii.txt',
      { style: createStyle({ isTTY: true, env: { LANG: 'C', NO_COLOR: '1' } }) },
    ],
    [
      'ingress-and-nodeport',
      'text',
      'colour.txt',
      { style: createStyle({ isTTY: true, env: { LANG: 'C.UTF-8' } }) },
    ],
    ['many-findings', 'text', 'findings-only.txt', { findingsOnly: true, level: 'warning' }],
  ] as const)('%s as %s', async (name, format, file, options) => {
    const text = await render([brief(explanations[name]!())], format, options)
    await expect(text).toMatchFileSnapshot(join(golden, file))
  })

  it('several Services', async () => {
    const items = all.map(([, make]) => make())
    const several = { single: false, isList: true }
    await expect(await render(items, 'text', { ...several, compact: true })).toMatchFileSnapshot(
      join(golden, 'every.txt'),
    )
    await expect(
      await render(items, 'name', { ...several, findingsOnly: true, level: 'error' }),
    ).toMatchFileSnapshot(join(golden, 'every.name.txt'))
  })

  it('files', async () => {
    const text =
      'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  ports: [{port: 80}]\n  clusterIP: None\n  sessionAffinity: ClusterIP\n'
    const { snapshot, findings } = snapshotOfFiles([{ name: 'web.yaml', text, named: true }], 'default')
    const renderer = await createRenderer('text', { ...plain, single: false, next: () => [] })
    const parts = [
      renderer.findings(findings),
      ...snapshot.services.map((one) => renderer.item(analyseService(snapshot, one))),
    ]
    await expect(parts.join('') + renderer.end()).toMatchFileSnapshot(join(golden, 'file.txt'))
  })

  it('nothing at all', async () => {
    expect(await render([], 'text', { single: false, isList: true })).toBe('')
    expect(
      explainReportList.parse(JSON.parse(await render([], 'json', { single: false, isList: true }))).items,
    ).toEqual([])
    expect(await render([], 'junit', { single: false })).toContain('<testsuites')
  })
})

describe('the schema of explain -o json', () => {
  it.each(all)('holds for %s, and knows all that is there', async (_name, make) => {
    const report: unknown = JSON.parse(await render([make()], 'json'))
    // Parsing drops what the schema does not know.
    expect(explainReport.parse(report)).toEqual(report)
  })

  it('holds for lists, and yaml says the same', async () => {
    const items = all.map(([, make]) => make())
    const report: unknown = JSON.parse(await render(items, 'json', { single: false }))
    expect(explainReportList.parse(report)).toEqual(report)
    expect(parse(await render(items, 'yaml', { single: false }))).toEqual(report)
  })
})
