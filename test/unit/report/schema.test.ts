import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { isCurrent, schemaFiles } from '../../../scripts/schema.ts'
import { toComparisonReport } from '../../../src/report/probe/comparison/json.ts'
import { toReport } from '../../../src/report/probe/json.ts'
import { toSurveyReport } from '../../../src/report/probe/survey/json.ts'
import { renderProbe } from '../../../src/report/probe/render.ts'
import { probeComparisonReport } from '../../../src/model/contract/comparison.ts'
import { probeReport } from '../../../src/model/contract/probe.ts'
import { surveyReport } from '../../../src/model/contract/survey.ts'
import { createStyle } from '../../../src/report/terminal.ts'
import { anyResult } from './probe/arbitrary.ts'
import { comparisons } from './probe/comparison/fixtures.ts'
import { fixtures } from './probe/fixtures.ts'
import { surveys } from './probe/survey/fixtures.ts'

const options = { style: createStyle({ isTTY: false, env: {} }), width: 80, next: [] }

describe('the schema of probe -o json', () => {
  it('is published as it is', () => {
    for (const [path, content] of schemaFiles()) {
      expect(isCurrent(path, content), `${path}: run node scripts/schema.ts`).toBe(true)
    }
  })

  it('describes every field', () => {
    const undescribed: string[] = []
    for (const content of schemaFiles().values()) collectUndescribed(JSON.parse(content), '', undescribed)
    expect(undescribed).toEqual([])
  })

  it.each(Object.keys(fixtures))('holds for %s, and knows all that is there', (name) => {
    const result = fixtures[name]?.()
    if (result === undefined) throw new Error('no fixture')
    const report: unknown = JSON.parse(JSON.stringify(toReport(result)))
    // Parsing drops what the schema does not know.
    expect(probeReport.parse(report)).toEqual(report)
  })

  it.each(Object.keys(comparisons))('holds for two side by side: %s', (name) => {
    const comparison = comparisons[name]?.()
    if (comparison === undefined) throw new Error('no comparison')
    const report: unknown = JSON.parse(JSON.stringify(toComparisonReport(comparison)))
    expect(probeComparisonReport.parse(report)).toEqual(report)
  })

  it.each(Object.keys(surveys))('holds for several clients or entries: %s', (name) => {
    const survey = surveys[name]?.()
    if (survey === undefined) throw new Error('no survey')
    const report: unknown = JSON.parse(JSON.stringify(toSurveyReport(survey)))
    expect(surveyReport.parse(report)).toEqual(report)
  })

  it('holds for any result', () => {
    fc.assert(
      fc.property(anyResult, (result) => {
        const report: unknown = JSON.parse(JSON.stringify(toReport(result)))
        expect(probeReport.parse(report)).toEqual(report)
      }),
      { numRuns: 150 },
    )
  })

  it('yaml and json say the same', async () => {
    await fc.assert(
      fc.asyncProperty(anyResult, async (result) => {
        const json: unknown = JSON.parse(await renderProbe(result, 'json', options))
        expect(parse(await renderProbe(result, 'yaml', options))).toEqual(json)
      }),
      { numRuns: 30 },
    )
  })
})

interface SchemaNode {
  description?: string
  properties?: Record<string, SchemaNode>
  items?: SchemaNode
  anyOf?: SchemaNode[]
  oneOf?: SchemaNode[]
}

function collectUndescribed(node: SchemaNode, path: string, undescribed: string[]): void {
  for (const [name, child] of Object.entries(node.properties ?? {})) {
    if (child.description === undefined) undescribed.push(`${path}.${name}`)
    collectUndescribed(child, `${path}.${name}`, undescribed)
  }
  for (const child of [node.items, ...(node.anyOf ?? []), ...(node.oneOf ?? [])]) {
    if (child !== undefined) collectUndescribed(child, `${path}[]`, undescribed)
  }
}
