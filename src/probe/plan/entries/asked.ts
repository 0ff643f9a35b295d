import { didYouMean } from '../../../model/common/words/spelling.ts'
import type { IpFamily, SurveyEntry } from '../../../model/probe/results/survey.ts'
import { invalidValue } from '../../../model/common/user-error.ts'

/** What `--via` takes, in the order in which entries are shown. */
export const entryKinds = ['cluster-ip', 'dns', 'node-port', 'load-balancer', 'external-ip'] as const

/** Those that lead into the cluster from outside. */
export const outsideKinds: ReadonlySet<SurveyEntry['kind']> = new Set<SurveyEntry['kind']>([
  'node-port',
  'load-balancer',
  'external-ip',
  'gateway',
])

/** Those of some entries that a client outside the cluster can ask. */
export function entriesFromHere(entries: readonly SurveyEntry[]): SurveyEntry[] {
  return entries.filter(({ kind }) => outsideKinds.has(kind))
}

/** Which entries a user asks for. */
export interface AskedEntries {
  /** `all` is every address that the Service has; its DNS name, which leads to one of them, is asked by name only. */
  kinds: 'all' | ReadonlySet<SurveyEntry['kind']>
  /** Unless given, that of the Service's first cluster IP. */
  family?: IpFamily | 'all'
  /** Every port of the protocol that is probed, and not only the one. */
  allPorts?: boolean
}

/** The values of `--via`, each a comma list. Throws UserError for a word that is no entry. */
export function parseVia(values: readonly string[]): AskedEntries['kinds'] {
  const words = values.flatMap((value) => value.split(',')).map((word) => word.trim())
  const known = [...entryKinds, 'all'] as const
  for (const word of words) {
    if ((known as readonly string[]).includes(word)) continue
    const meant = didYouMean(word, known)
    throw invalidValue(
      'via',
      values.join(','),
      `${JSON.stringify(word)} is no entry, must be a list of ${entryKinds.join(', ')}, or all${meant === undefined ? '' : `; did you mean "${meant}"?`}`,
    )
  }
  return words.includes('all') ? 'all' : new Set(words as SurveyEntry['kind'][])
}
