import { type Outcome, outcomes as allOutcomes } from '../../../model/probe/observation.ts'
import type { ProbeResult, Recognition } from '../../../model/probe/results/probe-result.ts'
import { countOf, formatCount } from '../../../model/common/words/amounts.ts'
import { sanitize } from '../../text/sanitize.ts'

/** The verdict in words; the same sentence in the text and in JSON. */
export interface VerdictWords {
  tone: 'good' | 'bad' | 'unsure'
  headline: string
  /** "as configured", or what speaks against it. */
  summary: string
  /** With what probability chance alone looks like this; absent where it decides nothing. */
  chance?: string
  /** What the run does not exclude. */
  bound?: string
  /** What to do about a run that could not tell. */
  advice?: string
}

/** `pod` where everyone who answered is one; people look for their pods in the text, not for "backends". */
export function backendNoun(result: Pick<ProbeResult, 'backends'>): 'pod' | 'backend' {
  return result.backends.every((tally) => tally.backend.kind === 'pod') ? 'pod' : 'backend'
}

const recognisedBy: Record<Recognition['by'], string> = {
  'pod-name': 'pods recognised by name',
  'pod-ip': 'pods recognised by IP',
  hostname: 'pods recognised by hostname',
  address: 'backends recognised by address',
  fingerprint: 'backends recognised by what each answers when asked directly',
  rule: 'backends told apart',
  'access-log': 'pods recognised by their access logs',
  sockets: 'pods recognised by their sockets',
  cookie: 'pods recognised by the cookie, which names them',
  anonymous: 'backends told apart by their answers only',
  none: 'nobody recognised',
}

/** How the backends were recognised, and where that stood. */
export function recognitionWords({ by, source }: Recognition): string {
  const what = recognisedBy[by]
  if (source === undefined || by === 'none' || by === 'anonymous' || by === 'fingerprint') return what
  if (source === 'body') return `${what} in the answer`
  if (source === 'rule') return `${what} with --identify`
  return `${what} in the header ${sanitize(source.replace(/^header:/, ''))}`
}

const outcomeWords: Record<Outcome, [one: string, many: string]> = {
  answered: ['answered', 'answered'],
  refused: ['refused', 'refused'],
  reset: ['reset', 'reset'],
  timeout: ['timeout', 'timeouts'],
  unreachable: ['unreachable', 'unreachable'],
  dns: ['name not resolved', 'names not resolved'],
  tls: ['TLS error', 'TLS errors'],
  protocol: ['broken answer', 'broken answers'],
  error: ['other error', 'other errors'],
}

/** `2 refused, 1 timeout`, the most frequent first; without the count where it is that of all failures. */
export function failureWords(outcomes: ProbeResult['outcomes']): string {
  const found = failures(outcomes).toSorted((a, b) => b[1] - a[1])
  return found
    .map(([outcome, count]) => {
      const word = outcomeWords[outcome][count === 1 ? 0 : 1]
      return found.length === 1 ? word : `${formatCount(count)} ${word}`
    })
    .join(', ')
}

export function failureCount(outcomes: ProbeResult['outcomes']): number {
  return failures(outcomes).reduce((sum, [, count]) => sum + count, 0)
}

function failures(outcomes: ProbeResult['outcomes']): [Outcome, number][] {
  return allOutcomes.flatMap((outcome) => {
    const count = outcomes[outcome] ?? 0
    return outcome === 'answered' || count === 0 ? [] : [[outcome, count] satisfies [Outcome, number]]
  })
}

/** HTTP statuses of 400 and above, the most frequent first. */
export function errorStatuses({ totals }: Pick<ProbeResult, 'totals'>): [status: string, count: number][] {
  return Object.entries(totals.statuses)
    .filter(([status]) => Number(status) >= 400)
    .toSorted((a, b) => b[1] - a[1])
}

/** `60 requests`, and what kind where it is not plain HTTP. */
export function requestWords(count: number, scheme: ProbeResult['request']['scheme']): string {
  return countOf(count, scheme === 'http' ? 'request' : `${scheme.toUpperCase()} request`)
}

/** `60 requests, new connection each`. */
export function requestSummary({
  request,
  totals,
}: {
  request: Pick<ProbeResult['request'], 'scheme' | 'keepAlive'>
  totals: Pick<ProbeResult['totals'], 'requests' | 'connections'>
}): string {
  const what = requestWords(totals.requests, request.scheme)
  const connection = request.scheme === 'udp' ? 'source port' : 'connection'
  return request.keepAlive
    ? `${what} over ${countOf(totals.connections, connection)}`
    : `${what}, new ${connection} each`
}
