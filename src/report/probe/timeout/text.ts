import { affinityWords } from '../../text/affinity.ts'
import type { TimeoutResult } from '../../../model/probe/results/timeout-result.ts'
import { address, middleDot, readyWords } from '../blocks/header.ts'
import { layoutMarked, nextSteps } from '../blocks/parts.ts'
import type { ProbeTextOptions } from '../text.ts'
import { entryWords } from '../survey/labels.ts'
import { recognitionWords } from '../words/words.ts'
import type { Page } from '../../terminal.ts'
import { flow, flowGroups, type Line, span } from '../../text/line.ts'
import { countOf, formatCount, formatDuration } from '../../../model/common/words/amounts.ts'
import { formatElapsed } from '../../text/numbers.ts'
import { sanitize } from '../../text/sanitize.ts'
import { shortenMiddle } from '../../text/width.ts'
import { layoutTrials } from './trials.ts'
import { describeTimeout } from './words.ts'
import { labelWidth, labelled, paintBlocks } from '../../text/blocks.ts'

/** The report for people: what was measured, all trials by their length, and what that means. */
export function renderTimeoutText(result: TimeoutResult, options: ProbeTextOptions): string {
  const blocks: Line[][] = [
    header(result, options),
    layoutTrials(result, options),
    troubles(result, options),
    [...closing(result, options), ...nextSteps(options.next, options)],
  ]
  return paintBlocks(blocks, options)
}

function header(result: TimeoutResult, page: ProbeTextOptions): Line[] {
  const { service, shadow, entry, endpoints } = result
  const name = shortenMiddle(sanitize(service.name), page.width - labelWidth)
  const what = [
    span(`service/${name}`, page.style.strong),
    `${service.type} ${address(service)}/${service.protocol}`,
  ]
  const how = [`affinity ${affinityWords(service.policy)}`, readyWords(endpoints)]
  const stands = shadow && [
    `service/${sanitize(shadow.name)}`,
    `the same, timeout ${formatDuration(shadow.timeoutSeconds)}`,
  ]
  const from = [whereFrom(result), howMany(result), ...recognised(result)]
  return [
    ...flowGroups([what, how], { ...page, indent: labelWidth }),
    ...labelled('shadow', stands, page),
    ...labelled('entry', entry && [entryWords(entry)], page),
    ...(result.rounds.length === 0 ? [] : labelled('clients', from, page, middleDot(page))),
    ...(page.wide ? labelled('rounds', details(result), page, middleDot(page)) : []),
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
function troubles({ discarded }: TimeoutResult, page: Page): Line[] {
  const { failed, unrecognised, endpointGone } = discarded
  const { unsure } = page.style
  const noCount = 'which does not count'
  const leftOut = 'what the client saw after it is left out'
  return layoutMarked(
    [
      ['×', unsure, failed, `${countOf(failed, 'request')} failed; ${leftOut}`],
      ['?', unsure, unrecognised, `${countOf(unrecognised, 'answer')} named no pod; ${leftOut}`],
      ['│', unsure, endpointGone, `${formatCount(endpointGone)} moved because the pod was gone, ${noCount}`],
    ],
    page,
  )
}

function closing(result: TimeoutResult, page: Page): Line[] {
  const { tone, headline, parts, advice } = describeTimeout(result)
  const said = [span(headline, page.style[tone]), ...parts]
  return [
    ...flow(said, { ...page, indent: labelWidth, separator: span('   ') }),
    ...labelled('try', advice, page),
    ...result.notes.flatMap((note) => labelled('note', sanitize(note), page)),
  ]
}
