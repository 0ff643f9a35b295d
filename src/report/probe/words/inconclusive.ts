import type { ProbeResult } from '../../../model/probe/results/probe-result.ts'
import type { InconclusiveReason, Verdict } from '../../../model/probe/results/verdict.ts'
import { countOf, formatCount } from '../../../model/common/words/amounts.ts'
import { formatProbability, formatShare } from '../../text/numbers.ts'
import { sanitize } from '../../text/sanitize.ts'
import { stretchesWords } from './stretches.ts'
import { requestWords } from './words.ts'

interface Words {
  summary: string
  advice: string
}

const unknown: Words = { summary: 'the run does not tell', advice: 'send more with --requests or --duration' }

/** Why a run could not tell, and what to do about it. */
export function inconclusiveWords(result: ProbeResult): Words {
  const { reason } = result.verdict
  return reason === undefined ? unknown : reasons[reason](result)
}

const reasons: Record<InconclusiveReason, (result: ProbeResult) => Words> = {
  'no-answers': (result) => {
    const node = nodeWithoutEndpoints(result)
    return node === undefined
      ? { summary: `none of ${sent(result)} was answered`, advice: afterNone(result) }
      : {
          summary: `none of ${sent(result)} was answered: ${sanitize(node)} has no ready endpoint, and with internalTrafficPolicy Local it uses no other`,
          advice: 'probe from a node that has one, with --node',
        }
  },
  'too-few-requests': ({ verdict }) => ({
    summary: `too few answers to tell: with ${formatCount(verdict.answers)}, chance alone ${chanceWords(verdict)}`,
    advice: 'send more with --requests or --duration',
  }),
  failures: ({ verdict, totals }) => ({
    summary: `${countOf(totals.requests - verdict.answers, 'request')} reached no pod that is known, and ${unheardWords(verdict)}: if those were picked, affinity does not hold`,
    advice: 'see whether those pods listen on the target port; --fingerprint asks each of them directly',
  }),
  'uneven-shares': ({ backends }) => ({
    summary: `one pod got ${formatShare(Math.max(...backends.map(({ share }) => share)))} of the answers: that is what weights do, and what an affinity does that slips`,
    advice: 'see what several clients get, each of which an affinity gives a pod of its own: --clients 4',
  }),
  clustered: ({ verdict }) => ({
    summary: `pods seem to be kept for a while, which chance does with ${formatProbability(verdict.errorProbability)}: suspicious, and not enough`,
    advice: 'send more with --requests or --duration',
  }),
  moves: () => ({
    summary: 'pods went so often that the few requests between prove nothing',
    advice: 'probe when the endpoints are quiet, or faster with --interval',
  }),
  silences: ({ verdict }) => ({
    summary: `${verdict.errorProbability < 1 ? 'most' : 'each'} of ${countOf(verdict.picks, 'connection')} came when affinity may have been over, and any pod may be picked`,
    advice: 'probe with a shorter --interval',
  }),
  'one-name': oneName,
  'service-changed': ({ notes, verdict }) => ({
    summary: `the Service was changed while it was asked${changeWords(notes)}${partsWords(verdict)}`,
    advice: 'probe again now that it is as it should be',
  }),
  'one-endpoint': oneEndpoint,
  'one-connection': (result) => ({
    summary:
      result.request.scheme === 'udp'
        ? `all ${sent(result)} came from ${few(result, 'port')}, and what comes from one port is kept together, affinity or not`
        : `all ${sent(result)} went over ${few(result, 'connection')}, and a connection stays with its pod`,
    advice: 'probe without --keep-alive',
  }),
  'backends-not-told-apart': ({ request }) => ({
    summary: 'the answers do not say which pod gave them',
    advice: `${request.payload === undefined ? 'point --path at' : 'ask with --send for'} an answer that names the pod, or say with --identify where to look`,
  }),
  'observations-lost': ({ totals }) => ({
    summary: `${countOf(totals.lost, 'observation')} got lost on the way here, and a switch may be among them`,
    advice: 'probe again, more slowly with --interval',
  }),
  interrupted: (result) => ({
    summary: `interrupted after ${planned(result)}`,
    advice: 'let it run to its end, or send fewer with --requests',
  }),
}

/** Names that are of others, or one that may be. */
function oneName({ backends, isNameOpen }: ProbeResult): Words {
  if (isNameOpen === true)
    return {
      summary: `every answer says ${backends[0]!.backend.name}, which may not be the one that answers: no other pod told whether it says the same`,
      advice:
        'say with --identify header:NAME or json:PATH where answers name their own pod, or probe with the right to get pods/proxy',
    }
  return {
    summary:
      backends.length === 1
        ? `every answer says ${backends[0]!.backend.name}, and so does another pod when it is asked directly: the name is not of the one that answers`
        : 'the answers name pods, and when these are asked directly they name others: the names are not of those that answer',
    advice:
      'look elsewhere with --identify access-log or --identify sockets, or ask each pod directly with --fingerprint',
  }
}

/** Who says something else than HTTP listens, and no policy is in the way. */
function afterNone({
  outcomes: { protocol = 0, tls = 0 },
  totals: { requests },
  request,
}: ProbeResult): string {
  if (protocol > requests / 2)
    return 'see what the port speaks, which is not HTTP as the probe expects it: --scheme tcp counts connections'
  if (tls > requests / 2 && request.scheme === 'https')
    return 'see whether the port speaks TLS, and whose certificate it shows: --scheme http asks without, --insecure does not verify it, --ca FILE names who signed it'
  return 'see whether the pods listen on the target port and whether a network policy keeps the probe out'
}

/** There may be more, which the client's node leaves out. */
function oneEndpoint({ endpoints: { ready, fewerBy }, verdict }: ProbeResult): Words {
  if (ready < 2 || fewerBy === undefined)
    return {
      summary: `${verdict.eligibleEndpoints > 1 ? 'most of the time ' : ''}only one endpoint could be picked, so every request reaches it, affinity or not`,
      advice:
        verdict.eligibleEndpoints < 2
          ? 'scale to two pods or more and probe again'
          : `probe again now that there are ${countOf(verdict.eligibleEndpoints, 'endpoint')}`,
    }
  const why =
    fewerBy === 'hints'
      ? 'topology hints (trafficDistribution) keep a client to the pods of its node or zone, as long as there are any'
      : `with ${fewerBy} Local a node uses its own pods alone`
  return {
    summary: `only one of ${countOf(ready, 'ready endpoint')} could be picked, so every request reaches it, affinity or not: ${why}`,
    advice:
      fewerBy === 'hints'
        ? 'probe from a node or zone that has two or more, with --node'
        : `probe ${fewerBy === 'internalTrafficPolicy' ? 'from' : 'through'} a node that has two or more${fewerBy === 'internalTrafficPolicy' ? ', with --node' : ''}, or set ${fewerBy}: Cluster`,
  }
}

/** How often it does where that is seldom; a probability near 1 explains nothing. */
function chanceWords({ errorProbability }: Verdict): string {
  return errorProbability < 0.5
    ? `could look like this (${formatProbability(errorProbability)})`
    : 'looks like this most of the time'
}

function few({ totals: { connections } }: ProbeResult, noun: string): string {
  return connections < 2 ? `one ${noun}` : countOf(connections, noun)
}

/** What held while it stayed as it was. */
function partsWords(verdict: Verdict): string {
  const words = stretchesWords(verdict)
  return words === undefined ? '' : `; ${words}`
}

/** The judge's note says what. */
function changeWords(notes: readonly string[]): string {
  const what = notes.map((note) => /^While the Service was asked, (.*)\.$/.exec(note)?.[1])
  const words = what.find((found) => found !== undefined)
  return words === undefined ? '' : `: ${words}`
}

/** At most three names. They may have answered: by words that name nobody. */
function unheardWords({ unheard = [] }: Verdict): string {
  if (unheard.length === 0) return 'any pod may have been picked for them'
  const named = unheard.slice(0, 3).join(', ')
  const more = unheard.length > 3 ? ` and ${formatCount(unheard.length - 3)} more` : ''
  return `no answer is known to be of ${named}${more}`
}

/** The client's node when its proxy picks among no endpoint at all, although there are some: only Local does that. */
function nodeWithoutEndpoints({ client, endpoints: { ready, eligible } }: ProbeResult): string | undefined {
  return ready > 0 && eligible === 0 ? client.node : undefined
}

function sent({ totals, request }: ProbeResult): string {
  return requestWords(totals.requests, request.scheme)
}

function planned(result: ProbeResult): string {
  const { totals, request } = result
  const total = request.plannedRequests
  return total === undefined || total < totals.requests
    ? sent(result)
    : `${formatCount(totals.requests)} of ${requestWords(total, request.scheme)}`
}
