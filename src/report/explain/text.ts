import { apart, labelled, labelledCommand, labelWidth } from '../text/blocks.ts'
import type { Explanation } from '../../analysis/analyse.ts'
import type { EndpointCount } from '../../model/findings/explanation.ts'
import { type Finding, isAtLeast } from '../../model/findings/finding.ts'
import type { Page, Style } from '../terminal.ts'
import { flow, flowGroups, type Line, paintLines, span } from '../text/line.ts'
import { countOf, formatCount, formatDuration } from '../../model/common/words/amounts.ts'
import { sanitize } from '../text/sanitize.ts'
import { layoutFindings, layoutLines, layoutNotes, paintOf } from './findings.ts'
import { layoutPaths } from './path.ts'
import { printedName } from './target.ts'
import type { ExplainRenderer, ExplainRenderOptions } from './renderer.ts'
import { countLevels, findingWords, policySentence, summaryWords } from './words.ts'

/** The report for people, one Service after the other as they come. */
export function textRenderer(options: ExplainRenderOptions & { wide: boolean }): ExplainRenderer {
  const { style, width, level, findingsOnly, single } = options
  const print = (lines: readonly Line[], columns = width): string =>
    lines.length === 0 ? '' : `${paintLines(lines, { width: columns, style }).join('\n')}\n`
  const totals = { error: 0, warning: 0, info: 0 }
  let items = 0
  let isAllServices = true
  let blocks = 0
  /** Findings about files, which no target has. */
  let besides = 0
  const count = (findings: readonly Finding[]): void => {
    const counts = countLevels(findings)
    for (const key of ['error', 'warning', 'info'] as const) totals[key] += counts[key]
  }
  const printed = new Set<string>()
  /** A line of a file stands on the ways of many Services. */
  const isNew = ({ position, code, message }: Finding): boolean => {
    if (position === undefined) return true
    const key = JSON.stringify([position, code, message])
    const isFirst = !printed.has(key)
    printed.add(key)
    return isFirst
  }
  const separated = (text: string): string => {
    if (text === '') return ''
    blocks += 1
    return blocks > 1 && !findingsOnly ? `\n${text}` : text
  }
  return {
    findings: (all) => {
      const findings = all.filter((finding) => isAtLeast(finding.level, level))
      count(findings.filter(isNew))
      besides = findings.length
      return separated(
        print(findingsOnly ? layoutLines(findings, style) : layoutNotes(findings, style), Infinity),
      )
    },
    item: (explanation) => {
      items += 1
      isAllServices &&= explanation.service !== undefined
      const own = explanation.findings.filter((finding) => isAtLeast(finding.level, level))
      const first = own.filter(isNew)
      const findings = findingsOnly ? first : own
      count(first)
      if (findingsOnly) return print(layoutLines(findings, style), Infinity)
      if (options.compact && !options.wide)
        return print(layoutCompact(explanation, findings, style), Infinity)
      return separated(print(layoutExplanation(explanation, findings, { ...options, besides })))
    },
    end: () => {
      // That there was nothing to look at is an error, which is said.
      if (single || (items === 0 && (options.isList || besides === 0))) return ''
      const what = items === 0 ? [] : [countOf(items, isAllServices ? 'service' : 'target')]
      return findingsOnly || items !== 1 || besides > 0
        ? separated(print(flow([...what, findingWords(totals)], { width, indent: 2, separator: span(', ') })))
        : ''
    },
  }
}

function layoutExplanation(
  explanation: Explanation,
  findings: readonly Finding[],
  page: ExplainRenderOptions & { wide: boolean; besides: number },
): Line[] {
  const summary = summaryWords(findings, explanation, page.besides)
  return apart([
    [
      ...layoutHeader(explanation, page),
      // For targets of other kinds each way has a policy of its own, and the drawing shows them.
      ...(explanation.service === undefined ? [] : labelled('policy', policySentence(explanation), page)),
    ],
    layoutPaths(explanation, page),
    layoutFindings(findings, page, page.wide),
    [
      ...flow(summary, { width: page.width, indent: 2, separator: span(', ') }),
      ...page.next(explanation).flatMap(({ label, command }) => labelledCommand(label, command, page)),
    ],
  ])
}

/** A line for the Service, and one for each finding. */
function layoutCompact(explanation: Explanation, findings: readonly Finding[], style: Style): Line[] {
  const { target } = explanation
  const name = span(`${sanitize(target.namespace)}/${printedName(target)}`, style.strong)
  const rest = headerWords(explanation).map((text) => span(`  ${text}`))
  return [
    [name, ...rest],
    ...findings.map(({ level, code, message }) => [
      span('    '),
      span(level.padEnd('warning'.length), paintOf(level, style)),
      span(`  ${code}  ${sanitize(message)}`),
    ]),
  ]
}

function layoutHeader(explanation: Explanation, { width, style }: Page): Line[] {
  const [address = '', ...how] = headerWords(explanation)
  const name = span(printedName(explanation.target), style.strong)
  return flowGroups([[name, address], how], { width, indent: labelWidth })
}

/** Type and address, affinity, endpoints; of other kinds what they say of themselves. */
function headerWords({ description, service }: Explanation): string[] {
  const words = description.map(sanitize)
  if (service === undefined) return words
  const { policy, endpoints } = service
  const affinity = policy.kind === 'none' ? 'None' : `ClientIP ${formatDuration(policy.timeoutSeconds)}`
  return [...words, `affinity ${affinity}`, ...endpointWords(endpoints)]
}

function endpointWords(endpoints: EndpointCount | undefined): string[] {
  if (endpoints === undefined) return []
  const { ready, total, nodes, besidesSelected } = endpoints
  const some =
    ready === total
      ? countOf(ready, 'ready endpoint')
      : `${formatCount(ready)} of ${countOf(total, 'endpoint')} ready`
  const where = nodes === 0 ? some : `${some} on ${countOf(nodes, 'node')}`
  return [besidesSelected === true ? `${where} in the files, besides the pods of the selector` : where]
}
