import type { Leg } from '../../model/affinity/leg.ts'
import type { Policy } from '../../model/affinity/policy.ts'
import { type LooseObject, type NamespacedName, refOf } from '../../model/cluster/object.ts'
import type { Store } from '../../model/cluster/store.ts'
import { allOf, oneOf } from '../kit/legs/conditions.ts'
import { hostEntry, sendingLegs } from '../kit/legs/front.ts'
import { at, list, record, strings, text } from '../kit/objects/loose.ts'
import { unreadable } from '../kit/objects/targeting.ts'
import { balancerPolicy } from './balancer.ts'
import { apisixUpstreams } from './objects.ts'
import { isSince2 } from './version.ts'

/** A Service of a rule of an ApisixRoute. */
export interface Sent {
  to: NamespacedName
  /** Its place in `backends`. */
  number: number
  /** The cluster IP instead of the pods. */
  isService: boolean
  port?: string | number
  /** Of the pods, as the ApisixUpstream names it. */
  subset?: string
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
    const port = one['servicePort']
    const subset = text(one['subset']) ?? ''
    return [
      {
        to,
        number,
        isService: one['resolveGranularity'] === 'service',
        ...(typeof port === 'number' || typeof port === 'string' ? { port } : {}),
        ...(subset === '' ? {} : { subset }),
        ...share,
      },
    ]
  })
}

/** The arrows of an ApisixRoute: from the hosts and paths of its rules to Services. */
export function routeLegs(route: LooseObject, store: Store): Leg[] {
  const ref = refOf(route)
  return list(at(route.spec, 'http')).flatMap((rule, index) => {
    const hosts = strings(at(rule, 'match.hosts'))
    const paths = strings(at(rule, 'match.paths')).map((path) => path.replace(/^\/\*$/, ''))
    const entries = (hosts.length === 0 ? ['*'] : hosts).flatMap((host) =>
      paths.map((path) => hostEntry(ref, host, path, conditionsOf(record(at(rule, 'match'))))),
    )
    return sentBy(rule, route).flatMap((sent) => {
      const { to, number, isService, share } = sent
      const upstream = store.get(apisixUpstreams, to)
      const configuredBy = upstream === undefined ? [ref] : [ref, refOf(upstream)]
      return sendingLegs(
        {
          from: { object: ref, part: `http[${index}].backends[${number}]` },
          entries,
          to,
          hop: {
            kind: 'gateway',
            mechanism: 'APISIX',
            configuredBy,
            policy: policyFor(upstream, sent, store),
            ...noteOnSubset(sent, route, store),
          },
          arrival: isService ? 'cluster-ip' : 'pods',
          field: `spec.http[${index}].backends[${number}]`,
          share,
        },
        store,
      )
    })
  })
}

function conditionsOf(match: Readonly<Record<string, unknown>>): string | undefined {
  const { methods, remoteAddrs, exprs, filter_func: own } = match
  return allOf([
    oneOf('method', methods),
    oneOf('client address', remoteAddrs),
    ...list(exprs).map((one) => {
      const { subject, op, value, set } = record(one)
      const { scope, name } = record(subject)
      const said = text(value) ?? strings(set).join(', ')
      const words = [text(scope)?.toLowerCase(), text(name), text(op), said]
      return words.filter((word) => word !== undefined).join(' ')
    }),
    ...(own === undefined ? [] : ['filter_func is true']),
  ])
}

/** The pods that a backend leaves in. */
function noteOnSubset(sent: Sent, route: LooseObject, store: Store): { note?: string } {
  const { subset } = sent
  const last = isSince2(store) === false ? undefined : lastOf(sent, route)
  const pods = (name: string | undefined): string =>
    name === undefined ? 'all pods of the Service' : `only the pods of subset ${name}`
  if (last === undefined || last.subset === subset) return subset === undefined ? {} : { note: pods(subset) }
  const isNew = isSince2(store) === true
  return { note: isNew ? pods(last.subset) : `${pods(subset)}; since 2.0 ${pods(last.subset)}` }
}

/**
 * The backend whose pods stand for all backends of one Service in a route, since 2.0: the last one
 * (internal/controller/apisixroute_controller.go, validateBackends). Before that each has its own.
 */
export function lastOf({ to }: Sent, route: LooseObject): Sent | undefined {
  return list(at(route.spec, 'http'))
    .flatMap((rule) => sentBy(rule, route))
    .findLast((one) => one.to.name === to.name)
}

/** An ApisixUpstream counts for the Service of its name (internal/adc/translator/apisixroute.go). */
function policyFor(upstream: LooseObject | undefined, sent: Sent, store: Store): Policy {
  if (upstream === undefined) return unreadable([apisixUpstreams], store) ?? { kind: 'none' }
  return upstreamPolicy(upstream, sent, isSince2(store)) ?? { kind: 'none' }
}

/** What it sticks on; undefined where it says nothing. The settings of a port stand for all others, before 2.0. */
export function upstreamPolicy(
  { spec }: LooseObject,
  { to, port }: Pick<Sent, 'to'> & { port?: string | number | undefined },
  isNew: boolean | undefined,
): Policy | undefined {
  const ofAll = balancerPolicy(spec)
  const ports = list(at(spec, 'portLevelSettings'))
  if (ports.length === 0 || isNew === true) return ofAll
  const own = ports.find((one) => record(one)['port'] === port)
  if (typeof port === 'number' && own === undefined) return ofAll
  const why = `whether portLevelSettings of ${to.name} counts is up to the version of the controller`
  if (isNew === false && own !== undefined) return balancerPolicy(own)
  return { kind: 'unknown', why }
}
