import { isForbidden } from '../../../cluster/index.ts'
import type { ServicePolicy } from '../../../model/affinity/policy.ts'
import { formatSeconds } from '../../../model/common/words/amounts.ts'
import { hostAndPort } from '../../../model/common/network/ip.ts'
import type { SurveyCell, SurveyEntry } from '../../../model/probe/results/survey.ts'
import type { ProbeOptions } from '../../plan/options.ts'
import { hereIndex } from '../../run/clients/here-index.ts'
import type { ClientRun } from '../client-run.ts'
import type { Gathered } from '../gathered.ts'

/** What is said of a run beside its verdict. */

/** Sentences of each kind that are told; of hundreds of clients nobody reads all. */
export const mostNotes = 6

/** Of several cells each kind once, whichever requests they were. */
export function failureNotes({ isSole }: Gathered, cells: readonly SurveyCell[]): string[] {
  if (isSole) return cells.flatMap(({ failures }) => failures)
  const asked = cells.filter(({ verdict }) => verdict.eligibleEndpoints > 0)
  return few(
    asked.flatMap(({ failures }) => failures.map((text) => text.replace(/^request \d+/, 'requests'))),
  )
}

export function endNotes(gathered: Gathered, seen: readonly ClientRun[]): string[] {
  const cut = seen.filter((client) => gathered.isCutShort(client))
  if (cut.length === 0 || gathered.given.interrupted.aborted) return []
  const why = cut.map(({ endMessage }) => endMessage).find((message) => message !== '')
  if (gathered.isSole) {
    const unsaid = cut[0]?.end === undefined ? 'its log stopped' : 'its container was told to end'
    return [`the agent was ended before it was done: ${why ?? unsaid}`]
  }
  return [
    `${cut.length} of ${seen.length} agents were ended before they were done: ${why ?? 'their logs stopped'}`,
  ]
}

/** Why affinity may have ended where a client went elsewhere: the longest time of each kind. */
export function endedNotes(policy: ServicePolicy, cells: readonly SurveyCell[]): string[] {
  if (policy.kind === 'none') return []
  const timeout = `${policy.timeoutSeconds} s`
  const explained = cells.flatMap(({ switches }) => switches.map(({ explanation }) => explanation))
  const silent = explained.flatMap((one) => (one?.kind === 'timeout-expired' ? one.silentMs : []))
  const ages = explained.flatMap((one) => (one?.kind === 'age-reached' ? one.ageMs : []))
  return [
    ...(silent.length === 0
      ? []
      : [
          `For ${formatSeconds(Math.max(...silent))} nothing that the client sent was answered, and the affinity of ${timeout} may have ended: what fails may not have come to the proxy.`,
        ]),
    ...(ages.length === 0
      ? []
      : [
          `The proxy may count the ${timeout} of affinity from the connection that picked the pod, which was ${formatSeconds(Math.max(...ages))} ago.`,
        ]),
  ]
}

/** What a cookie proves, where nothing else says who answered. */
export function cookieNotes(cells: readonly SurveyCell[]): string[] {
  return cells.some(({ recognition }) => recognition.by === 'cookie')
    ? [
        'Where no answer says which pod gave it, the cookie counts: it names the pod that the gateway sends to. Something behind the gateway that picks again would not be seen.',
      ]
    : []
}

/** What was to be counted and was nowhere. */
export function countNotes({ counter }: ProbeOptions, cells: readonly SurveyCell[]): string[] {
  return counter === undefined || cells.some(({ visits }) => visits !== undefined)
    ? []
    : ['no answer held a number where the counter of a session is looked for']
}

/** HTTP/2 was asked for. */
export const http1Note = ({ host, port }: SurveyEntry): string =>
  `HTTP/2 was offered at ${hostAndPort(host, port)}, and HTTP/1.1 chosen there (ALPN): requests were made in that`

/** Why endpoints that came or went may be missing. */
export function watchNotes(trouble: Error | undefined): string[] {
  if (trouble === undefined) return []
  const why = isForbidden(trouble) ? 'watching EndpointSlices is not allowed' : trouble.message
  return [`endpoints that came or went during the run may not be known: ${why}`]
}

/** Pods never get to a load balancer whose address their own node serves: the verdict is about the node. */
export function standInNotes(
  entries: readonly Pick<SurveyEntry, 'kind' | 'proxied'>[],
  clients: readonly Pick<ClientRun, 'index'>[],
): string[] {
  const served = entries.filter(({ kind, proxied }) => kind === 'load-balancer' && proxied !== true)
  if (served.length === 0 || clients.some(({ index }) => index === hereIndex)) return []
  return [
    'pods are served by their own node at the address of a load balancer: what the load balancer does was not asked, as only who is outside the cluster can',
  ]
}

export function stallNotes(stalledMs: number): string[] {
  return stalledMs < 1
    ? []
    : [`requests were held back for ${Math.round(stalledMs)} ms because the pod's log was read too slowly`]
}

/** The different ones of some sentences, and how many more there are. */
function few(sentences: readonly string[]): string[] {
  const different = [...new Set(sentences)]
  const rest = different.length - mostNotes
  return rest <= 0 ? different : [...different.slice(0, mostNotes), `… and ${rest} more notes like these`]
}
