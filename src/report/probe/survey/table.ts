import type { ProbeSurvey, SurveyCell, SurveyClient } from '../../../model/probe/results/survey.ts'
import type { Page, Paint, Style } from '../../terminal.ts'
import { flow, type Line, span } from '../../text/line.ts'
import { countOf } from '../../../model/common/words/amounts.ts'
import { sanitize } from '../../text/sanitize.ts'
import type { Palette } from '../blocks/palette.ts'
import { type CellView, isMasqueraded, type CellNote, viewCell } from './cells.ts'
import { clientLabel, entryLabel } from './labels.ts'
import { layoutMatrix } from './matrix.ts'

export interface TableInput {
  survey: ProbeSurvey
  palette: Palette
  /** Rows to show before "… and 38 more clients". */
  mostRows: number
}

/** Up to so many clients have a row each; more share one where they saw the same. */
const mostSingle = 8

interface ClientsRow {
  clients: SurveyClient[]
  views: CellView[]
}

/** Client × entry: who answered where, and below it what the words and marks mean. */
export function layoutTable({ survey, palette, mostRows }: TableInput, page: Page): Line[] {
  const all = rowsOf(survey)
  const rows = all.slice(0, mostRows)
  const notes = numbered(rows)
  const cells = rows.map(({ views }) => views.map((view) => cellSpans(view, notes, palette, page.style)))
  const table = layoutMatrix(
    {
      rows: { items: rows.map(({ clients }) => clientLabel(clients, survey)), detailsOptional: true },
      columns: {
        items: survey.entries.map((entry) => entryLabel(entry, survey)),
        detailsOptional: false,
      },
      cells,
    },
    page,
  )
  const hidden = all.slice(mostRows).reduce((sum, { clients }) => sum + clients.length, 0)
  return [
    ...table,
    ...(hidden === 0
      ? []
      : [[span('  '), span(`… and ${countOf(hidden, 'more client')}`, page.style.quiet)]]),
    ...legend(survey, rows, notes, page),
  ]
}

function rowsOf(survey: ProbeSurvey): ClientsRow[] {
  const cells = new Map(survey.cells.map((cell) => [`${cell.client} ${cell.entry}`, cell]))
  const rows = survey.clients.map((client): ClientsRow => ({
    clients: [client],
    views: survey.entries.map((entry) =>
      viewCell(survey, client, entry, cells.get(`${client.index} ${entry.index}`)),
    ),
  }))
  if (rows.length <= mostSingle)
    return rows.toSorted(({ clients: [one] }, { clients: [other] }) =>
      placeOf(one).localeCompare(placeOf(other), 'en', { numeric: true }),
    )
  const groups = Map.groupBy(rows, ({ clients, views }) =>
    JSON.stringify([
      clients[0]?.place,
      views.map(({ what, masqueraded, only, note }) => [what, masqueraded, only, note]),
    ]),
  )
  return [...groups.values()].map((group) => ({
    clients: group.flatMap(({ clients }) => clients),
    views: group[0]!.views,
  }))
}

/** Pods by their nodes, and this machine after them; the order of indexes stays where nodes are the same. */
function placeOf(client: SurveyClient | undefined): string {
  return client?.place === 'here' ? '2' : `1 ${client?.node ?? ''}`
}

/** The notes in the order of the table, each with its mark: numbered where a symbol has several. */
function numbered(rows: readonly ClientsRow[]): Map<string, { note: CellNote; mark: string }> {
  const found = new Map<string, CellNote>()
  for (const { views } of rows)
    for (const { note } of views) if (note !== undefined) found.set(keyOf(note), note)
  const bySymbol = Map.groupBy(found.values(), ({ symbol }) => symbol)
  return new Map(
    [...found].map(([key, note]) => {
      const same = bySymbol.get(note.symbol) ?? []
      return [
        key,
        { note, mark: same.length === 1 ? note.symbol : `${note.symbol}${same.indexOf(note) + 1}` },
      ]
    }),
  )
}

function keyOf({ symbol, sentence }: CellNote): string {
  return `${symbol} ${sentence}`
}

function cellSpans(
  { what, letter, masqueraded, only, note }: CellView,
  notes: ReadonlyMap<string, { mark: string }>,
  palette: Palette,
  style: Style,
): Line {
  const mark = note === undefined ? undefined : notes.get(keyOf(note))?.mark
  const paint = letter === undefined ? undefined : palette.paintOf(letter)
  const pieces = [
    ...(what === '' ? [] : [span(what, note?.symbol === '▲' ? style.bad : paint)]),
    ...(masqueraded ? [span('masq', style.quiet)] : []),
    ...(only ? [span('only', style.quiet)] : []),
    ...(mark === undefined || note === undefined ? [] : [span(mark, paintOf(note, style))]),
  ]
  return pieces.flatMap((piece, index) => (index === 0 ? [piece] : [span(' '), piece]))
}

function paintOf({ symbol }: CellNote, style: Style): Paint {
  if (symbol === '▲' || symbol === '×') return style.bad
  return symbol === '?' ? style.unsure : style.quiet
}

/** What the words and marks in the table mean. */
function legend(
  survey: ProbeSurvey,
  rows: readonly ClientsRow[],
  notes: ReadonlyMap<string, { note: CellNote; mark: string }>,
  { width, style }: Page,
): Line[] {
  const views = rows.flatMap((row) => row.views)
  const entries: { word: string; paint: Paint; sentence: string; after?: string[] }[] = []
  if (views.some(({ masqueraded }) => masqueraded))
    entries.push({ word: 'masq', paint: style.quiet, sentence: masqueradeWords(survey) })
  if (views.some(({ only }) => only)) {
    entries.push({
      word: 'only',
      paint: style.quiet,
      sentence: 'one endpoint is all that there is to pick from: it proves nothing about affinity',
    })
  }
  for (const { note, mark } of notes.values()) {
    const after = [note.code, note.mend === undefined ? undefined : `mend: ${note.mend}`].filter(
      (part) => part !== undefined,
    )
    entries.push({
      word: mark,
      paint: paintOf(note, style),
      sentence: note.sentence,
      ...(after.length === 0 ? {} : { after }),
    })
  }
  const lines = entries.flatMap(({ word, paint, sentence, after }) => {
    const indent = 3 + word.length
    return [
      ...flow([span(word, paint), span(sentence)], {
        width,
        label: span('  '),
        indent,
        separator: span(' '),
      }),
      ...(after === undefined
        ? []
        : flow(
            after.map((part) => span(part)),
            { width, label: span(' '.repeat(indent)), indent, separator: span('   ') },
          )),
    ]
  })
  return lines.length === 0 ? [] : [[], ...lines]
}

/** Which address the pods saw instead: a node's where it is one that is known. */
function masqueradeWords(survey: ProbeSurvey): string {
  const clients = new Map(survey.clients.map((client) => [client.index, client]))
  const masqueraded = survey.cells.filter((cell) => {
    const client = clients.get(cell.client)
    return client !== undefined && isMasqueraded(client, cell)
  })
  const seen = new Set(
    masqueraded.flatMap((cell: SurveyCell) => {
      const own = clients.get(cell.client)?.addresses ?? []
      return cell.seenAddresses.map(({ address }) => address).filter((address) => !own.includes(address))
    }),
  )
  const nodes = new Map(
    survey.entries.flatMap(({ node, host }) => (node === undefined ? [] : [[host, node] as const])),
  )
  const named = [...seen].map((address) => {
    const node = nodes.get(address)
    return sanitize(node === undefined ? address : `${address} (${node})`)
  })
  const which = named.length > 3 ? `${named.slice(0, 3).join(', ')} …` : named.join(', ')
  return `masqueraded: the pod saw ${which} and not the client's own address`
}
