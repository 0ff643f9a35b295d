import { wasLeft } from '../../model/probe/results/left.ts'
import type { ProbeResult } from '../../model/probe/results/probe-result.ts'
import type { Verdict } from '../../model/probe/results/verdict.ts'
import type { Style } from '../terminal.ts'
import { flowGroups } from '../text/flow.ts'
import { type Line, type Span, span } from '../text/line.ts'
import { formatLatency } from '../text/numbers.ts'
import { sanitize } from '../text/sanitize.ts'
import { layoutBackends } from './blocks/backends.ts'
import { layoutDetails } from './blocks/details.ts'
import { layoutDirect } from './blocks/direct.ts'
import { layoutDuring } from './blocks/during.ts'
import { labelWidth, layoutHeader } from './blocks/header.ts'
import { createPalette, type Palette } from './blocks/palette.ts'
import { labelled, layoutTroubles, nextSteps, paintBlocks } from './blocks/parts.ts'
import { layoutStrip } from './strip/index.ts'
import { describeVerdict } from './words/verdict.ts'

export interface TextOptions {
  style: Style
  width: number
  /** Commands that the reader may want to run next, the best first. */
  next: readonly string[]
  wide: boolean
}

const mostBackends = 12

/** The report for people: what was probed, who answered, when, and the verdict last, where the eye rests. */
export function renderText(result: ProbeResult, { style, width, next, wide }: TextOptions): string {
  const palette = createPalette(result.backends, style)
  const blocks = layoutProbe(result, { palette, style, width, wide })
  const last = [...(blocks.pop() ?? []), ...nextSteps(next, width, style)]
  return paintBlocks([...blocks, last], width, style)
}

/** The blocks of the report, each of any number of lines; reports of the same kind have equally many. */
export function layoutProbe(
  result: ProbeResult,
  { palette, style, width, wide }: Omit<TextOptions, 'next'> & { palette: Palette },
): Line[][] {
  const { verdict, backends, timeline, switches, endpointChanges } = result
  const most = wide ? Infinity : mostBackends
  return [
    layoutHeader(result, width, style, wide),
    layoutBackends({ backends, palette, most, latency: false }, width, style),
    layoutDirect(result.direct, width, style),
    wide ? layoutDetails(backends, palette, width, style) : [],
    layoutStrip(
      { timeline, switches, endpointChanges, pointsAtSwitches: pointsAtSwitches(verdict), palette },
      width,
      style,
    ),
    layoutTroubles(result, width, style),
    layoutDuring({ ...result, left: [wasLeft(result, result)] }, width, style),
    closing(result, width, style),
  ]
}

/** Where every pick is independent, every other answer is a switch, and pointing at them says nothing. */
function pointsAtSwitches({ behaviour, expected }: Verdict): boolean {
  return (
    behaviour === 'sticky' ||
    behaviour === 'broken' ||
    (behaviour === 'inconclusive' && expected === 'sticky')
  )
}

function closing(result: ProbeResult, width: number, style: Style): Line[] {
  const words = describeVerdict(result)
  const { p50, p99 } = result.latency
  const latency = `p50 ${formatLatency(p50)}  p99 ${formatLatency(p99)}`
  const said = [span(words.headline, style[words.tone]), span(words.summary)]
  const numbers: Span[] = [
    ...(words.chance === undefined ? [] : [span(words.chance)]),
    ...(result.totals.answered === 0 ? [] : [span(latency, style.quiet)]),
  ]
  return [
    ...flowGroups([said, numbers], { width, indent: labelWidth, separator: span('   ') }),
    ...labelled('try', words.advice, width, style),
    ...labelled('bound', words.bound, width, style),
    ...result.notes.flatMap((note) => labelled('note', sanitize(note), width, style)),
  ]
}
