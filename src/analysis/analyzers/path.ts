import { type Analyzer, analyzer, type View } from '../../mechanisms/analyzer.ts'
import { group as gatewayGroup } from '../../mechanisms/gateway-api/index.ts'
import { ingresses } from '../../mechanisms/ingress/objects.ts'
import { hasPattern } from '../../mechanisms/ingress/locations.ts'
import { routeTypes } from '../../mechanisms/index.ts'
import { coversPath } from '../../mechanisms/kit/legs/cookies.ts'
import type { Path, PathHop } from '../../model/affinity/leg.ts'
import type { CookiePolicy } from '../../model/affinity/policy.ts'
import { keyOf } from '../../model/cluster/object.ts'
import { defined } from '../../model/common/values.ts'
import { hasPersistence } from './front.ts'

/** A cookie whose path is known, and how it is made. */
interface Scoped {
  hop: PathHop
  policy: CookiePolicy & { path: string }
}

/** The cookies of a way that count, but those about which the mechanism has a finding of its own. */
function scopedIn({ entry, hops }: Path, view: View): Scoped[] {
  return hops.flatMap((hop) => {
    const { policy, role, mechanism, configuredBy } = hop
    if (policy.kind !== 'cookie' || policy.path === undefined || role === 'no-effect') return []
    const hasOwnWords =
      (entry.of.kind === ingresses.kind && /^(ingress-nginx|Traefik)/.test(mechanism)) ||
      configuredBy.some((object) => object.group === gatewayGroup && hasPersistence(object, view))
    return hasOwnWords ? [] : [{ hop, policy: { ...policy, path: policy.path } }]
  })
}

/** A cookie that browsers send below its path only, where requests to other paths come to it as well. */
export const cookiePath: Analyzer = analyzer({
  codes: ['AFF-L7-COOKIE-PATH'],
  needs: routeTypes,
  applies: (view) => view.paths.some((path) => scopedIn(path, view).length > 0),
  analyse: (view, report) => {
    const said = new Set<string>()
    for (const path of view.paths) {
      const { kind, host = '*', path: below = '/' } = path.entry
      if (kind !== 'host' || hasPattern(below)) continue
      for (const { hop, policy } of scopedIn(path, view)) {
        const [object] = hop.configuredBy
        const key = `${object && keyOf(object)} ${policy.name} ${policy.path}`
        if (object === undefined || coversPath(policy.path, below) || said.has(key)) continue
        said.add(key)
        const name = policy.name === undefined ? '' : ` ${policy.name}`
        report('AFF-L7-COOKIE-PATH', {
          message: `the cookie${name} has the path ${policy.path}, and clients of ${host === '*' ? '' : host}${below} send it back below that only`,
          why: 'Browsers send a cookie below its path only. Each request without one gets any pod and a new cookie.',
          mend: ['let the path of the cookie be /'],
          objects: [object],
          at: defined({ object, field: hop.field }),
        })
      }
    }
  },
})
