/**
 * Writes docs/schema/*.json from the schemas in src/model/contract. `--check` writes nothing and fails when a file is
 * out of date.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { explainReport, explainReportList } from '../src/model/contract/explain.ts'
import { probeComparisonReport } from '../src/model/contract/comparison.ts'
import { probeReport } from '../src/model/contract/probe.ts'
import { timeoutReport } from '../src/model/contract/timeout.ts'
import { surveyReport } from '../src/model/contract/survey.ts'

const schemas = {
  'explain-report.v1.schema.json': explainReport,
  'explain-report-list.v1.schema.json': explainReportList,
  'probe-comparison.v1.schema.json': probeComparisonReport,
  'probe-report.v1.schema.json': probeReport,
  'timeout-report.v1.schema.json': timeoutReport,
  'probe-survey-report.v1.schema.json': surveyReport,
}

/** The files as they should be: path → content. */
export function schemaFiles(): Map<string, string> {
  const folder = new URL('../docs/schema/', import.meta.url)
  return new Map(
    Object.entries(schemas).map(([name, schema]) => {
      // io input: a reader must accept fields that a later version adds.
      const content = z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' })
      return [fileURLToPath(new URL(name, folder)), `${JSON.stringify(content, undefined, 2)}\n`]
    }),
  )
}

/** Whether the file says what it should; how it is laid out is the formatter's business. */
export function isCurrent(path: string, content: string): boolean {
  if (!existsSync(path)) return false
  return JSON.stringify(JSON.parse(readFileSync(path, 'utf8'))) === JSON.stringify(JSON.parse(content))
}

function main(check: boolean): void {
  for (const [path, content] of schemaFiles()) {
    if (isCurrent(path, content)) continue
    if (check) {
      process.exitCode = 1
      process.stderr.write(`${path} is out of date: run node scripts/schema.ts\n`)
      continue
    }
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.includes('--check'))
