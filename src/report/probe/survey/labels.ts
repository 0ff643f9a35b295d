import { hostAndPort } from '../../../model/common/network/ip.ts'
import type { ProbeSurvey, SurveyClient, SurveyEntry } from '../../../model/probe/results/survey.ts'
import { countOf } from '../../../model/common/words/amounts.ts'
import { sanitize } from '../../text/sanitize.ts'
import type { AxisItem } from './matrix.ts'

/** `node2:30084`, `10.96.12.167`, `[fd00::7]:8080`: what tells an entry from the others of its kind. */
function entryAddress({ host, port, node }: SurveyEntry): string {
  return hostAndPort(node ?? host, port)
}

/** The head of an entry's column; the family is named where entries differ in it only. */
export function entryLabel(entry: SurveyEntry, survey: Pick<ProbeSurvey, 'entries'>): AxisItem {
  const twin = survey.entries.some(
    ({ kind, node, servicePort, family }) =>
      kind === entry.kind &&
      node === entry.node &&
      node !== undefined &&
      servicePort === entry.servicePort &&
      family !== entry.family,
  )
  const severalPorts = survey.entries.some(({ servicePort }) => servicePort !== entry.servicePort)
  const port = severalPorts ? ` ${sanitize(entry.portName ?? String(entry.servicePort))}` : ''
  return {
    main: `${entry.kind}${port}${twin ? ` ${entry.family}` : ''}`,
    detail: sanitize(entryAddress(entry)),
  }
}

/** A way in as it is named in a sentence: `node-port node2:30084`. */
export function entryWords(entry: SurveyEntry): string {
  return `${entry.kind} ${sanitize(entryAddress(entry))}`
}

/** Clients that share a row: `client on node1`, `client 4 on node1`, `61 clients`, `this machine`. */
export function clientLabel(group: readonly SurveyClient[], survey: Pick<ProbeSurvey, 'clients'>): AxisItem {
  const [first] = group
  if (first === undefined) return { main: '', detail: '' }
  if (group.length > 1) return { main: countOf(group.length, 'client'), detail: indexRanges(group) }
  const detail = sanitize(first.address ?? '')
  if (first.place === 'here') return { main: 'this machine', detail }
  const onNode = survey.clients.filter(({ place, node }) => place === 'pod' && node === first.node)
  const number = onNode.length > 1 ? ` ${first.index}` : ''
  const node = first.node === undefined ? undefined : sanitize(first.node)
  return {
    main: `client${number}${node === undefined ? '' : ` on ${node}`}`,
    detail,
    ...(node === undefined ? {} : { short: `${node}${number}` }),
  }
}

/** `0–2, 5, 7–9`. */
export function indexRanges(clients: readonly Pick<SurveyClient, 'index'>[]): string {
  const ranges: { from: number; to: number }[] = []
  for (const { index } of clients) {
    const last = ranges.at(-1)
    if (last !== undefined && last.to === index - 1) last.to = index
    else ranges.push({ from: index, to: index })
  }
  return ranges.map(({ from, to }) => (from === to ? String(from) : `${from}–${to}`)).join(', ')
}
