import { hostAndPort } from '../../../model/common/network/ip.ts'
import { affinityWords } from '../../text/affinity.ts'
import type { ProbeResult } from '../../../model/probe/results/probe-result.ts'
import type { Page } from '../../terminal.ts'
import { flowGroups, type Line, type Span, span } from '../../text/line.ts'
import { countOf, formatCount, formatDuration } from '../../../model/common/words/amounts.ts'
import { formatElapsed } from '../../text/numbers.ts'
import { sanitize } from '../../text/sanitize.ts'
import { shortenMiddle } from '../../text/width.ts'
import { labelled, labelWidth } from '../../text/blocks.ts'
import { recognitionWords, requestSummary } from '../words/words.ts'

/** Who asked what, and how pods were recognised. */
export function layoutClients(
  label: 'client' | 'clients',
  who: readonly string[],
  run: Parameters<typeof requestSummary>[0] & Pick<ProbeResult, 'recognition'>,
  page: Page,
): Line[] {
  const { recognition } = run
  const how = [requestSummary(run), ...(recognition.by === 'none' ? [] : [recognitionWords(recognition)])]
  return labelled(label, [...who, ...how], page, middleDot(page))
}

/** Between what is said of one thing. */
export function middleDot({ style }: Page): Span {
  return span('   ·   ', style.quiet)
}

/** What was probed, and from where: a line each, more where the width does not suffice. */
export function layoutHeader(result: ProbeResult, page: Page, isWide: boolean): Line[] {
  const { service, client } = result
  const name = shortenMiddle(sanitize(service.name), page.width - labelWidth)
  const what = [
    span(`service/${name}`, page.style.strong),
    `${service.type} ${address(service)}/${service.protocol}`,
  ]
  const how = [`affinity ${affinityWords(service.policy)}`, ...endpointWords(result)]
  return [
    ...flowGroups([what, how], { ...page, indent: labelWidth }),
    ...layoutClients('client', [whereFrom(client)], result, page),
    ...(isWide ? labelled('request', requestDetails(result), page, middleDot(page)) : []),
  ]
}

/** `10.96.0.1:80`, `[fd00::1]:80`. */
export function address({ clusterIP, port }: ProbeResult['service']): string {
  return hostAndPort(sanitize(clusterIP), port)
}

function endpointWords({ endpoints, client }: ProbeResult): string[] {
  const { ready, eligible } = endpoints
  if (eligible === ready) return [readyWords(endpoints)]
  return [readyWords(endpoints), `${formatCount(eligible)} eligible from ${sanitize(client.node ?? 'there')}`]
}

/** `3 ready endpoints on 2 nodes`. */
export function readyWords({ ready, total, nodes }: ProbeResult['endpoints']): string {
  const some =
    ready === total
      ? countOf(ready, 'ready endpoint')
      : `${formatCount(ready)} of ${countOf(total, 'endpoint')} ready`
  // Endpoints outside the cluster are on no node of it.
  return ready === 0 || nodes === 0 ? some : `${some} on ${countOf(nodes, 'node')}`
}

function whereFrom({ pod, container, node, address }: ProbeResult['client']): string {
  const on = node === undefined ? '' : ` on ${sanitize(node)}`
  const what = container === undefined ? '1 pod' : `pod/${sanitize(pod)}`
  return `${what}${on}${address === undefined ? '' : ` (${sanitize(address)})`}`
}

function requestDetails({ request, totals, client, service, runId }: ProbeResult): string[] {
  return [
    ...(request.path === undefined ? [] : [`path ${sanitize(request.path)}`]),
    request.intervalMs === 0 ? 'as fast as possible' : `every ${milliseconds(request.intervalMs)}`,
    `timeout ${milliseconds(request.timeoutMs)}`,
    `${countOf(totals.connections, 'connection')} in ${formatElapsed(totals.durationMs)}`,
    `${formatCount(totals.requestsPerSecond)} requests/s`,
    ...(service.portName === undefined ? [] : [`port ${sanitize(service.portName)}`]),
    `image ${sanitize(client.image)}${client.imageReason === undefined ? '' : ` (${sanitize(client.imageReason)})`}`,
    ...(client.tool === undefined ? [] : [`sent with ${sanitize(client.tool)}`]),
    `run ${sanitize(runId)}`,
  ]
}

/** As a flag would be written: `20ms`, `5s`, `1.5s`. */
function milliseconds(ms: number): string {
  if (ms < 1000) return `${ms}ms`
  return ms % 1000 === 0 ? formatDuration(ms / 1000) : `${ms / 1000}s`
}
