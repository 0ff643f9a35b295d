import { affinityWords } from '../../text/affinity.ts'
import type { TimeoutResult } from '../../../model/probe/results/timeout-result.ts'
import { address, labelWidth, readyWords } from '../blocks/header.ts'
import { labelled, nextSteps, paintBlocks } from '../blocks/parts.ts'
import type { TextOptions } from '../text.ts'
import { recognitionWords } from '../words/words.ts'
import type { Style } from '../../terminal.ts'
import { flow, flowGroups } from '../../text/flow.ts'
import { type Line, span } from '../../text/line.ts'
import { formatDuration } from '../../../model/common/duration.ts'
import { countOf, formatCount } from '../../../model/common/count.ts'
import { formatElapsed } from '../../text/numbers.ts'
import { sanitize } from '../../text/sanitize.ts'
import { shortenMiddle } from '../../text/width.ts'
import { layoutTrials } from './trials.ts'
import { describeTimeout } from './words.ts'

/** The report for people: what was measured, all trials by their length, and what that means. */
export function renderTimeoutText(result: TimeoutResult, options: TextOptions): string {
  const { style, width, next } = options
  const blocks: Line[][] = [
    header(result, options),
    layoutTrials(result, width, style),
    troubles(result, width, style),
    [...closing(result, width, style), ...nextSteps(next, width, style)],
  ]
  return paintBlocks(blocks, width, style)
}

function header(result: TimeoutResult, { style, width, wide }: TextOptions): Line[] {
  const { service, shadow, endpoints } = result
  const name = shortenMiddle(sanitize(service.name), width - labelWidth)
  const separator = span('   ·   ', style.quiet)
  const what = [
    span(`service/${name}`, style.strong),
    span(`${service.type} ${address(service)}/${service.protocol}`),
  ]
  const how = [span(`affinity ${affinityWords(service.policy)}`), span(readyWords(endpoints))]
  const stands = shadow && [
    span(`service/${sanitize(shadow.name)}`),
    span(`the same, timeout ${formatDuration(shadow.timeoutSeconds)}`),
  ]
  const from = [whereFrom(result), howMany(result), ...recognised(result)].map((text) => span(text))
  const layout = { width, indent: labelWidth, separator }
  return [
    ...flowGroups([what, how], { width, indent: labelWidth }),
    ...(stands === undefined
      ? []
      : flow(stands, { width, indent: labelWidth, label: span('shadow  ', style.quiet) })),
    ...(result.rounds.length === 0 ? [] : flow(from, { ...layout, label: span('clients ', style.quiet) })),
    ...(wide
      ? flow(
          details(result).map((text) => span(text)),
          { ...layout, label: span('rounds  ', style.quiet) },
        )
      : []),
  ]
}

function whereFrom({ rounds, nodes }: TimeoutResult): string {
  const clients = Math.max(...rounds.map((round) => round.clients))
  const on = nodes.length === 1 ? ` on ${sanitize(nodes[0] ?? '')}` : ` on ${countOf(nodes.length, 'node')}`
  return `${countOf(clients, 'pod')}${nodes.length === 0 ? '' : on}`
}

function howMany({ trials, rounds, totalMs }: TimeoutResult): string {
  return `${countOf(trials.length, 'trial')} in ${countOf(rounds.length, 'round')}, ${formatElapsed(totalMs)}`
}

function recognised({ recognition }: TimeoutResult): string[] {
  return recognition.by === 'none' ? [] : [recognitionWords(recognition)]
}

function details({ rounds, image, request, runId }: TimeoutResult): string[] {
  return [
    ...rounds.map(
      ({ purpose, clients, longestMs }) =>
        `${purpose}: ${countOf(clients, 'client')}, up to ${formatElapsed(longestMs)}`,
    ),
    ...(request.path === undefined ? [] : [`path ${sanitize(request.path)}`]),
    `image ${sanitize(image)}`,
    ...(runId === '' ? [] : [`run ${sanitize(runId)}`]),
  ]
}

/** Trials that do not count, each with the reason. */
function troubles({ discarded }: TimeoutResult, width: number, style: Style): Line[] {
  const { failed, unrecognised, endpointGone } = discarded
  const found: [symbol: string, count: number, sentence: string][] = [
    ['×', failed, `${countOf(failed, 'request')} failed; what the client saw after it is left out`],
    [
      '?',
      unrecognised,
      `${countOf(unrecognised, 'answer')} named no pod; what the client saw after it is left out`,
    ],
    ['│', endpointGone, `${formatCount(endpointGone)} moved because the pod was gone, which does not count`],
  ]
  return found
    .filter(([, count]) => count > 0)
    .flatMap(([symbol, , sentence]) =>
      flow([span(symbol, style.unsure), span(sentence)], { width, label: span('  '), indent: 5 }),
    )
}

function closing(result: TimeoutResult, width: number, style: Style): Line[] {
  const { tone, headline, parts, advice } = describeTimeout(result)
  const said = [span(headline, style[tone]), ...parts.map((part) => span(part))]
  return [
    ...flow(said, { width, indent: labelWidth, separator: span('   ') }),
    ...labelled('try', advice, width, style),
    ...result.notes.flatMap((note) => labelled('note', sanitize(note), width, style)),
  ]
}
