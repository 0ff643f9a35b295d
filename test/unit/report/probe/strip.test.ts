import { describe, expect, it } from 'vitest'
import type { EndpointChange, ProbeResult } from '../../../../src/model/probe/results/probe-result.ts'
import { createPalette } from '../../../../src/report/probe/blocks/palette.ts'
import { layoutStrip } from '../../../../src/report/probe/strip/index.ts'
import { createStyle } from '../../../../src/report/terminal.ts'
import { paintLines } from '../../../../src/report/text/line.ts'
import { buildResult, podName } from './build-result.ts'

const style = createStyle({ isTTY: false, env: {} })

function strip(result: ProbeResult, width = 80): string[] {
  const palette = createPalette(result.backends, style)
  const page = { width, style }
  return paintLines(layoutStrip({ ...result, pointsAtSwitches: true, palette }, page), page)
}

const change = (atMs: number, kind: EndpointChange['kind'], index = 0): EndpointChange => ({
  atMs,
  kind,
  address: `10.0.0.${index}`,
  pod: podName(index),
})

describe('the strip', () => {
  it('points at each switch that nothing explains', () => {
    expect(strip(buildResult('AAABAACC'))).toEqual(['  0.0s AAABAACC 0.1s', '          ▲▲ ▲'])
  })

  it('separates an explained switch, and tells why beneath', () => {
    const result = buildResult('AAABB')
    const [first] = result.switches
    if (first !== undefined) first.explanation = { kind: 'endpoint-gone', change: change(50, 'terminating') }
    result.endpointChanges = [change(50, 'terminating'), change(80, 'removed')]
    expect(strip(result)).toEqual(['  0.0s AAA│BB 0.1s', '          └ 0.05s A terminating'])
  })

  it('tells an unexplained switch from an explained one at the same time', () => {
    const result = buildResult('AABAB')
    for (const cell of result.timeline.slice(2)) Object.assign(cell, { fromMs: 40, toMs: 40 })
    for (const each of result.switches) each.atMs = 40
    const second = result.switches[1]
    if (second !== undefined)
      second.explanation = { kind: 'endpoint-gone', change: change(39, 'not-ready', 1) }
    expect(strip(result).slice(0, 3)).toEqual([
      '  0.0s AAB│AB 0.0s',
      '         ▲│ ▲',
      '          └ 0.04s B not ready',
    ])
  })

  it('tells of endpoints that came or went, once for each', () => {
    const result = buildResult('AAAAAAAAAA')
    result.endpointChanges = [
      change(30, 'added', 7),
      change(50, 'ready', 7),
      change(110, 'not-ready', 7),
      change(130, 'removed', 7),
      change(900, 'added', 8),
    ]
    expect(strip(result)).toEqual([
      '  0.0s AAA│AAA│AAAA│ 0.2s',
      `          │   │    └ 0.90s ${podName(8).slice(0, 9)}…${podName(8).slice(-10)} added`,
      `          │   └ 0.11s ${podName(7).slice(0, 9)}…${podName(7).slice(-10)} not ready`,
      `          └ 0.05s ${podName(7).slice(0, 9)}…${podName(7).slice(-10)} ready`,
    ])
  })

  it('keeps a long list of changes short', () => {
    const result = buildResult('A'.repeat(60))
    result.endpointChanges = Array.from({ length: 20 }, (_, index) => change(index * 40, 'added', index))
    expect(strip(result).at(-1)).toBe('  … and 14 more changes')
  })

  it('shows a failure in a column that stands for many requests', () => {
    const lines = strip(buildResult(`${'A'.repeat(500)}x${'A'.repeat(499)}`, {}, 10))
    expect(lines[0]).toMatch(/^ {3}0.0s A+ 20.0s$/)
    expect(lines[1]).toMatch(/^ +×$/)
    expect(lines.at(-1)).toBe('  1 column is 0.4s, about 20 requests   × failures')
  })

  it('says nothing where every column holds several backends', () => {
    expect(strip(buildResult('ABC'.repeat(1000), {}, 10)).length).toBeGreaterThan(0)
    const result = buildResult('ABC'.repeat(1000), {}, 10)
    const palette = createPalette(result.backends, style)
    expect(layoutStrip({ ...result, pointsAtSwitches: false, palette }, { width: 80, style })).toEqual([])
  })

  it('is nothing without requests', () => {
    expect(strip(buildResult(''))).toEqual([])
  })
})
