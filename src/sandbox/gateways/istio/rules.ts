import { isRecord } from '../../../model/common/values.ts'
import { at, defineType, type Resource } from '../../objects/resource.ts'
import type { ObjectStore } from '../../objects/store.ts'
import type { EnvoyHash } from '../kit/choice/envoy.ts'
import { matchesHost, weightOfHost } from '../kit/hosts.ts'
import { listAt, secondsOf, textAt } from '../kit/objects/loose.ts'

/** Where Istio is, whose rules are for all namespaces. */
export const namespace = 'istio-system'

export const group = 'networking.istio.io/v1'
export const destinationRules = defineType(group, 'destinationrules', 'DestinationRule', { short: ['dr'] })

/** What its DestinationRule says of the port and the subset, if anything. */
export function policiesFor(
  store: ObjectStore,
  host: string,
  port: string | undefined,
  subset: string | undefined,
): EnvoyHash[] {
  const rules = rulesFor(store, host)
  const policy = rules.map((one) => at(one, 'spec', 'trafficPolicy')).find((one) => one !== undefined)
  const ofSubset = rules
    .flatMap((one) => listAt(one, 'spec', 'subsets'))
    .find((one) => subset !== undefined && textAt(one, 'name') === subset)
  // An entry for a port takes the place of the whole policy.
  const ofPort = listAt(policy, 'portLevelSettings').find(
    (one) => port !== undefined && textAt(one, 'port', 'number') === port,
  )
  const counting =
    at(ofSubset, 'trafficPolicy', 'loadBalancer') ??
    (ofPort === undefined ? at(policy, 'loadBalancer') : at(ofPort, 'loadBalancer'))
  return hashOf(at(counting, 'consistentHash'))
}

/**
 * Those for a host, of the first place that has any: the gateway's own namespace, which is the root namespace here and counts
 * for rules that are not exported; that of the Service; the root namespace. The most exact host counts, and the oldest first.
 */
function rulesFor(store: ObjectStore, host: string): Resource[] {
  const all = store.list(destinationRules).filter((rule) => matchesHost(hostOf(rule), host))
  const isPrivate = (rule: Resource): boolean => listAt(rule, 'spec', 'exportTo').map(String).join() === '.'
  const [, ofService] = host.split('.')
  const levels = [
    all.filter((rule) => rule.metadata.namespace === namespace && isPrivate(rule)),
    all.filter((rule) => rule.metadata.namespace === ofService && !isPrivate(rule)),
    all.filter((rule) => rule.metadata.namespace === namespace && !isPrivate(rule)),
  ]
  const level = levels.find((rules) => rules.length > 0) ?? []
  const most = Math.max(...level.map((rule) => weightOfHost(hostOf(rule))))
  return level
    .filter((rule) => weightOfHost(hostOf(rule)) === most)
    .toSorted((a, b) =>
      (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? ''),
    )
}

/** Short names are completed with the namespace of the rule. */
function hostOf(rule: Resource): string {
  const host = textAt(rule, 'spec', 'host') ?? ''
  return host.includes('.') || host === '*'
    ? host
    : `${host}.${rule.metadata.namespace ?? ''}.svc.cluster.local`
}

function hashOf(hash: unknown): EnvoyHash[] {
  const cookie = at(hash, 'httpCookie')
  if (isRecord(cookie)) {
    const ttl = textAt(cookie, 'ttl')
    const path = textAt(cookie, 'path')
    return [
      {
        by: 'cookie',
        cookie: {
          name: textAt(cookie, 'name') ?? '',
          ...(path === undefined ? {} : { path }),
          ...(ttl === undefined ? {} : { ttlSeconds: secondsOf(ttl) }),
          attributes: listAt(cookie, 'attributes').map(
            (one) => [textAt(one, 'name') ?? '', textAt(one, 'value') ?? ''] as const,
          ),
        },
      },
    ]
  }
  const header = textAt(hash, 'httpHeaderName')
  const query = textAt(hash, 'httpQueryParameterName')
  if (header !== undefined) return [{ by: 'header', name: header }]
  if (query !== undefined) return [{ by: 'query', name: query }]
  return at(hash, 'useSourceIp') === true ? [{ by: 'source' }] : []
}
