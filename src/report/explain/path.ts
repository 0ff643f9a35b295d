import type { Entry } from '../../model/entry.ts'
import { objectName } from '../../model/finding.ts'
import type { Hop } from '../../model/hop.ts'
import type { Paint, Style } from '../terminal.ts'
import { flow } from '../text/flow.ts'
import { type Line, type Span, span } from '../text/line.ts'
import { sanitize } from '../text/sanitize.ts'
import { nonBreakingSpace } from '../text/width.ts'
import { hopPolicyWords, hopWords } from './words.ts'

/** The names of the columns where entries and hops begin. */
const indent = 11

/** One line for each entry, more where the width does not suffice: entry ── hops ──► pods, and who decides. */
export function layoutPath(entries: readonly Entry[], width: number, style: Style): Line[] {
  return entries.flatMap((entry) => layoutEntry(entry, width, style))
}

function layoutEntry(entry: Entry, width: number, style: Style): Line[] {
  const pieces = [
    span(keep(sanitize(entry.address)), style.strong),
    ...entry.hops.flatMap((hop) => hopPieces(hop, style)),
    span(
      keep(`► ${entry.kind === 'dns' && entry.hops[0]?.mechanism === 'CNAME' ? 'elsewhere' : 'pods'}   `),
      style.quiet,
    ),
  ]
  const last = pieces.length - 1
  const verdict = roleOf(entry)
  const separator = span(' ── ', style.quiet)
  const label = span(`  ${entry.from.padEnd(indent - 2)}`, style.quiet)
  const lines = flow(pieces.slice(0, last), { width, label, indent: indent + 2, separator })
  const tail: Line = [
    span(' ──', style.quiet),
    pieces[last]!,
    span(verdict.text, paintOf(verdict.role, style)),
  ]
  const notes = entry.hops.flatMap(({ note }) => (note === undefined ? [] : [note]))
  return [...appendTail(lines, tail, width), ...notes.flatMap((note) => layoutNote(note, width, style))]
}

/** What follows the last hop stays in one piece. */
function appendTail(lines: readonly Line[], tail: Line, width: number): Line[] {
  const last = lines.at(-1) ?? []
  const total = [...last, ...tail].reduce((sum, { text }) => sum + text.length, 0)
  if (total <= width) return [...lines.slice(0, -1), [...last, ...tail]]
  return [...lines, [span(' '.repeat(indent + 1)), ...tail]]
}

function hopPieces(hop: Hop, style: Style): Span[] {
  const isFront = hop.kind === 'ingress' || hop.kind === 'gateway' || hop.kind === 'mesh'
  const object = hop.object === undefined || !isFront ? undefined : objectName(hop.object)
  const name = object === undefined ? hopWords(hop) : `${sanitize(object)} (${hopWords(hop)})`
  const policy = keep(hopPolicyWords(hop.policy))
  return [
    span(keep(name)),
    // That nobody knows a load balancer's affinity is said by a finding.
    ...(hop.kind === 'load-balancer'
      ? []
      : [hop.role === 'no-effect' ? span(policy, style.unsure) : span(policy)]),
  ]
}

function layoutNote(note: string, width: number, style: Style): Line[] {
  const label = span(`${' '.repeat(indent + 1)}└ `, style.quiet)
  return flow([span(sanitize(note))], { width, label, indent: indent + 3 })
}

function roleOf({ hops }: Entry): { role: Hop['role']; text: string } {
  const decides = hops.some(({ role }) => role === 'decides')
  if (decides) return { role: 'decides', text: 'decides' }
  if (hops.some(({ role }) => role === 'no-effect')) return { role: 'no-effect', text: 'no effect' }
  return { role: 'picks', text: 'client picks' }
}

function paintOf(role: Hop['role'], style: Style): Paint {
  if (role === 'decides') return style.good
  return role === 'no-effect' ? style.unsure : style.quiet
}

/** Lines break between the pieces of a path, not within them. */
function keep(text: string): string {
  return text.replaceAll(' ', nonBreakingSpace)
}
