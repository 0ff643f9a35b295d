import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cleanText } from '../../../src/report/text/sanitize.ts'

const src = join(import.meta.dirname, '..', '..', '..', 'src')

/** They run in pods or as a cluster, or draw on a stream that they are given. */
const programsOfTheirOwn = /^(agent|echo|sandbox)\//

/** Where a stream itself is needed. */
const streams = new Set(['cli/terminal.ts'])

describe('what is printed', () => {
  test('goes by one place', () => {
    const writers = readdirSync(src, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !programsOfTheirOwn.test(file) && !streams.has(file))
      .filter((file) =>
        /process\.(stdout|stderr)\b|console\.\w+\(/.test(readFileSync(join(src, file), 'utf8')),
      )
    expect(writers).toStrictEqual([])
  })

  test('keeps our own colours on a terminal, and nothing else that is no text', () => {
    const text = '\u001B[32m\u001B[1mgood\u001B[22m\u001B[39m\n\t\u001B[8mhidden \u001B]0;title\u0007 \u202E'
    expect(cleanText(text, true)).toBe(
      '\u001B[32m\u001B[1mgood\u001B[22m\u001B[39m\n\t^[[8mhidden ^[]0;title^G \\u202e',
    )
    expect(cleanText('\u001B[32mgood\u001B[39m', false)).toBe('^[[32mgood^[[39m')
    expect(cleanText('a\u{E0041}b', true)).toBe(String.raw`a\ue0041b`)
  })
})
