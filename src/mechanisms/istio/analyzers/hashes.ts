import type { LooseObject } from '../../../model/cluster/object.ts'
import type { Store } from '../../../model/cluster/store.ts'
import { at, list, record, text } from '../../kit/objects/loose.ts'
import { services } from '../../service/objects.ts'
import { serviceOfHost } from '../legs/hosts.ts'
import { hostOfRule } from '../rules/rules.ts'

/** A consistentHash in a rule. */
export interface Hash {
  value: unknown
  /** Of the load balancer around it. */
  balancer: unknown
  field: string
  subset?: string
  port?: number
}

/** Every policy of a rule: for all, for a port, for a subset, for a port of a subset. */
export function levelsOf({
  spec,
}: LooseObject): { policy: unknown; field: string; subset?: string; port?: number }[] {
  const within = (policy: unknown, field: string, subset?: string) => {
    const of = subset === undefined ? {} : { subset }
    const ports = list(at(policy, 'portLevelSettings')).map((one, index) => {
      const port = at(one, 'port.number')
      return {
        policy: one,
        field: `${field}.portLevelSettings[${index}]`,
        ...of,
        ...(typeof port === 'number' ? { port } : {}),
      }
    })
    return policy === undefined ? [] : [{ policy, field, ...of }, ...ports]
  }
  return [
    ...within(at(spec, 'trafficPolicy'), 'spec.trafficPolicy'),
    ...list(at(spec, 'subsets')).flatMap((subset, index) =>
      within(
        record(subset)['trafficPolicy'],
        `spec.subsets[${index}].trafficPolicy`,
        text(record(subset)['name']) ?? '',
      ),
    ),
  ]
}

export function hashesOf(rule: LooseObject): Hash[] {
  return levelsOf(rule).flatMap(({ policy, field, ...where }) => {
    const balancer = record(policy)['loadBalancer']
    const value = at(balancer, 'consistentHash')
    return value === undefined
      ? []
      : [{ ...where, value, balancer, field: `${field}.loadBalancer.consistentHash` }]
  })
}

/** The ports of the Service that a rule is for, where it is known. */
export function portsOf(rule: LooseObject, store: Store): number[] | undefined {
  const to = serviceOfHost(hostOfRule(rule))
  return to === undefined ? undefined : store.get(services, to)?.spec.ports?.map(({ port }) => port)
}
