import type { Explanation } from '../../analysis/analyse.ts'
import type { OutsideEndpoint } from '../../model/findings/explanation.ts'
import { objectName } from '../../model/findings/finding.ts'
import type { HopRole, Path, PathHop } from '../../model/affinity/leg.ts'
import { hostAndPort } from '../../model/common/network/ip.ts'
import { sticks } from '../../model/affinity/policy.ts'
import type { Page, Paint, Style } from '../terminal.ts'
import { flow, type Line, lineWidth, type Span, span } from '../text/line.ts'
import { sanitize } from '../text/sanitize.ts'
import { nonBreakingSpace, textWidth } from '../text/width.ts'
import { hopPolicyWords, hopWords } from './words.ts'

/** Where entries begin. */
const indent = 9

/** On wide terminals the ends of entries do not run away from their beginnings. */
const widest = 100

const longestVerdict = 'decides'.length

/** One line for each entry, more where the width does not suffice: entry ── hops ──► pods, and who decides. */
export function layoutPaths({ paths, service }: Pick<Explanation, 'paths' | 'service'>, page: Page): Line[] {
  const outside = service?.outside
  const where = outside === undefined ? 'pods' : 'outside'
  const named = service === undefined
  return [
    ...together(paths).flatMap((group) =>
      layoutGroup(group, { ...page, where: named ? endOf(group) : where }),
    ),
    ...(outside === undefined ? [] : [[], ...layoutOutside(outside, page.style)]),
  ]
}

/** Entries with the same way behind them are one line (or several, as wide as they are). */
interface PathGroup extends Path {
  addresses: readonly string[]
}

function together(paths: readonly Path[]): PathGroup[] {
  const groups = Map.groupBy(paths, ({ entry, hops, end, share }) => {
    const isFront = entry.kind === 'host' || entry.kind === 'mesh'
    const same = hops.map(({ field: _field, ...hop }) => hop)
    return JSON.stringify(isFront ? [entry.from, same, end, share] : [entry.kind, entry.address])
  })
  return [...groups.values()].flatMap((members) => {
    const [first] = members
    const addresses = [...new Set(members.map(({ entry }) => entry.address))]
    return first === undefined ? [] : [{ ...first, addresses }]
  })
}

/** Ways of other targets than a Service may end at several of them. */
function endOf({ hops }: Path): string {
  const next = hops.findLast((hop) => hop.next?.kind === 'Service')?.next
  return next === undefined ? 'pods' : `${keep(sanitize(`svc/${next.name}`))} pods`
}

interface Layout extends Page {
  /** What stands at the end. */
  where: string
}

function layoutGroup(group: PathGroup, layout: Layout): Line[] {
  const notes = group.hops.flatMap(({ note }) => (note === undefined ? [] : [note]))
  const full = layoutHops(group, layout, false)
  const lines = full.length === 1 ? full : layoutHops(group, layout, true)
  return [...lines, ...notes.flatMap((note) => layoutNote(note, layout))]
}

function layoutHops(group: PathGroup, layout: Layout, isShort: boolean): Line[] {
  const { width, style } = layout
  const pieces = [
    ...addressPieces(group.addresses, style),
    ...group.hops.flatMap((hop) => hopPieces(hop, style, isShort)),
    ...sharePieces(group, style),
  ]
  const label = span(` ${group.entry.from.padEnd(indent - 1)}`, style.quiet)
  const lines = flow(pieces, { width, label, indent: indent + 2, separator: span(' ── ', style.quiet) })
  return appendEnd(lines, group, layout)
}

/** What part of the requests goes this way, where a draw by weight decides. */
function sharePieces({ share }: Path, style: Style): Span[] {
  if (share === undefined) return []
  return [span(keep(`${Math.round(share * 100)} % by weight`), style.unsure)]
}

/** All of them, several on a line: `a.example/x, b.example/y`. */
function addressPieces(addresses: readonly string[], style: Style): Span[] {
  const words = addresses.map((address) => keep(sanitize(address)))
  return [span(words.join(', '), style.strong)]
}

/** `──► pods   decides` at the end of the last line, so that the ends of all entries stand below each other. */
function appendEnd(lines: readonly Line[], path: Path, { width, style, where }: Layout): Line[] {
  const { role, text } = roleOf(path)
  const end = `► ${path.end === 'elsewhere' ? 'elsewhere' : where}  `
  const last = lines.at(-1) ?? []
  const room = Math.min(width, widest) - textWidth(end) - longestVerdict
  const fits = lineWidth(last) + 2 <= room
  // On a narrow terminal the end stands further left, and whole.
  const begin: Line = fits ? last : [span(' '.repeat(Math.max(0, Math.min(indent + 1, room - 2))))]
  const arrow = span(` ${'─'.repeat(Math.max(1, room - lineWidth(begin) - 1))}${end}`, style.quiet)
  return [...lines.slice(0, fits ? -1 : undefined), [...begin, arrow, span(text, paintOf(role, style))]]
}

/** More addresses than this say no more. */
const mostOutside = 12

/** The addresses behind a Service without selector, and where they were read. */
function layoutOutside(outside: readonly OutsideEndpoint[], style: Style): Line[] {
  const shown = outside
    .slice(0, mostOutside)
    .map((one) => ({ ...one, text: hostAndPort(one.address, one.port) }))
  const column = Math.max(...shown.map(({ text }) => textWidth(text)))
  const lines = shown.map(({ text, ready, origin }, index): Line => [
    span((index === 0 ? ' beyond' : '').padEnd(indent), style.quiet),
    span(sanitize(text.padEnd(column))),
    ...(ready ? [] : [span('   not ready', style.unsure)]),
    ...(origin === undefined ? [] : [span(`   ${sanitize(origin)}`, style.quiet)]),
  ])
  const more = outside.length - shown.length
  return more === 0 ? lines : [...lines, [span(`${' '.repeat(indent)}and ${more} more`, style.quiet)]]
}

function hopPieces(hop: PathHop, style: Style, isShort: boolean): Span[] {
  const isFront = hop.kind === 'ingress' || hop.kind === 'gateway' || hop.kind === 'mesh'
  const [configuredBy] = hop.configuredBy
  const object = configuredBy === undefined || !isFront ? undefined : objectName(configuredBy)
  const name =
    object === undefined ? hopWords(hop, isShort) : `${sanitize(object)} (${hopWords(hop, isShort)})`
  const policy = keep(hopPolicyWords(hop.policy))
  return [
    span(keep(name)),
    // That nobody knows a load balancer's affinity is said by a finding.
    ...(hop.kind === 'load-balancer' && hop.policy.kind === 'unknown'
      ? []
      : [hop.role === 'no-effect' ? span(policy, style.unsure) : span(policy)]),
  ]
}

function layoutNote(note: string, { width, style }: Page): Line[] {
  const label = span(`${' '.repeat(indent + 1)}└ `, style.quiet)
  return flow([sanitize(note)], { width, label, indent: indent + 3 })
}

function roleOf({ hops }: Path): { role: HopRole; text: string } {
  const decider = hops.find(({ role }) => role === 'decides')
  // It picks the pod, and what it is told to go by does not come.
  if (decider?.policy.kind === 'cookie' && sticks(decider.policy) === false)
    return { role: 'no-effect', text: 'in vain' }
  if (decider !== undefined) return { role: 'decides', text: 'decides' }
  // Where a way leads to nothing that is known, nobody is seen to pick.
  if (hops.length === 0 || hops.some(({ role }) => role === 'unknown'))
    return { role: 'unknown', text: 'unknown' }
  if (hops.some(({ role }) => role === 'no-effect')) return { role: 'no-effect', text: 'in vain' }
  return { role: 'picks', text: 'client' }
}

function paintOf(role: HopRole, style: Style): Paint {
  if (role === 'decides') return style.good
  return role === 'no-effect' || role === 'unknown' ? style.unsure : style.quiet
}

/** Lines break between the pieces of a path, not within them. */
function keep(text: string): string {
  return text.replaceAll(' ', nonBreakingSpace)
}
