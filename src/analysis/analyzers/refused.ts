import { type Analyzer, analyzer } from '../../mechanisms/analyzer.ts'
import { refusedBy } from '../../mechanisms/kit/legs/cookies.ts'
import type { PathHop } from '../../model/affinity/leg.ts'
import { keyOf } from '../../model/cluster/object.ts'
import { defined } from '../../model/common/values.ts'

/** Their mechanisms have findings of their own, some about SameSite only. */
function hasOwnWords({ mechanism, configuredBy }: PathHop, isOfSite = false): boolean {
  if (mechanism.startsWith('ingress-nginx')) return true
  return (
    isOfSite && (/^Traefik(, assumed)?$/.test(mechanism) || configuredBy[0]?.kind === 'BackendTrafficPolicy')
  )
}

/** Cookies of proxies with attributes for which no browser takes them. */
export const refusedCookie: Analyzer = analyzer({
  codes: ['AFF-L7-COOKIE-REFUSED'],
  applies: ({ paths }) => paths.some(({ hops }) => hops.some(({ policy }) => policy.kind === 'cookie')),
  analyse: ({ paths }, report) => {
    const said = new Set<string>()
    for (const { entry, hops } of paths)
      for (const hop of hops) {
        const { policy, role, configuredBy, field } = hop
        const { host } = entry
        if (host === undefined || role === 'no-effect' || policy.kind !== 'cookie') continue
        const [object] = configuredBy
        const refusal = refusedBy(policy, entry)
        const key = `${object && keyOf(object)} ${policy.name} ${refusal?.why}`
        if (refusal === undefined || object === undefined || said.has(key)) continue
        if (hasOwnWords(hop, refusal.isOfSite)) continue
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
