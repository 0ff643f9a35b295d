import type { Code } from '../../../model/findings/code.ts'
import type { EntryDifference, ProbeSurvey, SurveyStatement } from '../../../model/probe/results/survey.ts'
import { countOf, formatCount } from '../../../model/common/words/amounts.ts'
import { formatProbability } from '../../text/numbers.ts'
import { sanitize } from '../../text/sanitize.ts'
import { backendNoun } from '../words/words.ts'
import { entryWords, indexRanges } from './labels.ts'
import { defined } from '../../../model/common/values.ts'

/** A sentence about several cells, and the page that explains it. */
export interface Sentence {
  text: string
  code?: Code
}

/** How fewer clients are distributed says nothing about the load. */
const fewestForLoad = 10

type Of<Kind extends SurveyStatement['kind']> = Extract<SurveyStatement, { kind: Kind }>

/** Less likely than this, that clients are all on one pod is no accident. */
const surprising = 0.001

/** From here on a probability explains nothing. */
const ordinary = 0.5

/** What the cells say together, each fact once, however many entries it holds for. */
export function statementSentences(survey: ProbeSurvey): Sentence[] {
  const { statements } = survey.verdict
  const of = <Kind extends SurveyStatement['kind']>(kind: Kind): Of<Kind>[] =>
    statements.filter((statement): statement is Of<Kind> => statement.kind === kind)
  return [
    ...stickSentence(survey, of('each-client-sticks'), of('entries-differ')),
    ...of('clients-break').map((statement) => breakSentence(survey, statement)),
    ...differSentences(survey, of('clients-differ'), of('clients-on-one-pod')),
    ...shareSentences(survey, of('clients-share-address')),
    ...loadSentences(survey, of('load')),
    ...of('clients-moved').map((statement) => movedSentence(survey, statement)),
    ...of('table-full').map(fullSentence),
  ]
}

const differences: Record<EntryDifference, { text: string; code?: Code }> = {
  node: {
    text: 'the pod differs by the node that a client enters',
    code: 'AFF-SVC-PER-NODE-TABLES',
  },
  port: { text: 'the pod differs by the port', code: 'AFF-SVC-PER-PORT-TABLES' },
  family: { text: 'the pod differs by the address family' },
  entry: {
    text: 'the pod differs by the address that a client asks, cluster IP or node port',
    code: 'AFF-PROXY-CILIUM-ENTRIES',
  },
  unknown: { text: 'the pod differs from entry to entry' },
}

function stickSentence(
  { entries, clients }: ProbeSurvey,
  sticks: readonly Of<'each-client-sticks'>[],
  differ: readonly Of<'entries-differ'>[],
): Sentence[] {
  const several = entries.length > 1
  const parts = differ.map(({ by }) => differences[by])
  const code = parts.find((part) => part.code !== undefined)?.code
  const which =
    sticks.length === entries.length
      ? 'each entry is sticky by itself'
      : sticks.length === 1
        ? `1 of ${entries.length} entries is sticky`
        : `${sticks.length} of ${entries.length} entries are sticky, each by itself`
  const stick =
    sticks.length === 0
      ? []
      : several
        ? [which]
        : clients.length > 1
          ? [`each of ${countOf(sticks[0]!.clients, 'client')} stays on its pod`]
          : []
  const text = [...stick, ...parts.map(({ text }) => text)].join('; ')
  return text === '' ? [] : [defined({ text, code })]
}

function breakSentence(survey: ProbeSurvey, { entry, clients, of }: Of<'clients-break'>): Sentence {
  const who = `${formatCount(clients.length)} of ${countOf(of, 'client')}`
  return { text: `${who} did not stay on their pod${through(survey, entry)}${list(survey, clients)}` }
}

function differSentences(
  survey: ProbeSurvey,
  differ: readonly Of<'clients-differ'>[],
  together: readonly Of<'clients-on-one-pod'>[],
): Sentence[] {
  const noun = backendNoun(survey)
  const [most] = differ.toSorted((a, b) => b.backends - a.backends)
  return [
    ...(most === undefined
      ? []
      : [
          {
            text: `clients differ: ${countOf(most.clients, 'client')} are kept on ${countOf(most.backends, noun)}`,
          },
        ]),
    ...together.map(({ entry, letter, clients, chance }) => ({
      text: `all ${formatCount(clients)} clients are on ${noun} ${letter}${through(survey, entry)}${chance <= surprising ? ', as if they were one client' : ''} (by chance ${formatProbability(chance)})`,
    })),
  ]
}

function shareSentences(survey: ProbeSurvey, shares: readonly Of<'clients-share-address'>[]): Sentence[] {
  const addresses = [...new Set(shares.map(({ address }) => sanitize(address)))]
  if (addresses.length === 0) return []
  const entries = new Set(shares.map(({ entry }) => entry))
  const where =
    entries.size === survey.entries.length
      ? ''
      : ` through ${[...entries]
          .slice(0, 2)
          .flatMap((index) => nameOf(survey, index))
          .join(', ')}${entries.size > 2 ? ' …' : ''}`
  const own = new Set(survey.clients.flatMap((client) => client.addresses ?? []))
  const areMasqueraded = addresses.some((address) => !own.has(address))
  return [
    {
      text: `clients look like one${where}: the pods saw several of them as ${addresses.slice(0, 3).join(', ')}${addresses.length > 3 ? ' …' : ''}`,
      ...(areMasqueraded ? { code: 'AFF-SVC-NODEPORT-MASQUERADED' as const } : {}),
    },
  ]
}

function loadSentences(survey: ProbeSurvey, loads: readonly Of<'load'>[]): Sentence[] {
  const worthwhile = loads.filter(
    ({ clientsPerPod }) => clientsPerPod.reduce((sum, clients) => sum + clients, 0) >= fewestForLoad,
  )
  return worthwhile.map(({ entry, clientsPerPod, expectedMost, chance }) => ({
    text: `load${through(survey, entry)}: ${clientsPerPod.slice(0, 8).join(' + ')}${clientsPerPod.length > 8 ? ' + …' : ''} clients per ${backendNoun(survey)}; the fullest has ${formatCount(clientsPerPod[0] ?? 0)} where chance gives ${formatCount(expectedMost)}${chance < ordinary ? ` (${formatProbability(chance)})` : ''}`,
  }))
}

function movedSentence(
  survey: ProbeSurvey,
  { entry, necessary, unnecessary }: Of<'clients-moved'>,
): Sentence {
  const all = necessary.length + unnecessary.length
  const some = unnecessary.length === all ? '' : `${formatCount(unnecessary.length)} of them `
  const why =
    unnecessary.length === 0
      ? `${all === 1 ? '' : 'each '}because its pod had gone`
      : `${some}although ${all === 1 ? 'its' : 'their'} pod had not gone${list(survey, unnecessary)}`
  return { text: `${countOf(all, 'client')} moved${through(survey, entry)}, ${why}` }
}

function fullSentence({ node, clients, capacity }: Of<'table-full'>): Sentence {
  return {
    text: `${formatCount(clients)} clients on ${sanitize(node)}, whose proxy remembers ${formatCount(capacity)} per pod and port`,
    code: 'AFF-PROXY-IPTABLES-LIST',
  }
}

/** Where there is one way in only, it goes without saying. */
function through(survey: ProbeSurvey, entry: number): string {
  return survey.entries.length > 1
    ? nameOf(survey, entry)
        .map((name) => ` through ${name}`)
        .join('')
    : ''
}

function nameOf(survey: ProbeSurvey, index: number): string[] {
  return survey.entries.filter((entry) => entry.index === index).map(entryWords)
}

function list(survey: ProbeSurvey, clients: readonly number[]): string {
  if (survey.clients.length <= 1 || clients.length > 12) return ''
  return ` (${clients.length === 1 ? 'client' : 'clients'} ${indexRanges(clients.map((index) => ({ index })))})`
}
