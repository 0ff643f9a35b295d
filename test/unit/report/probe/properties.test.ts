import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { renderLive } from '../../../../src/report/probe/live/state.ts'
import { renderProbe } from '../../../../src/report/probe/render.ts'
import { createStyle } from '../../../../src/report/terminal.ts'
import { textWidth } from '../../../../src/report/text/width.ts'
import { anyResult } from './arbitrary.ts'

const plain = createStyle({ isTTY: false, env: {} })
const colour = createStyle({ isTTY: true, env: { TERM: 'xterm' } })
const width = fc.integer({ min: 40, max: 200 })
const next = fc.array(fc.string({ unit: 'binary', maxLength: 120 }), { maxLength: 2 })

/** Everything that moves the cursor or changes how text reads, besides line feeds. */
const control = /[\p{Cc}\p{Zl}\p{Zp}]|(?![\u200C\u200D])\p{Cf}/u
const escape = '\u001B'
const ownColours = new RegExp(`${escape}\\[\\d+m`, 'g')
const endsPlain = new RegExp(`^[^${escape}]*$|${escape}\\[(?:39|22)m[^${escape}]*$`)

function expectClean(lines: readonly string[], columns: number): void {
  for (const line of lines) {
    expect(line).not.toMatch(control)
    expect(textWidth(line)).toBeLessThanOrEqual(columns)
    expect(line).toBe(line.trimEnd())
  }
}

describe('a report, whatever the result', () => {
  it.each(['text', 'wide'] as const)(
    '%s keeps within the width and holds no control characters',
    async (format) => {
      await fc.assert(
        fc.asyncProperty(anyResult, width, next, async (result, columns, next) => {
          const text = await renderProbe(result, format, { style: plain, width: columns, next })
          expect(text.endsWith('\n')).toBe(true)
          expectClean(text.slice(0, -1).split('\n'), columns)
        }),
        { numRuns: 150 },
      )
    },
  )

  it('differs in colour only by codes that are switched off again', async () => {
    await fc.assert(
      fc.asyncProperty(anyResult, width, async (result, columns) => {
        const options = { width: columns, next: [] }
        const coloured = await renderProbe(result, 'text', { ...options, style: colour })
        expect(coloured.replace(ownColours, '')).toBe(
          await renderProbe(result, 'text', { ...options, style: plain }),
        )
        for (const line of coloured.split('\n')) expect(line).toMatch(endsPlain)
      }),
      { numRuns: 100 },
    )
  })

  it('live keeps within width and height', () => {
    fc.assert(
      fc.property(anyResult, width, fc.integer({ min: 16, max: 60 }), (result, columns, rows) => {
        const lines = renderLive(
          { ...result, expected: result.verdict.expected },
          { width: columns, style: plain },
          rows,
        )
        expectClean(lines, columns)
      }),
      { numRuns: 100 },
    )
  })

  it('names hold no control characters', async () => {
    await fc.assert(
      fc.asyncProperty(anyResult, async (result) => {
        const text = await renderProbe(result, 'name', { style: plain, width: 80, next: [] })
        for (const line of text.split('\n')) expect(line).not.toMatch(control)
      }),
      { numRuns: 50 },
    )
  })
})
