import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { examplesIn, runExamples, shapeOf } from '../../scripts/readme/examples.ts'
import { dist } from './support/executable.ts'

const page = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')
const examples = examplesIn(page)

describe('the README', () => {
  test('shows what its commands print', { timeout: 240_000 }, async () => {
    expect(examples.length).toBeGreaterThanOrEqual(5)
    const printed = await runExamples(
      examples.map(({ command }) => command),
      dist,
    )
    for (const [index, { command, output }] of examples.entries())
      expect(shapeOf(printed[index] ?? ''), `${command}: node scripts/readme.ts`).toStrictEqual(
        shapeOf(output),
      )
  })
})
