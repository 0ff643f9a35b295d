import { type Analyzer, analyzer } from '../../mechanisms/analyzer.ts'
import { coversHost } from '../../mechanisms/kit/cookies.ts'
import type { CookiePolicy } from '../../model/affinity/policy.ts'
import { keyOf } from '../../model/cluster/object.ts'
import { defined } from '../../model/common/defined.ts'

/** Why browsers refuse a cookie that an answer of a host brings, and what is right. */
function refusalOf(
  { domain = '', sameSite, secure }: CookiePolicy,
  host: string,
): { why: string; mend: string } | undefined {
  const above = domain.replace(/^\./, '').toLowerCase()
  // A wildcard stands for hosts of which some may be below the domain.
  const [base, isWild] = [host.replace(/^\*\.?/, '').toLowerCase(), host.startsWith('*')]
  const isAbove = coversHost(above, base) || (isWild && (base === '' || coversHost(base, above)))
  if (above !== '' && !isAbove) return { why: `the Domain ${domain}`, mend: 'leave its domain out' }
  if (sameSite?.toLowerCase() !== 'none' || secure === true) return undefined
  return { why: 'SameSite=None without Secure', mend: 'let the cookie be Secure, and speak https' }
}

/** Cookies of proxies with attributes for which no browser takes them. */
export const refusedCookie: Analyzer = analyzer({
  codes: ['AFF-L7-COOKIE-REFUSED'],
  applies: ({ paths }) => paths.some(({ hops }) => hops.some(({ policy }) => policy.kind === 'cookie')),
  analyse: ({ paths }, report) => {
    const said = new Set<string>()
    for (const { entry, hops } of paths)
      for (const { policy, role, configuredBy, field } of hops) {
        const { kind, host } = entry
        if (kind !== 'host' || host === undefined || role === 'no-effect') continue
        if (policy.kind !== 'cookie' || policy.madeBy !== 'proxy') continue
        const [object] = configuredBy
        const refusal = refusalOf(policy, host)
        const key = `${object && keyOf(object)} ${policy.name} ${refusal?.why}`
        if (refusal === undefined || object === undefined || said.has(key)) continue
        said.add(key)
        const name = policy.name === undefined ? '' : ` ${policy.name}`
        report('AFF-L7-COOKIE-REFUSED', {
          message: `browsers refuse the cookie${name} of ${host === '*' ? 'any host' : host}: it has ${refusal.why}`,
          why: 'They send none back, and each request may go to another pod. A test by hand that sends it (curl -b NAME=VALUE) hides it.',
          mend: [refusal.mend],
          objects: [object],
          at: defined({ object, field }),
        })
      }
  },
})
