import { wasLeft } from '../../model/probe/results/left.ts'
import type { ProbeResult } from '../../model/probe/results/probe-result.ts'
import type { Verdict } from '../../model/probe/results/verdict.ts'
import type { Page } from '../terminal.ts'
import { flowGroups, type Line, span } from '../text/line.ts'
import { formatLatency } from '../text/numbers.ts'
import { sanitize } from '../text/sanitize.ts'
import { layoutBackends } from './blocks/backends.ts'
import { layoutDetails } from './blocks/details.ts'
import { layoutDirect } from './blocks/direct.ts'
import { layoutDuring } from './blocks/during.ts'
import { layoutHeader } from './blocks/header.ts'
import { createPalette, type Palette } from './blocks/palette.ts'
import { layoutTroubles, nextSteps } from './blocks/parts.ts'
import { layoutStrip } from './strip/index.ts'
import { describeVerdict } from './words/verdict.ts'
import { labelWidth, labelled, paintBlocks } from '../text/blocks.ts'

export interface ProbeTextOptions extends Page {
  /** Commands that the reader may want to run next, the best first. */
  next: readonly string[]
  wide: boolean
}

const mostBackends = 12

/** The report for people: what was probed, who answered, when, and the verdict last, where the eye rests. */
export function renderText(result: ProbeResult, options: ProbeTextOptions): string {
  const palette = createPalette(result.backends, options.style)
  const blocks = layoutProbe(result, { ...options, palette })
  const last = [...(blocks.pop() ?? []), ...nextSteps(options.next, options)]
  return paintBlocks([...blocks, last], options)
}

/** The blocks of the report, each of any number of lines; reports of the same kind have equally many. */
export function layoutProbe(
  result: ProbeResult,
  page: Omit<ProbeTextOptions, 'next'> & { palette: Palette },
): Line[][] {
  const { verdict, backends, timeline, switches, endpointChanges } = result
  const { palette, wide } = page
  const most = wide ? Infinity : mostBackends
  return [
    layoutHeader(result, page, wide),
    layoutBackends({ backends, palette, most, latency: false }, page),
    layoutDirect(result.direct, page),
    wide ? layoutDetails(backends, palette, page) : [],
    layoutStrip(
      { timeline, switches, endpointChanges, pointsAtSwitches: pointsAtSwitches(verdict), palette },
      page,
    ),
    layoutTroubles(result, page),
    layoutDuring({ ...result, left: [wasLeft(result, result)] }, page),
    closing(result, page),
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

function closing(result: ProbeResult, page: Page): Line[] {
  const words = describeVerdict(result)
  const { p50, p99 } = result.latency
  const latency = `p50 ${formatLatency(p50)}  p99 ${formatLatency(p99)}`
  const said = [span(words.headline, page.style[words.tone]), words.summary]
  const numbers = [
    ...(words.chance === undefined ? [] : [words.chance]),
    ...(result.totals.answered === 0 ? [] : [span(latency, page.style.quiet)]),
  ]
  return [
    ...flowGroups([said, numbers], { ...page, indent: labelWidth, separator: span('   ') }),
    ...labelled('try', words.advice, page),
    ...labelled('bound', words.bound, page),
    ...result.notes.flatMap((note) => labelled('note', sanitize(note), page)),
  ]
}
