import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LineSplitter } from '../../../../src/cluster/answers/lines.ts'

/** Cuts bytes at the given places. */
function chunks(bytes: Buffer, cuts: number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  return [0, ...places].map((from, index) => bytes.subarray(from, places[index]))
}

describe('LineSplitter', () => {
  it('finds the same lines wherever the chunks end', () => {
    const text = fc.array(fc.string({ unit: 'grapheme' }).map((line) => line.replaceAll('\n', '')))
    fc.assert(
      fc.property(text, fc.array(fc.nat()), (lines, cuts) => {
        const splitter = new LineSplitter()
        const found = chunks(Buffer.from(lines.join('\n')), cuts).flatMap((chunk) => splitter.push(chunk))
        expect([...found, splitter.tail()].join('\n')).toBe(lines.join('\n'))
        expect(found).toHaveLength(Math.max(lines.length - 1, 0))
      }),
    )
  })

  it('cuts long lines, between characters', () => {
    const splitter = new LineSplitter(4)
    expect(splitter.push(Buffer.from('abcdefgh\nüüü\nxüü\nab'))).toEqual(['abcd', 'üü', 'xü'])
    expect(splitter.tail()).toBe('ab')
  })

  it('keeps no more of an endless line than its limit', () => {
    const splitter = new LineSplitter(10)
    for (let count = 0; count < 1000; count++) splitter.push(Buffer.alloc(1000, 'x'))
    expect(splitter.tail()).toBe('xxxxxxxxxx')
  })
})
