import type { Leg } from '../../model/affinity/leg.ts'
import { type LooseObject, refOf } from '../../model/cluster/object.ts'
import type { Store } from '../../model/cluster/store.ts'
import { defined } from '../../model/common/values.ts'
import { allOf, oneOf } from '../kit/legs/conditions.ts'
import { hostEntry, sendingLegs } from '../kit/legs/front.ts'
import { at, list, record, strings, text } from '../kit/objects/loose.ts'
import { hashPolicy } from './hash.ts'
import { usualAlgorithm } from './usual.ts'

/** A route with the backends that it sends to; one without routes is a single one for all paths. */
export function routesOf({
  spec,
}: LooseObject): { path: string; when?: string; filters: string; refs: readonly unknown[]; field: string }[] {
  const usual = list(at(spec, 'defaultBackends'))
  const routes = list(at(spec, 'routes'))
  if (routes.length === 0) return [{ path: '', filters: '', refs: usual, field: 'spec.defaultBackends' }]
  return routes.map((route, index) => {
    const own = list(record(route)['backends'])
    const path =
      ['path', 'pathSubtree', 'pathRegexp'].flatMap((key) => text(record(route)[key]) ?? [])[0] ?? ''
    return {
      path: path === '/' ? '' : path,
      ...defined({
        when: allOf([oneOf('method', record(route)['methods']), ...strings(record(route)['predicates'])]),
      }),
      filters: strings(record(route)['filters']).join(' -> '),
      refs: own.length === 0 ? usual : own,
      field: `spec.routes[${index}]`,
    }
  })
}

/** The arrows of a RouteGroup: from its hosts and paths to the Services of its backends. */
export function routeGroupLegs(group: LooseObject, store: Store): Leg[] {
  const ref = refOf(group)
  const hosts = strings(at(group.spec, 'hosts'))
  return routesOf(group).flatMap(({ path, when, filters, refs, field }) => {
    const sent = refs.map((one) => ({ weight: weightOf(one), backend: backendOf(group, one) }))
    const total = sent.reduce((sum, { weight }) => sum + weight, 0)
    return sent.flatMap(({ weight, backend }, number) => {
      const name = text(backend['serviceName'])
      if (name === undefined) return []
      const share = sent.length < 2 ? undefined : total > 0 ? weight / total : 1 / sent.length
      return sendingLegs(
        {
          from: { object: ref, part: `${field} ${number}` },
          entries: (hosts.length === 0 ? ['*'] : hosts).map((host) => hostEntry(ref, host, path, when)),
          to: { namespace: group.metadata.namespace ?? '', name },
          hop: {
            kind: 'gateway',
            mechanism: 'Skipper',
            configuredBy: [ref],
            policy: hashPolicy(text(backend['algorithm']) ?? usualAlgorithm(store), filters),
          },
          arrival: 'pods',
          field,
          share,
        },
        store,
      )
    })
  })
}

/** The backend that a reference names. */
export function backendOf({ spec }: LooseObject, reference: unknown): Readonly<Record<string, unknown>> {
  const name = record(reference)['backendName']
  return record(list(at(spec, 'backends')).find((one) => record(one)['name'] === name))
}

function weightOf(reference: unknown): number {
  const weight = record(reference)['weight']
  return typeof weight === 'number' ? weight : 0
}
