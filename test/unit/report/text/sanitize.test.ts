import { describe, expect, it } from 'vitest'
import { sanitize } from '../../../../src/report/text/sanitize.ts'

describe('text from a cluster', () => {
  it.each([
    ['colours and cursor movements', '\u001B[31mred\u001B[1A', '^[[31mred^[[1A'],
    ['carriage returns', 'good\rbad', 'good\\rbad'],
    ['line feeds and tabs', 'a\n\tb', 'a\\n\\tb'],
    ['C1 controls', '\u009B2J\u0085', '\\u009b2J\\u0085'],
    ['NUL, BEL and DEL', '\u0000\u0007\u007F', '^@^G^?'],
    ['a reversed reading order', 'a\u202Egnp.exe\u2066', 'a\\u202egnp.exe\\u2066'],
    ['blanks without width', 'web\u200B\uFEFF', 'web\\u200b\\ufeff'],
    ['line separators', 'a\u2028b', 'a\\u2028b'],
    ['half a character', 'a\uD800b', 'a\\ud800b'],
  ])('shows %s as an escape', (_, text, safe) => expect(sanitize(text)).toBe(safe))

  it('leaves other scripts and emoji alone', () => {
    const text = 'ポッド-é-عربي-👩‍💻'
    expect(sanitize(text)).toBe(text)
  })
})
