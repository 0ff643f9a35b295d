import type { Explanation } from '../../analysis/analyse.ts'
import type { ExplainedService } from '../../analysis/service.ts'
import { type Finding, type Level, levels } from '../../model/findings/finding.ts'
import type { Hop, Path } from '../../model/affinity/leg.ts'
import { type CookiePolicy, type Policy, sticks } from '../../model/affinity/policy.ts'
import type { Unknown } from '../../model/cluster/store.ts'
import { countOf, formatDuration } from '../../model/common/words/amounts.ts'
import { sanitize } from '../text/sanitize.ts'

/** What a hop sticks on, in two words. */
export function hopPolicyWords(policy: Policy): string {
  switch (policy.kind) {
    case 'none':
      return 'no affinity'
    case 'client-ip':
      return `client IP ${shortDuration(policy.timeoutSeconds)}`
    case 'cookie':
      return cookieWords(policy)
    case 'header':
      return policy.name === undefined ? 'header' : `header ${sanitize(policy.name)}`
    case 'hash':
      return `hash of ${sanitize(policy.of)}`
    case 'unknown':
  }
  return 'affinity unknown'
}

/** `cookie "route" 1h, Path /app`; the path where it is not all of them. */
function cookieWords({ name, ttlSeconds, path, neverSent, refused, madeBy }: CookiePolicy): string {
  return [
    'cookie',
    ...(name === undefined ? [] : [` "${sanitize(name)}"`]),
    ...(ttlSeconds === undefined ? [] : [` ${shortDuration(ttlSeconds)}`]),
    ...(path === undefined || path === '/' ? [] : [`, Path ${sanitize(path)}`]),
    ...(neverSent === undefined ? [] : [', never sent back']),
    ...(refused === undefined ? [] : [', refused by browsers']),
    ...(madeBy === 'application' ? [', if a client brings it'] : []),
  ].join('')
}

/** `kube-proxy nftables, per node`; without the second part where there is no room for it. */
export function hopWords({ mechanism, perNode, policy }: Hop, isShort: boolean): string {
  const isApart = perNode === true && policy.kind !== 'none' && !isShort
  return `${sanitize(mechanism)}${isApart ? ', per node' : ''}`
}

/** `3h`, `30m`, `1m30s`. */
function shortDuration(seconds: number): string {
  return formatDuration(seconds)
    .replace(/(?<=[hm])0s$/, '')
    .replace(/(?<=h)0m$/, '')
}

/** The policy as a sentence: a Service's own, or what the ways of another target have. */
export function policySentence({ service, paths }: Explanation): string {
  return service === undefined ? waysSentence(paths) : serviceSentence(service, paths)
}

function waysSentence(paths: readonly Path[]): string {
  const policies = paths.map(keptBy)
  const kept = policies.filter((policy) => policy !== undefined && sticks(policy) === true)
  const words = [...new Set(kept.map((policy) => (policy === undefined ? '' : hopPolicyWords(policy))))]
  if (paths.length === 0) return 'no way leads through it'
  if (kept.length === paths.length) return `clients stick on ${words.join(', ')}`
  if (policies.some((policy) => policy === undefined || sticks(policy) === undefined))
    return 'whether clients stick cannot be seen on every way'
  return kept.length === 0
    ? 'nothing keeps clients on a pod'
    : `clients stick on ${words.join(', ')}, on ${kept.length} of ${countOf(paths.length, 'way')}`
}

/** What keeps clients on a way: none where the draw by weight comes first; undefined where that cannot be seen. */
function keptBy({ hops, share = 1 }: Path): Policy | undefined {
  const hop = hops.find(({ role }) => role === 'decides')
  return hop !== undefined && share < 1 ? { kind: 'none' } : hop?.policy
}

function serviceSentence(
  { policy, semantics, object, reach }: ExplainedService,
  paths: readonly Path[],
): string {
  const isRead = paths.some(({ hops }) => hops.some(({ kind }) => kind === 'proxy'))
  if (!isRead) {
    const who =
      object.spec.type === 'ExternalName'
        ? 'the name leads elsewhere by DNS: what is there decides'
        : 'no proxy picks a pod: clients pick a pod by DNS'
    return `${who}${policy.kind === 'none' ? '' : ', and sessionAffinity has no effect'}`
  }
  if (policy.kind === 'none')
    return `every new connection may go to any ready pod${reach === undefined ? '' : ` ${reach}`}`
  const sticky = stickySentence(policy, semantics)
  const proxies = paths.flatMap(({ entry, hops }) =>
    hops.filter(({ kind }) => kind === 'proxy').map((hop) => ({ from: entry.from, hop })),
  )
  const heedless = proxies.filter(({ hop }) => sticks(hop.policy) !== true)
  const [first] = heedless
  if (first === undefined) return sticky
  const name = sanitize(first.hop.mechanism)
  const isKnown = first.hop.policy.kind === 'none'
  const what = isKnown
    ? `sessionAffinity is switched off in ${name}`
    : `whether ${name} heeds it is not known`
  if (heedless.length === proxies.length)
    return isKnown
      ? `every new connection may go to any ready pod: ${what}`
      : `sessionAffinity ClientIP, but ${what}`
  // That clock is the inner one's.
  const outside = semantics === undefined ? semantics : { ...semantics, clock: exact }
  return `from outside ${stickySentence(policy, outside)}; inside ${isKnown ? 'every new connection may go to any ready pod: ' : ''}${what}`
}

const exact = { earlyMs: 0, lateMs: 0 }
/** A second more or less is nothing to a longer timeout. */
const longSeconds = 100

function stickySentence(
  policy: Extract<Policy, { kind: 'client-ip' }>,
  semantics: ExplainedService['semantics'],
): string {
  const time = timeWords(policy, semantics)
  const held = 'a client address stays on its pod'
  if (semantics?.timer === 'absolute') return `${held} for ${time} from its first connection`
  if (semantics?.timer === 'idle') return `${held} until ${time} pass without a new connection`
  return `${held} for ${time}; from when that counts is up to the Service proxy`
}

function timeWords(
  { timeoutSeconds }: Extract<Policy, { kind: 'client-ip' }>,
  semantics: ExplainedService['semantics'],
): string {
  const { leastSeconds = 0, clock } = semantics ?? {}
  if (timeoutSeconds < leastSeconds) return `${shortDuration(leastSeconds)} or more`
  const { earlyMs, lateMs } = (timeoutSeconds < longSeconds ? clock : undefined) ?? exact
  const [from, to] = [timeoutSeconds - earlyMs / 1000, timeoutSeconds + lateMs / 1000].map(shortDuration)
  return from === to ? `${to}` : `${from} to ${to}`
}

/** `2 findings (1 error, 1 warning), 14 checks passed, 3 not possible: …`. */
export function summaryWords(
  findings: readonly Finding[],
  { passed, notPossible, unknown }: Explanation,
  besides = 0,
): string[] {
  // Of files it is plain why.
  const isOfCluster = ({ why }: (typeof notPossible)[number]): boolean => why.reason === 'not-in-files'
  const inCluster = countCodes(notPossible.filter(isOfCluster))
  const others = notPossible.filter((entry) => !isOfCluster(entry))
  const missing = countCodes(others)
  const why = new Set([...others.map((entry) => entry.why), ...unknown].map(unknownWords))
  const reasons = [...why].join(', ')
  return [
    besides > 0 && findings.length === 0 ? 'no other findings' : findingWords(countLevels(findings)),
    `${countOf(passed.length, 'check')} passed`,
    ...(inCluster > 0 ? [`${inCluster} need a cluster`] : []),
    ...(missing > 0
      ? [`${missing} not possible: ${reasons}`]
      : reasons === ''
        ? []
        : [`not known: ${reasons}`]),
  ]
}

function countCodes(entries: Explanation['notPossible']): number {
  return entries.reduce((sum, { codes }) => sum + codes.length, 0)
}

export type LevelCounts = Readonly<Record<Level, number>>

export function countLevels(findings: readonly Finding[]): LevelCounts {
  const counts = { error: 0, warning: 0, info: 0 }
  for (const { level } of findings) counts[level] += 1
  return counts
}

/** `no findings`, `1 finding (1 error)`, `3 findings (1 error, 2 warnings)`. */
export function findingWords(counts: LevelCounts): string {
  const total = levels.reduce((sum, level) => sum + counts[level], 0)
  if (total === 0) return 'no findings'
  const nouns = { error: 'error', warning: 'warning', info: 'info' } as const
  const parts = levels
    .filter((level) => counts[level] > 0)
    .map((level) => countOf(counts[level], nouns[level], level === 'info' ? 'info' : `${nouns[level]}s`))
  return `${countOf(total, 'finding')} (${parts.join(', ')})`
}

export function unknownWords({ what, reason, detail }: Unknown): string {
  const name = sanitize(what)
  if (reason === 'forbidden') return `reading ${name} is not allowed`
  if (reason === 'not-in-files') return `${name} needs a cluster`
  if (reason === 'not-known')
    return detail === undefined ? `${name}: not known` : `${name}: not known (${sanitize(detail)})`
  return reason === 'not-asked' ? `${name}: not read` : `${name} could not be read`
}
