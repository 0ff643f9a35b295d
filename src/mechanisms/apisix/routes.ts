import type { Leg } from '../../model/affinity/leg.ts'
import type { Policy } from '../../model/affinity/policy.ts'
import { type LooseObject, type NamespacedName, refOf } from '../../model/cluster/object.ts'
import type { Store } from '../../model/cluster/store.ts'
import { hostEntry, sendingLegs } from '../kit/front.ts'
import { at, list, record, strings, text } from '../kit/loose.ts'
import { unreadable } from '../kit/targeting.ts'
import { balancerPolicy } from './balancer.ts'
import { apisixUpstreams } from './objects.ts'

/** A Service of a rule of an ApisixRoute. */
export interface Sent {
  to: NamespacedName
  /** Its place in `backends`. */
  number: number
  /** The cluster IP instead of the pods. */
  isService: boolean
  share?: number
}

/** The Services of a rule: the plugin traffic-split draws one by weight, which is 100 unless it is told. */
export function sentBy(rule: unknown, { metadata }: LooseObject): Sent[] {
  const backends = list(record(rule)['backends']).map((one) => record(one))
  const weightOf = ({ weight }: Readonly<Record<string, unknown>>): number =>
    typeof weight === 'number' ? weight : 100
  const upstreams = list(record(rule)['upstreams']).map((one) => record(one))
  const total = [...backends, ...upstreams].reduce((sum, one) => sum + weightOf(one), 0)
  return backends.flatMap((one, number) => {
    const name = text(one['serviceName'])
    if (name === undefined) return []
    const to = { namespace: metadata.namespace ?? '', name }
    const isAlone = backends.length + upstreams.length === 1 || total === 0
    const share = isAlone ? {} : { share: weightOf(one) / total }
    return [{ to, number, isService: one['resolveGranularity'] === 'service', ...share }]
  })
}

/** The arrows of an ApisixRoute: from the hosts and paths of its rules to Services. */
export function routeLegs(route: LooseObject, store: Store): Leg[] {
  const ref = refOf(route)
  return list(at(route.spec, 'http')).flatMap((rule, index) => {
    const hosts = strings(at(rule, 'match.hosts'))
    const paths = strings(at(rule, 'match.paths')).map((path) => path.replace(/^\/\*$/, ''))
    const entries = (hosts.length === 0 ? ['*'] : hosts).flatMap((host) =>
      paths.map((path) => hostEntry(ref, host, path)),
    )
    return sentBy(rule, route).flatMap(({ to, number, isService, share }) => {
      const upstream = store.get(apisixUpstreams, to)
      const configuredBy = upstream === undefined ? [ref] : [ref, refOf(upstream)]
      return sendingLegs(
        {
          object: ref,
          part: `http[${index}].backends[${number}]`,
          entries,
          to,
          hop: { kind: 'gateway', mechanism: 'APISIX', configuredBy, policy: policyFor(upstream, store) },
          arrival: isService ? 'cluster-ip' : 'pods',
          field: `spec.http[${index}].backends[${number}]`,
          ...(share === undefined ? {} : { share }),
        },
        store,
      )
    })
  })
}

/** An ApisixUpstream counts for the Service of its name (internal/adc/translator/apisixroute.go). */
function policyFor(upstream: LooseObject | undefined, store: Store): Policy {
  if (upstream === undefined) return unreadable([apisixUpstreams], store) ?? { kind: 'none' }
  const ports = list(at(upstream.spec, 'portLevelSettings'))
  if (ports.some((one) => record(one)['loadbalancer'] !== undefined))
    return { kind: 'unknown', why: 'whether portLevelSettings counts is up to the version of the controller' }
  return balancerPolicy(upstream.spec) ?? { kind: 'none' }
}
