import { describe, expect, it } from 'vitest'
import { bar } from '../../../../src/report/probe/blocks/backends.ts'
import { flow, type Line, paintLines, span } from '../../../../src/report/text/line.ts'
import { createStyle } from '../../../../src/report/terminal.ts'
import { layoutTable } from '../../../../src/report/text/table.ts'
import { shortenEnd, shortenMiddle, textWidth } from '../../../../src/report/text/width.ts'

const texts = (lines: readonly Line[]): string[] =>
  lines.map((line) =>
    line
      .map((part) => part.text)
      .join('')
      .trimEnd(),
  )

describe('shortening', () => {
  it('takes out the middle of a name, so that its end is kept', () => {
    expect(shortenMiddle('sample-deployment-b6885f9c4-hs2h4', 20)).toBe('sample-de…f9c4-hs2h4')
    expect(shortenMiddle('web-0', 20)).toBe('web-0')
  })

  it('counts wide characters as two columns', () => {
    expect(textWidth('ポッド')).toBe(6)
    expect(textWidth('e\u0301')).toBe(1)
    expect(textWidth(shortenMiddle('ポッドのとても長い名前', 10))).toBeLessThanOrEqual(10)
    expect(shortenEnd('ポッドの', 4)).toBe('ポ…')
  })
})

it('what needs no segmenter is measured as with one', () => {
  const ascii = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code))
  for (const character of [...ascii, ...'\u00A0│─►◄└┘▲×●○·…–→█▉▊▋▌▍▎▏'.split('')]) {
    expect(textWidth(character)).toBe(1)
    // The other character takes the whole text to the segmenter.
    expect(textWidth(`${character}ポ`)).toBe(3)
  }
})

describe('a bar', () => {
  it.each([
    [0, 10, ''],
    [0.0001, 10, '▏'],
    [0.5, 10, '█████'],
    [0.37, 30, '███████████▏'],
    [1, 10, '██████████'],
  ])('of %d of %d columns is %s', (share, width, text) => expect(bar(share, width)).toBe(text))
})

describe('a flow of pieces', () => {
  it('breaks between pieces before it breaks within one', () => {
    const pieces = [span('one two'), span('three four'), span('five')]
    expect(texts(flow(pieces, { width: 20, indent: 2 }))).toEqual(['one two  three four', '  five'])
  })

  it.each([
    ['240.36.96.22:30191,30302', 16, ['240.36.96.22:', '30191,30302']],
    ['AFF-SVC-PER-PORT-TABLES', 12, ['AFF-SVC-PER-', 'PORT-TABLES']],
    ['shop.example.com/cart', 10, ['shop.', 'example.', 'com/cart']],
    ['abcdefghijkl', 5, ['abcde', 'fghij', 'kl']],
  ])('%s breaks in %i columns where its words meet', (text, width, lines) => {
    expect(texts(flow([span(text)], { width, indent: 0 }))).toEqual(lines)
  })

  it('breaks no number of a list', () => {
    const [first, ...rest] = texts(flow([span('ports 8080,8443,9090,30000')], { width: 14, indent: 2 }))
    expect([first, ...rest]).toEqual(['ports', '  8080,8443,', '  9090,30000'])
  })

  it('breaks a piece that is longer than a line at its spaces, and a word where it must', () => {
    const pieces = [span('a sentence with averyveryverylongword')]
    expect(texts(flow(pieces, { width: 14, indent: 2 }))).toEqual([
      'a sentence',
      '  with',
      '  averyveryver',
      '  ylongword',
    ])
  })

  it('ends continued lines as a shell wants it', () => {
    const lines = texts(
      flow([span('kubectl affinity probe svc/web')], { width: 20, indent: 2, continuation: ' \\' }),
    )
    expect(lines).toEqual(['kubectl affinity \\', '  probe svc/web'])
  })
})

describe('a table', () => {
  const rows = [
    [span('A'), span('a-rather-long-name'), span('node1'), span('7')],
    [span('B'), span('short'), span('node2'), span('12')],
  ]
  const columns = [{}, { shrinkTo: 6 }, { dropRank: 1 }, { align: 'right' as const }]

  it('aligns its columns', () => {
    expect(texts(layoutTable(rows, columns, { width: 80, indent: 0, gap: 2 }))).toEqual([
      'A  a-rather-long-name  node1   7',
      'B  short               node2  12',
    ])
  })

  it('shortens before it leaves columns out', () => {
    const at = (width: number): string[] => texts(layoutTable(rows, columns, { width, indent: 0, gap: 2 }))
    expect(at(22)).toEqual(['A  a-r…name  node1   7', 'B  short     node2  12'])
    expect(at(16)).toEqual(['A  a-ra…name   7', 'B  short      12'])
  })
})

it('a word that has to be pasted stays whole, and its line is too long', () => {
  const key = 'service.beta.kubernetes.io/aws-load-balancer-target-group-attributes:'
  const options = { width: 40, label: span('mend  '), indent: 6, keepsWords: true }
  const lines = flow([span(`set ${key} stickiness.enabled=true`)], options)
  expect(texts(lines).map((line) => line.trim())).toEqual(['mend  set', key, 'stickiness.enabled=true'])
  const style = createStyle({ isTTY: false, env: {} })
  expect(paintLines(lines, { width: 40, style })[1]).toContain(key)
})
