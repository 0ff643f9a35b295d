import type { Code } from '../../../analysis/codes.ts'
import type { ProbeSurvey, SurveyCell, SurveyClient, SurveyEntry } from '../../../model/survey.ts'
import type { InconclusiveReason } from '../../../model/verdict.ts'
import { countOf, formatCount } from '../../text/numbers.ts'
import { sanitize } from '../../text/sanitize.ts'
import { failureWords, policyWords } from '../words.ts'
import { entryWords } from './labels.ts'

/** A sentence below the table, for the cells that carry its mark. */
export interface Note {
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
  note?: Note
}

/** What one client saw at one entry; without `cell` it was not asked. */
export function viewCell(
  survey: ProbeSurvey,
  client: SurveyClient,
  entry: SurveyEntry,
  cell: SurveyCell | undefined,
): CellView {
  if (cell === undefined) return { ...plain(''), note: notAsked(client, entry) }
  if (cell.totals.answered === 0) return { ...plain(''), note: noAnswer(entry, cell) }
  const { verdict } = cell
  const masqueraded = isMasqueraded(client, cell)
  const only = verdict.reason === 'one-endpoint'
  const note = only ? undefined : noteOf(survey, client, entry, cell)
  const letters = cell.backends.map(({ letter }) => letter)
  const [letter] = letters
  if (verdict.behaviour === 'spread') return { what: 'spread', masqueraded, only, ...noted(note) }
  if (verdict.behaviour === 'broken') return { what: 'breaks', masqueraded, only, ...noted(note) }
  const what = cell.switches.length > 0 ? journey(cell) : (letter ?? '')
  return { what, ...(letter === undefined ? {} : { letter }), masqueraded, only, ...noted(note) }
}

/** Whether a pod saw an address that is not the client's. */
export function isMasqueraded({ addresses }: SurveyClient, { seenAddresses }: SurveyCell): boolean {
  if (addresses === undefined || addresses.length === 0) return false
  return seenAddresses.some(({ address }) => !addresses.includes(address))
}

function plain(what: string): CellView {
  return { what, masqueraded: false, only: false }
}

function noted(note: Note | undefined): { note?: Note } {
  return note === undefined ? {} : { note }
}

/** `A→C`: from the first pod to the last; more than these two are in between. */
function journey({ switches }: SurveyCell): string {
  const first = switches[0]!.from
  const last = switches.at(-1)!.to
  return switches.length === 1 ? `${first}→${last}` : `${first}→…→${last}`
}

function notAsked(client: SurveyClient, entry: SurveyEntry): Note {
  const isInside = entry.kind === 'cluster-ip' || entry.kind === 'dns'
  return {
    symbol: '–',
    sentence:
      client.place === 'here' && isInside
        ? 'cluster IPs and the DNS names of Services lead nowhere from outside the cluster'
        : 'no request was sent',
  }
}

function noAnswer(entry: SurveyEntry, cell: SurveyCell): Note {
  const isInside = entry.kind === 'cluster-ip' || entry.kind === 'dns'
  if (entry.policyLocal === true && cell.verdict.eligibleEndpoints === 0) {
    return isInside
      ? {
          symbol: '–',
          sentence:
            "the client's node has no ready endpoint, and with internalTrafficPolicy Local it uses no other: nothing answers, as configured",
          code: 'AFF-SVC-INTERNAL-LOCAL',
        }
      : {
          symbol: '–',
          sentence: `${sanitize(entry.node ?? 'the node')} has no ready endpoint, and with externalTrafficPolicy Local it uses no other: nothing answers, as configured`,
          code: 'AFF-SVC-LOCAL-TRAFFIC',
        }
  }
  return {
    symbol: '×',
    sentence: `nothing came back through ${entryWords(entry)}: ${failureWords(cell.outcomes)}`,
  }
}

/** Where affinity is told by the address, and each node by itself, these are the reasons that people meet. */
function noteOf(
  survey: ProbeSurvey,
  client: SurveyClient,
  entry: SurveyEntry,
  cell: SurveyCell,
): Note | undefined {
  const { behaviour, result, expected, reason, switches, explainedSwitches, answers } = cell.verdict
  if (behaviour === 'inconclusive') return { symbol: '?', sentence: reasons[reason ?? 'too-few-requests'] }
  if (result === 'as-expected') return undefined
  if (expected === 'spread') {
    return {
      symbol: '▲',
      sentence: `kept on a pod although affinity ${policyWords(survey.service.policy)} is configured`,
    }
  }
  if (entry.kind === 'load-balancer' && (client.place === 'here' || entry.proxied === true)) {
    return {
      symbol: '▲',
      sentence: 'the load balancer hands the same client to different nodes',
      code: 'AFF-SVC-LB-SPREADS-NODES',
      mend: 'externalTrafficPolicy Local, or affinity at the load balancer',
    }
  }
  return {
    symbol: '▲',
    sentence: `${formatCount(switches - explainedSwitches)} of ${countOf(answers, 'request')} through ${entryWords(entry)} changed pod; nothing in the endpoints explains it`,
  }
}

const reasons: Record<InconclusiveReason, string> = {
  'no-answers': 'no answer came back',
  'too-few-requests': 'too few answers to tell: chance alone could look like this; send more with --requests',
  'one-endpoint': 'there is one endpoint to pick from',
  'one-connection': 'all requests went over one connection; probe without --keep-alive',
  'backends-not-told-apart': 'the answers do not say which pod gave them; see --path and --identify',
  'observations-lost': 'observations got lost on the way, and a switch may be among them',
  interrupted: 'interrupted before there was enough to tell',
}
