import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Line } from '../../../../../src/report/text/line.ts'
import { layoutMatrix, type Matrix } from '../../../../../src/report/probe/survey/matrix.ts'
import { renderSurveyText } from '../../../../../src/report/probe/survey/text.ts'
import { createStyle } from '../../../../../src/report/terminal.ts'
import { lineWidth } from '../../../../../src/report/text/line.ts'
import { textWidth } from '../../../../../src/report/text/width.ts'
import { buildSurvey } from './build-survey.ts'

const plain = createStyle({ isTTY: false, env: {} })
const width = fc.integer({ min: 40, max: 160 })
const word = fc.constantFrom('A', 'B', 'C', 'A*', 'B!', 'A>B', 'spread', 'spread*', 'breaks', 'x', '-', '?')
const name = fc.oneof(
  fc.constantFrom('node1', 'node2', 'ip-10-0-31-17.eu-central-1.compute.internal', '日本語のノード名前です'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 70 }),
)
const anyEntry = fc.record(
  {
    kind: fc.constantFrom('cluster-ip', 'dns', 'node-port', 'load-balancer', 'external-ip'),
    host: fc.constantFrom(
      '10.96.12.167',
      'fd89:96::a3f4',
      'a-very-long-name-of-a-load-balancer.elb.example.com',
    ),
    node: name,
    portName: name,
    servicePort: fc.constantFrom(80, 443),
    policyLocal: fc.boolean(),
  },
  { requiredKeys: ['kind', 'host'] },
)
const anySurvey = fc
  .record({
    clients: fc.array(name, { minLength: 1, maxLength: 14 }),
    here: fc.boolean(),
    entries: fc.array(anyEntry, { minLength: 1, maxLength: 8 }),
    words: fc.infiniteStream(word),
    expected: fc.constantFrom('sticky' as const, 'spread' as const),
  })
  .map(({ clients: pods, here, entries, words, expected }) => {
    const clients = here ? [...pods, 'here'] : pods
    const table = clients.map(() => entries.map(() => words.next().value).join(' ')).join('\n')
    return buildSurvey({ clients, entries: entries.map((each) => ({ ...each })), table, expected })
  })

const control = /[\p{Cc}\p{Zl}\p{Zp}]|(?![\u200C\u200D])\p{Cf}/u

describe('a report on several clients and entries, whatever the survey', () => {
  it('keeps within the width and holds no control characters', () => {
    fc.assert(
      fc.property(anySurvey, width, fc.boolean(), (survey, columns, wide) => {
        const text = renderSurveyText(survey, { style: plain, width: columns, next: [], wide })
        for (const line of text.slice(0, -1).split('\n')) {
          expect(line).not.toMatch(control)
          expect(textWidth(line)).toBeLessThanOrEqual(columns)
          expect(line).toBe(line.trimEnd())
        }
      }),
      { numRuns: 150 },
    )
  })

  it('explains every mark that it shows', () => {
    fc.assert(
      fc.property(anySurvey, (survey) => {
        const text = renderSurveyText(survey, { style: plain, width: 160, next: [], wide: true })
        for (const [, mark] of text.matchAll(/ ([▲×?–]\d*)(?= {2}|$)/gm))
          expect(text).toMatch(new RegExp(`^  \\${mark} `, 'm'))
      }),
      { numRuns: 100 },
    )
  })
})

const cellWord = fc.constantFrom('', 'A', 'A masq', 'spread masq ▲12', 'A→C')
const axis = (prefix: string, most: number) =>
  fc
    .array(fc.tuple(fc.stringMatching(/^[a-z]{1,30}$/), fc.stringMatching(/^[a-z0-9.]{0,40}$/)), {
      minLength: 1,
      maxLength: most,
    })
    .map((items) => items.map(([main, detail], index) => ({ main: `${prefix}${index}${main}`, detail })))

describe('a matrix', () => {
  it('shows every cell once, beside its row and below its column', () => {
    fc.assert(
      fc.property(axis('r', 9), axis('c', 9), fc.boolean(), width, (rows, columns, optional, columnsWide) => {
        const cells = rows.map((_, row) => columns.map((_, column): Line => [{ text: `${row}/${column}` }]))
        const matrix: Matrix = {
          rows: { items: rows, detailsOptional: optional },
          columns: { items: columns, detailsOptional: false },
          cells,
        }
        const lines = layoutMatrix(matrix, { width: columnsWide, style: plain })
        for (const line of lines) expect(lineWidth(line)).toBeLessThanOrEqual(columnsWide)
        const shown = lines
          .flatMap((line) => line.map(({ text }) => text))
          .filter((text) => /^\d+\/\d+$/.test(text))
        expect(shown.toSorted()).toStrictEqual(
          cells
            .flat()
            .map(([part]) => part!.text)
            .toSorted(),
        )
      }),
      { numRuns: 150 },
    )
  })

  it('keeps within the width with any cells', () => {
    fc.assert(
      fc.property(
        axis('r', 6),
        axis('c', 6),
        fc.infiniteStream(cellWord),
        width,
        (rows, columns, words, most) => {
          const cells = rows.map(() => columns.map((): Line => [{ text: words.next().value }]))
          const axes = {
            rows: { items: rows, detailsOptional: true },
            columns: { items: columns, detailsOptional: false },
          }
          for (const line of layoutMatrix({ ...axes, cells }, { width: most, style: plain }))
            expect(lineWidth(line)).toBeLessThanOrEqual(most)
        },
      ),
      { numRuns: 150 },
    )
  })
})
