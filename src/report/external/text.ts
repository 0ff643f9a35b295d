import type { DryRun } from '../../model/affinity/change.ts'
import { dryRunSuffixes } from '../change/words.ts'
import type { Page, Style } from '../terminal.ts'
import { type Line, paintLines, span } from '../text/line.ts'
import { sanitize } from '../text/sanitize.ts'
import { pad, textWidth } from '../text/width.ts'

/** What a run did to a Service, as the report needs it. */
export interface ExternalOutcome {
  name: string
  kind: 'created' | 'configured' | 'unchanged'
  clusterIPs: readonly string[]
  /** `80`, `9000 → 80`. */
  ports: readonly string[]
  /** In words: `None`, `None → ClientIP 3h0m0s`. */
  affinity: string
  added: readonly ListedAddress[]
  removed: readonly ListedAddress[]
  kept: readonly ListedAddress[]
  /** Objects of others that were removed: `endpoints/backend`. */
  replaced: readonly string[]
  notes: readonly string[]
}

/** One address of a list, where it stands with its port. */
export interface ListedAddress {
  text: string
  origin?: string
}

/** More addresses that only stay than this scroll away what is new. */
const mostKept = 12

/** kubectl's line about the Service, what it is now, and each address that came, went or stays. */
export function renderExternal(
  outcome: ExternalOutcome,
  { style, dryRun }: { style: Style; dryRun: DryRun },
): string {
  const { name, kind, clusterIPs, ports, affinity, added, removed, kept, replaced, notes } = outcome
  const title = `service/${sanitize(name)} ${kind}${dryRunSuffixes[dryRun]}`
  const facts: [string, string][] = [
    ...(clusterIPs.length === 0 ? [] : ([['address', clusterIPs.join(', ')]] as [string, string][])),
    ['port', ports.join(', ')],
    ['affinity', affinity],
  ]
  const shown = kept.slice(0, mostKept)
  const width = Math.max(0, ...[...added, ...removed, ...shown].map(({ text }) => textWidth(text)))
  const lines: Line[] = [
    [span(title, kind === 'unchanged' ? undefined : style.strong)],
    ...facts.map(([label, text]) => [span(`    ${label.padEnd(8)}   ${sanitize(text)}`)]),
    ...added.map((one) => addressLine('+', one, { width, style })),
    ...removed.map((one) => addressLine('-', one, { width, style })),
    ...shown.map((one) => addressLine(' ', one, { width, style })),
    ...(kept.length > shown.length
      ? [[span(`    and ${kept.length - shown.length} more that stay`, style.quiet)]]
      : []),
    ...replaced.map((text) => [span(`  - ${sanitize(text)} deleted`, style.bad)]),
    ...notes.map((note) => [span('note', style.quiet), span(`  ${sanitize(note)}`)]),
  ]
  // Never cut: addresses and the reasons behind them are what this is about.
  return `${paintLines(lines, { style, width: Infinity }).join('\n')}\n`
}

/** `+ 10.0.0.1:80   svc/backend1-lb` */
export function addressLine(
  sign: '+' | '-' | ' ',
  { text, origin }: ListedAddress,
  { width, style }: Page,
): Line {
  const paint = sign === '+' ? style.good : sign === '-' ? style.bad : undefined
  return [
    span(`  ${sign} `, paint),
    span(pad(sanitize(text), origin === undefined ? 0 : width), paint),
    ...(origin === undefined ? [] : [span(`   ${sanitize(origin)}`, style.quiet)]),
  ]
}
