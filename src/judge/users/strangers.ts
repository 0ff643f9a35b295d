import type { CookieReport } from '../../model/probe/cookies/cause.ts'
import { type Maker, makerOf } from '../../model/probe/cookies/maker.ts'
import type { Policy } from '../../model/affinity/policy.ts'
import type { Stranger } from '../../model/probe/cookies/stranger.ts'

/** Products whose proxy is Envoy: what they write is Envoy's. */
const builtOnEnvoy = /istio|envoy|contour|emissary|kgateway|gloo|cilium|gke/i

/** Cookies that come from somebody else than `explain` expects. Pure. */
export function strangersOf(
  entry: number,
  { by, policy }: { by?: string | undefined; policy: Policy },
  cookies: readonly CookieReport[],
): Stranger[] {
  const configured = policy.kind === 'cookie' ? policy : undefined
  return cookies.flatMap(({ name, first }): Stranger[] => {
    const maker = makerOf({ name, form: first.form })
    if (maker === undefined || by === undefined) return []
    const about = { entry, cookie: name, maker: maker.name }
    if (!isOf(maker, by)) {
      return name === configured?.name
        ? [{ kind: 'another-maker', ...about, expected: by }]
        : [{ kind: 'another-proxy', ...about }]
    }
    const { points } = maker
    const differs = points !== 'unknown' && configured?.points !== undefined && configured.points !== points
    return differs && name === configured?.name ? [{ kind: 'another-kind', entry, cookie: name, points }] : []
  })
}

/** Whether whoever objects name makes such cookies; where that is not known, it may be. */
function isOf(maker: Maker, by: string): boolean {
  if (maker.name === 'Envoy') return builtOnEnvoy.test(by) || !known.test(by)
  if (maker.name === 'Contour') return /contour/i.test(by) || !known.test(by)
  if (maker.name === 'ingress-nginx') return /ingress-nginx/i.test(by) || !known.test(by)
  // Load balancers in front of everything: theirs only where the object is theirs.
  if (maker.name.startsWith('AWS')) return /AWS|ALB|ELB/.test(by)
  if (maker.name.startsWith('Google')) return /GKE|Google|GCE/i.test(by)
  return /Azure|Application Gateway/i.test(by)
}

/** Products whose cookies are known, so that one of another form is somebody else's. */
const known = /ingress-nginx|traefik|haproxy|nginx|istio|envoy|contour|kong/i
