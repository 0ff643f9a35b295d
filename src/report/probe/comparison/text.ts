import { affinityWords } from '../../text/affinity.ts'
import { policyOf, unexplainedOf } from '../../../model/probe/results/compared.ts'
import type { Aspect, ComparedRun, ProbeComparison } from '../../../model/probe/results/comparison.ts'
import type { Page } from '../../terminal.ts'
import { flow, type Line, lineWidth, span } from '../../text/line.ts'
import { formatCount } from '../../../model/common/words/amounts.ts'
import { formatLatency } from '../../text/numbers.ts'
import { sanitize } from '../../text/sanitize.ts'
import { layoutTable } from '../../text/table.ts'
import { createPalette } from '../blocks/palette.ts'
import { nextSteps } from '../blocks/parts.ts'
import { layoutSurvey } from '../survey/text.ts'
import { policyWords } from '../users/header.ts'
import { layoutProbe, type ProbeTextOptions } from '../text.ts'
import { failureCount } from '../words/words.ts'
import { alignLetters } from './letters.ts'
import { conclusionWords, describe } from './words.ts'
import { labelWidth, labelled, paintBlocks } from '../../text/blocks.ts'

/** From this width on the two stand beside each other. */
const besideEachOther = 100
const gap = 4

/** Both reports, beside each other where there is room, then what differs, then what it means. */
export function renderComparisonText(comparison: ProbeComparison, options: ProbeTextOptions): string {
  const { style, width, next } = options
  const [first, second] = comparison.runs
  const aligned = alignLetters(first.result, second.result)
  const letters = new Set(first.result.backends.map(({ backend }) => backend.letter))
  const added = aligned.backends.filter(({ backend }) => !letters.has(backend.letter))
  const palette = createPalette([...first.result.backends, ...added], style)
  // Tables of several clients and entries are wide themselves.
  const isWide = width >= besideEachOther && !('cells' in first.result || 'cells' in aligned)
  const columnWidth = isWide ? Math.floor((width - gap) / 2) : width
  const [left, right] = [
    { title: first.title, result: first.result },
    { title: second.title, result: aligned },
  ].map(({ title, result }) => [
    [[span(sanitize(title), style.strong)]],
    ...layoutRun(result, { ...options, palette, width: columnWidth }),
  ])
  const both = isWide
    ? left!.map((block, index) => beside(block, right![index] ?? [], columnWidth))
    : [...left!, ...right!]
  const end = [
    ...conclusion(comparison, options),
    ...comparison.notes.flatMap((note) => labelled('note', sanitize(note), options)),
    ...nextSteps(next, options),
  ]
  return paintBlocks([...both, layoutDifferences(comparison, options), end], options)
}

function beside(left: readonly Line[], right: readonly Line[], columnWidth: number): Line[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, index) => {
    const line = left[index] ?? []
    const space = span(' '.repeat(Math.max(0, columnWidth - lineWidth(line)) + gap))
    return [...line, space, ...(right[index] ?? [])]
  })
}

function layoutRun(result: Result, options: Parameters<typeof layoutProbe>[1]): Line[][] {
  return 'cells' in result ? layoutSurvey(result, options) : layoutProbe(result, options)
}

type Result = ComparedRun['result']

interface AspectRow {
  /** Without one it is only shown. */
  aspect?: Aspect
  label: string
  of: (result: Result) => string
}

/** What is said of each of the runs. */
const rows: readonly AspectRow[] = [
  {
    aspect: 'affinity',
    label: 'affinity',
    of: (result) =>
      'cells' in result && result.users !== undefined
        ? policyWords(policyOf(result)).replace('affinity by the ', '')
        : affinityWords(result.service.policy),
  },
  {
    aspect: 'behaviour',
    label: 'verdict',
    of: (result) =>
      describe(result)
        .headline.replace(/ as .*/, '')
        .replace(/ by the (cookies?|header) /, ' by '),
  },
  {
    aspect: 'backends',
    label: 'reached',
    of: (result) =>
      `${formatCount(result.backends.filter(({ hits }) => hits > 0).length)} of ${formatCount(eligibleOf(result))}`,
  },
  {
    aspect: 'switches',
    label: 'unexplained switches',
    of: (result) => formatCount(unexplainedOf(result)),
  },
  {
    aspect: 'failures',
    label: 'failed',
    of: ({ outcomes, totals }) => `${formatCount(failureCount(outcomes))} of ${formatCount(totals.requests)}`,
  },
  { aspect: 'latency', label: 'p50', of: ({ latency, totals }) => latencyWords(latency.p50, totals) },
  { label: 'p99', of: ({ latency, totals }) => latencyWords(latency.p99, totals) },
]

const eligibleOf = (result: Result): number =>
  'cells' in result ? result.endpoints.eligible : result.verdict.eligibleEndpoints

const latencyWords = (ms: number, { answered }: Result['totals']): string =>
  answered === 0 ? '-' : formatLatency(ms)

const narrow = 60

/** A row for each; those that differ are emphasised, and marked where there are no colours. */
function layoutDifferences({ runs, differences }: ProbeComparison, { width, style }: Page): Line[] {
  const [first, second] = runs
  const isNarrow = width < narrow
  const head = ['', sanitize(first.title), sanitize(second.title)].map((text) => span(text, style.quiet))
  const body = rows.map(({ aspect, label, of }) => {
    const differs = aspect !== undefined && differences.includes(aspect)
    const paint = differs ? style.strong : undefined
    return [
      span(isNarrow ? (label.split(' ').at(-1) ?? '') : label, style.quiet),
      { text: of(first.result), paint },
      { text: of(second.result), paint },
      span(differs ? (isNarrow ? '◄' : '◄ differs') : ''),
    ]
  })
  const columns = [{}, { shrinkTo: 12 }, { shrinkTo: 12 }, { dropRank: 1 }]
  return layoutTable([head, ...body], columns, { width, indent: 0, gap: isNarrow ? 2 : 3 })
}

function conclusion(comparison: ProbeComparison, { width, style }: Page): Line[] {
  const { headline, sentence } = conclusionWords(comparison)
  const tone = { 'as-expected': style.good, differs: style.bad, inconclusive: style.unsure }[
    comparison.result
  ]
  return flow([span(headline, tone), sanitize(sentence)], {
    width,
    indent: labelWidth,
    separator: span('   '),
  })
}
