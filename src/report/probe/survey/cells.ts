import { sanitize } from '../../text/sanitize.ts'
import { affinityWords } from '../../text/affinity.ts'
import type { Code } from '../../../model/findings/code.ts'
import type {
  ProbeSurvey,
  SurveyCell,
  SurveyClient,
  SurveyEntry,
} from '../../../model/probe/results/survey.ts'
import type { InconclusiveReason } from '../../../model/probe/results/verdict.ts'
import { failureWords } from '../words/words.ts'
import { defined } from '../../../model/common/values.ts'

/** A sentence below the table, for the cells that carry its mark. */
export interface CellNote {
  /** `▲` speaks against the configuration, `×` nothing came back, `?` nobody can tell, `–` there was nothing to ask. */
  symbol: '▲' | '×' | '?' | '–'
  sentence: string
  code?: Code
  mend?: string
}

/** What a cell shows. */
export interface CellView {
  /** Letters of the pods, or a word where there are too many. */
  what: string
  /** The letter whose colour it has. */
  letter?: string
  /** The pods saw another address than the client's own. */
  masqueraded: boolean
  /** One endpoint was all there was to pick from. */
  only: boolean
  note?: CellNote
}

/** What one client saw at one entry; without `cell` it was not asked. */
export function viewCell(
  survey: ProbeSurvey,
  client: SurveyClient,
  entry: SurveyEntry,
  cell: SurveyCell | undefined,
): CellView {
  if (cell === undefined) return { ...plain(''), note: notAsked(client, entry) }
  if (cell.totals.answered === 0) return { ...plain(''), note: noAnswer(client, entry, cell) }
  const { verdict } = cell
  // Letters of answers that name nobody say nothing.
  if (verdict.reason === 'backends-not-told-apart')
    return { ...plain(''), note: { symbol: '?', sentence: reasons[verdict.reason] } }
  const masqueraded = isMasqueraded(client, cell)
  const only = verdict.reason === 'one-endpoint'
  const note = only ? undefined : noteOf(survey, client, entry, cell)
  const letters = cell.backends.map(({ letter }) => letter)
  const [letter] = letters
  if (verdict.behaviour === 'spread') return { what: 'spread', masqueraded, only, ...noted(note) }
  if (verdict.behaviour === 'broken') return { what: 'breaks', masqueraded, only, ...noted(note) }
  const what = cell.switches.length > 0 ? journey(cell) : (letter ?? '')
  return defined({ what, letter, masqueraded, only, ...noted(note) })
}

/** Whether a pod saw an address that is not the client's. */
export function isMasqueraded(
  { addresses }: SurveyClient,
  { seenAddresses }: Pick<SurveyCell, 'seenAddresses'>,
): boolean {
  if (addresses === undefined || addresses.length === 0) return false
  return seenAddresses.some(({ address }) => !addresses.includes(address))
}

function plain(what: string): CellView {
  return { what, masqueraded: false, only: false }
}

function noted(note: CellNote | undefined): { note?: CellNote } {
  return note === undefined ? {} : { note }
}

/** `A→C`: from the first pod to the last; more than these two are in between. */
function journey({ switches }: SurveyCell): string {
  const first = switches[0]!.from
  const last = switches.at(-1)!.to
  return switches.length === 1 ? `${first}→${last}` : `${first}→…→${last}`
}

function notAsked(client: SurveyClient, entry: SurveyEntry): CellNote {
  const isInside = entry.kind === 'cluster-ip' || entry.kind === 'dns'
  return {
    symbol: '–',
    sentence:
      client.place === 'here' && isInside
        ? 'cluster IPs and the DNS names of Services lead nowhere from outside the cluster'
        : 'no request was sent',
  }
}

function noAnswer(client: SurveyClient, entry: SurveyEntry, cell: SurveyCell): CellNote {
  const isInside = entry.kind === 'cluster-ip' || entry.kind === 'dns'
  if (entry.policyLocal === true && cell.verdict.eligibleEndpoints === 0) {
    const policy = isInside ? 'internalTrafficPolicy' : 'externalTrafficPolicy'
    const lost = lostOnTheWay(client, entry)
    return {
      symbol: '–',
      sentence:
        lost === ''
          ? `the ${isInside ? "client's node" : 'node'} has no ready endpoint, and with ${policy} Local it uses no other: nothing answers, as configured`
          : `the node has no ready endpoint: with ${policy} Local it drops what comes from outside the cluster${lost}`,
      code: isInside ? 'AFF-SVC-INTERNAL-LOCAL' : 'AFF-SVC-LOCAL-TRAFFIC',
    }
  }
  return {
    symbol: '×',
    sentence: `nothing came back: ${failureWords(cell.outcomes)}${lostOnTheWay(client, entry)}`,
  }
}

/**
 * kube-proxy sends connections of pods on to any endpoint, also under Local, and puts no address of its own in: an
 * endpoint on a third node answers the client directly, and not by way of the node that was asked.
 */
function lostOnTheWay({ place, node, hostNetwork }: SurveyClient, entry: SurveyEntry): string {
  const isElsewhere = entry.kind === 'node-port' && entry.node !== node
  return place === 'pod' && hostNetwork !== true && isElsewhere && entry.policyLocal === true
    ? "; a pod's connection may be sent on past externalTrafficPolicy Local, and its answers take another way back"
    : ''
}

/** Where affinity is told by the address, and each node by itself, these are the reasons that people meet. */
function noteOf(
  survey: ProbeSurvey,
  client: SurveyClient,
  entry: SurveyEntry,
  cell: SurveyCell,
): CellNote | undefined {
  const { behaviour, result, expected, reason, stretches = [] } = cell.verdict
  // What was configured when it differed.
  const { policy } = stretches.find((stretch) => stretch.result === 'differs') ?? survey.service
  if (behaviour === 'inconclusive') return { symbol: '?', sentence: reasons[reason ?? 'too-few-requests'] }
  if (result === 'as-expected') return undefined
  const isBalanced = entry.kind === 'load-balancer' && (client.place === 'here' || entry.proxied === true)
  if (expected === 'spread') {
    return {
      symbol: '▲',
      sentence: `kept on a pod${isBalanced && entry.balancer?.keeps === true ? ` by the own stickiness of ${sanitize(entry.balancer.name)},` : ''} although affinity ${affinityWords(policy)} is configured`,
    }
  }
  if (isBalanced && policy.kind === 'client-ip') {
    return {
      symbol: '▲',
      ...spreadWords(entry.balancer),
      mend:
        entry.balancer?.own ??
        `${entry.policyLocal === true || entry.balancer?.to === 'pods' ? '' : 'externalTrafficPolicy Local, and '}affinity by address at the load balancer`,
    }
  }
  return {
    symbol: '▲',
    sentence:
      behaviour === 'spread'
        ? 'each request picks a pod anew'
        : 'a pod is kept for a while and then left; nothing in the endpoints explains it',
  }
}

/** How a load balancer moves a client, as far as it is known. */
function spreadWords(balancer: SurveyEntry['balancer']): Pick<CellNote, 'sentence' | 'code'> {
  const name = balancer === undefined ? 'the load balancer' : sanitize(balancer.name)
  if (balancer?.to === 'pods')
    return {
      sentence: `${name} hands the same client to different pods: it goes to them itself, past sessionAffinity`,
      code: 'AFF-SVC-LB-BYPASSES',
    }
  const although = balancer?.affinity === 'follows' ? ', although it follows sessionAffinity as a rule' : ''
  return {
    sentence: `${name} hands the same client to different nodes${although}`,
    code: 'AFF-SVC-LB-SPREADS-NODES',
  }
}

/** Why nothing can be told, in words. */
export const reasons: Record<InconclusiveReason, string> = {
  'no-answers': 'no answer came back',
  'too-few-requests': 'too few answers to tell: chance alone could look like this; send more with --requests',
  failures:
    'requests reached no pod that is known, and no answer is known to be of some pods: affinity that breaks looks the same',
  'uneven-shares': 'one pod gets nearly all requests: by weights, or by an affinity that slips',
  clustered: 'pods seem to be kept for a while, and not surely; send more with --requests',
  moves: 'pods went too often for the requests between',
  silences: 'each request came when affinity may have been over; use a shorter --interval',
  'one-name': 'the names in the answers may not be of the pods that answer',
  'service-changed': 'the Service, or what leads to it, was changed while it was asked',
  'one-endpoint': 'there is one endpoint to pick from',
  'one-connection': 'all requests went over one connection; probe without --keep-alive',
  'backends-not-told-apart':
    'the answers do not say which pod gave them; see --path or --send, and --identify',
  'observations-lost': 'observations got lost on the way, and a switch may be among them',
  interrupted: 'interrupted before there was enough to tell',
}
