import type { explainReport } from '../../../src/model/contract/explain.ts'
import { cookieWords } from './effective.ts'

type Entry = ReturnType<typeof explainReport.parse>['status']['entries'][number]

/** What we say about one way. */
export interface Claim {
  gateway: string
  host: string
  path: string
  words: string
}

/** The ways of reports on routes, in the words of the comparison. */
export function claimsOf(entries: readonly Entry[]): Claim[] {
  return entries.flatMap(({ host = '*', path = '', hops, share }) => {
    const hop = hops.find(({ kind }) => kind === 'gateway')
    if (hop === undefined) return []
    const gateway = hop.configuredBy.find(({ kind }) => kind === 'Gateway')?.name ?? ''
    return [{ gateway, host, path, words: wordsOf(hop, share) }]
  })
}

function wordsOf(hop: Entry['hops'][number], share: number | undefined): string {
  if (hop.arrival === 'unknown') return 'no way'
  const policy = policyWords(hop.policy)
  const isDrawn = share !== undefined && policy !== 'none'
  return [
    policy,
    ...(isDrawn ? ['drawn'] : []),
    hop.arrival === 'cluster-ip' ? 'to the cluster IP' : 'to pods',
  ].join(', ')
}

function policyWords(policy: Entry['hops'][number]['policy']): string {
  if (policy.kind === 'cookie')
    return cookieWords({
      name: policy.name,
      path: policy.path,
      ttl: policy.ttlSeconds,
      isMade: policy.madeBy === 'proxy',
      points: points(policy.points),
    })
  if (policy.kind === 'header') return `header ${policy.name ?? '-'}, ${points(policy.points)}`
  if (policy.kind === 'hash') return `hash of ${policy.of}`
  return policy.kind
}

function points(to: string | undefined): string {
  return to === 'at-a-pod' ? 'a pod' : 'a hash'
}
