import type { Arrival, Leg } from '../../model/affinity/leg.ts'
import { type LooseObject, type NamespacedName, type ObjectType, refOf } from '../../model/cluster/object.ts'
import { type Policy, sticks } from '../../model/affinity/policy.ts'
import type { Store } from '../../model/cluster/store.ts'
import { hashedCookie } from '../kit/legs/envoy.ts'
import { allOf, eachMatched, matched } from '../kit/legs/conditions.ts'
import { hostEntry, sendingLegs } from '../kit/legs/front.ts'
import { at, record, text } from '../kit/objects/loose.ts'
import { onceFor } from '../kit/objects/once.ts'
import { customType } from '../kit/objects/types.ts'
import { defined } from '../../model/common/values.ts'

const versions: ObjectType['versions'] = ['v3alpha1', 'v2']

export const mappings: ObjectType<LooseObject> = {
  ...customType('getambassador.io', 'mappings', 'Mapping'),
  versions,
}

/** With one of these, Envoy picks from the pods itself. */
export const endpointResolvers: ObjectType<LooseObject> = {
  ...customType('getambassador.io', 'kubernetesendpointresolvers', 'KubernetesEndpointResolver'),
  versions,
}

/** The arrows of a Mapping: from its host and prefix to a Service. */
export function mappingLegs(object: LooseObject, store: Store): Leg[] {
  const ref = refOf(object)
  const to = serviceOf(object)
  if (to === undefined) return []
  const prefix = text(at(object.spec, 'prefix')) ?? ''
  const share = shareOf(object, store)
  return sendingLegs(
    {
      from: { object: ref, part: '' },
      entries: [hostEntry(ref, hostOf(object), prefix === '/' ? '' : prefix, conditionsOf(object))],
      to,
      hop: {
        kind: 'gateway',
        mechanism: 'Emissary',
        configuredBy: [ref],
        policy: mappingPolicy(object),
        ...defined({ note: noteOf(object, store) }),
      },
      arrival: isDropped(object, store) ? 'unknown' : arrivalOf(object, store),
      field: 'spec.service',
      share,
    },
    store,
  )
}

function noteOf(object: LooseObject, store: Store): string | undefined {
  if (at(object.spec, 'load_balancer') === undefined)
    return 'unless the Module ambassador has a load_balancer for all'
  if (refusalOf(object) !== undefined) return 'Emissary drops the Mapping'
  return isDropped(object, store)
    ? 'Emissary drops the Mapping, unless a Module names a resolver of endpoints'
    : undefined
}

/** No request comes by it: what it asks for is no load balancer, or one that its resolver does not go with. */
export function isDropped(mapping: LooseObject, store: Store): boolean {
  const isPicky = sticks(mappingPolicy(mapping)) === true
  return refusalOf(mapping) !== undefined || (isPicky && arrivalOf(mapping, store) === 'cluster-ip')
}

function conditionsOf({ spec }: LooseObject): string | undefined {
  const {
    method,
    method_regex: isPattern,
    headers,
    regex_headers,
    query_parameters,
    regex_query_parameters,
  } = record(spec)
  return allOf([
    ...(text(method) === undefined
      ? []
      : [matched('method', { [isPattern === true ? 'regex' : 'exact']: method })]),
    ...eachMatched('header', headers),
    ...eachMatched('header', regex_headers, 'regex'),
    ...eachMatched('parameter', query_parameters),
    ...eachMatched('parameter', regex_query_parameters, 'regex'),
  ])
}

function hostOf({ spec }: LooseObject): string {
  return text(at(spec, 'hostname')) ?? text(at(spec, 'host')) ?? '*'
}

/** Mappings for the same requests, of which one is drawn for each (IRHTTPMapping._group_id). */
const groups = onceFor((all: readonly LooseObject[]) => Map.groupBy(all, groupOf))

function groupOf(mapping: LooseObject): string {
  const { method = 'GET', prefix, ...spec } = record(mapping.spec)
  const others = ['headers', 'regex_headers', 'query_parameters', 'regex_query_parameters']
  const more = [...others, 'precedence', 'ambassador_id', 'shadow', 'host_redirect'].map((key) => spec[key])
  return JSON.stringify([hostOf(mapping), method, prefix, ...more])
}

/** What part of its requests a Mapping gets: its `weight`, or its part of what others leave (irbasemappinggroup.py). */
function shareOf(mapping: LooseObject, store: Store): number | undefined {
  const all = store.list(mappings)
  const group = (all.known ? groups(all.value).get(groupOf(mapping)) : undefined) ?? []
  const weights = group.map(({ spec }) => at(spec, 'weight'))
  const given = weights.filter((one) => typeof one === 'number')
  const left = 100 - given.reduce((sum, one) => sum + one, 0)
  // A shadow gets copies; more than 100 is refused.
  if (group.length < 2 || left < 0 || at(mapping.spec, 'shadow') === true) return undefined
  const own = at(mapping.spec, 'weight')
  return (typeof own === 'number' ? own : left / (weights.length - given.length)) / 100
}

/** `web`, `web:80`, `http://web.shop`: without a namespace it is that of the Mapping. */
function serviceOf({ spec, metadata }: LooseObject): NamespacedName | undefined {
  const [host = ''] = (text(at(spec, 'service')) ?? '').replace(/^\w+:\/\//, '').split(/[:/]/)
  const [name = '', namespace = metadata.namespace ?? ''] = host.split('.')
  return name === '' ? undefined : { namespace, name }
}

/** Resolvers of endpoints that are there without an object, and are one unless an object says other (irserviceresolver.py). */
export const builtIn = ['endpoint', 'kubernetes-endpoint'] as const

/** The default resolver goes to the Service, and so does every one that is not for endpoints. */
export function arrivalOf({ spec, metadata }: LooseObject, store: Store): Arrival {
  const name = text(at(spec, 'resolver'))
  const found =
    name === undefined
      ? undefined
      : store.get(endpointResolvers, { namespace: metadata.namespace ?? '', name })
  if (found !== undefined || builtIn.some((one) => one === name)) return 'pods'
  // Another default may be set for all, in a Module; in files the resolver may be elsewhere.
  return name === undefined ? 'cluster-ip' : 'unknown'
}

/** Why Emissary drops a Mapping because of its `load_balancer`, in words (python/ambassador/ir/irhttpmapping.py). */
export function refusalOf({ spec }: LooseObject): string | undefined {
  const given = at(spec, 'load_balancer')
  if (given === undefined) return undefined
  const { policy, ...others } = record(given)
  const keys = Object.keys(others)
  if (policy === 'round_robin' || policy === 'least_request')
    return keys.length === 0
      ? undefined
      : `policy ${policy} goes with nothing else, and there is ${keys.join(', ')}`
  if (policy !== 'ring_hash' && policy !== 'maglev')
    return 'policy is round_robin, least_request, ring_hash or maglev'
  const [key = ''] = keys
  if (keys.length !== 1 || !['cookie', 'header', 'source_ip'].includes(key))
    return `policy ${policy} goes with one of cookie, header and source_ip`
  return key === 'cookie' && at(given, 'cookie.name') === undefined ? 'cookie lacks a name' : undefined
}

/** What a Mapping makes Envoy stick on. */
export function mappingPolicy(mapping: LooseObject): Policy {
  if (refusalOf(mapping) !== undefined) return { kind: 'unknown', why: 'Emissary drops the Mapping' }
  const balancer = record(at(mapping.spec, 'load_balancer'))
  if (balancer['policy'] !== 'ring_hash' && balancer['policy'] !== 'maglev') return { kind: 'none' }
  const cookie = record(balancer['cookie'])
  const name = text(cookie['name'])
  if (name !== undefined) return hashedCookie({ name, path: text(cookie['path']), ttl: text(cookie['ttl']) })
  const header = text(balancer['header'])
  if (header !== undefined) return { kind: 'header', name: header, points: 'into-a-hash' }
  return balancer['source_ip'] === true ? { kind: 'hash', of: 'client address' } : { kind: 'none' }
}
