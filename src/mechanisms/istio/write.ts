import { byCreation } from '../kit/objects/age.ts'
import type { CookieWish, FieldTree, FieldValue, Refusal, Wish, Write } from '../../model/affinity/change.ts'
import type { KubernetesObject } from '../../model/cluster/kubernetes.ts'
import { difference, isEqual } from '../../model/affinity/fields.ts'
import { isOfType, type LooseObject, type NamespacedName, refOf } from '../../model/cluster/object.ts'
import { objectName } from '../../model/findings/finding.ts'
import { type Policy, none } from '../../model/affinity/policy.ts'
import type { Store } from '../../model/cluster/store.ts'
import { type Changing, type Details, type Lack, refusal } from '../changing.ts'
import { isServedBy } from '../gateway-api/implementations/controllers.ts'
import { backendsOf } from '../gateway-api/routes/backends.ts'
import { gatewayClasses, gateways, grpcRoutes, httpRoutes } from '../gateway-api/objects.ts'
import { sameSiteOf } from '../kit/legs/cookies.ts'
import { at, list, record, text } from '../kit/objects/loose.ts'
import { isOurs, ours } from '../../model/cluster/ours.ts'
import { services } from '../service/objects.ts'
import { serviceOfHost, wholeHost } from './legs/hosts.ts'
import { destinationRules, group, virtualServices } from './objects.ts'
import { hashPolicy } from './rules/hash.ts'
import { defined, distinctBy } from '../../model/common/values.ts'

const isIstio = (controller: string): boolean => controller.startsWith('istio.io/')

const isRoute = (object: KubernetesObject): object is LooseObject =>
  isOfType(object, httpRoutes) || isOfType(object, grpcRoutes)

/** `consistentHash` in the DestinationRule of each host that the target leads to. */
export const istioChange: Changing = {
  name: 'istio',
  label: 'Istio',
  targets: [virtualServices, destinationRules, services, httpRoutes, grpcRoutes],
  reads: [destinationRules, gateways, gatewayClasses],
  writes: [destinationRules],
  makes: [destinationRules],
  servesToo: [httpRoutes, grpcRoutes],
  isByService: true,
  serves: (object, store) =>
    isOfType(object, virtualServices) ||
    isOfType(object, destinationRules) ||
    isServedBy(object, store, isIstio),
  isOnAsking: (target) => isOfType(target, services),
  lacks,
  details: detailsOf,
  switchOf: (target, store) => {
    const isShared = isRoute(target)
    if (isShared && !isServedBy(target, store, isIstio)) return undefined
    const found = hostsOf(target)
    if ('refused' in found) return found
    const rules = store.list(destinationRules)
    if (!rules.known)
      return refusal(
        'the DestinationRules cannot be read, and without them it is not known which one counts for its hosts',
      )
    const places = found.hosts.map((host) => placeOf(host, rules.value))
    return {
      before: places.map(({ rule }) => policyOf(rule)).find(({ kind }) => kind !== 'none') ?? none,
      isShared,
      off: () => places.flatMap(({ rule }) => removal(rule)),
      on: (wish) => {
        if (found.drawn !== undefined) return found.drawn
        const hash = hashOf(wish)
        return {
          after: hashPolicy(hash),
          writes: places.flatMap((place) => setting(place, hash)),
          notices: places.flatMap((place) => noticesOf(place)),
        }
      },
    }
  },
}

/** Hosts of Services, each once. */
interface Hosts {
  hosts: readonly NamespacedName[]
  /** Why no hash would keep a client there. */
  drawn?: Refusal
}

function hostsOf(target: KubernetesObject): Hosts | Refusal {
  const { name, namespace = '' } = target.metadata
  if (isOfType(target, services)) return { hosts: [{ namespace, name }] }
  if (isRoute(target)) return hostsOfRoute(target)
  const object = target as LooseObject
  const isRule = isOfType(target, destinationRules)
  const routes = list(at(object.spec, 'http')).map((route) => list(record(route)['route']))
  const named = isRule
    ? [at(object.spec, 'host')]
    : routes.flatMap((targets) => targets.map((one) => at(one, 'destination.host')))
  const found = named.flatMap((host) => serviceOf(host, namespace) ?? [])
  const hosts = distinctBy(found, wholeName)
  if (hosts.length === 0)
    return refusal(
      isRule
        ? 'its host is none of a Service of this cluster'
        : 'none of its HTTP routes leads to a Service of this cluster; TLS and TCP routes know no cookies and headers',
    )
  const isDrawn = routes.some((targets) => targets.filter((one) => record(one)['weight'] !== 0).length > 1)
  return isDrawn ? { hosts, drawn: drawn('destinations', 'route') } : { hosts }
}

const wholeName = ({ namespace, name }: NamespacedName): string => `${namespace}/${name}`

function drawn(them: string, of: string): Refusal {
  return refusal(
    `a ${of} has several ${them}: Istio draws one of them for every request, whatever hash is set`,
    `leave one of the ${them} in each ${of}, or pick them by a match on a header`,
  )
}

/** Istio makes a VirtualService of a route, whose destinations are the Services of its rules. */
function hostsOfRoute(route: LooseObject): Hosts | Refusal {
  const rules = list(at(route.spec, 'rules')).map((rule) => backendsOf(rule, route))
  const hosts = distinctBy(
    rules.flat().map(({ to }) => to),
    wholeName,
  )
  if (hosts.length === 0) return refusal('none of its rules leads to a Service of this cluster')
  const isDrawn = rules.some((backends) => backends.filter(({ share }) => share !== 0).length > 1)
  return isDrawn ? { hosts, drawn: drawn('backends', 'rule') } : { hosts }
}

/** The Service that an object of a namespace means by a host. */
function serviceOf(host: unknown, own: string): NamespacedName | undefined {
  return typeof host === 'string' ? serviceOfHost(wholeHost(host, own)) : undefined
}

interface HostRules {
  host: NamespacedName
  /** The one that counts for the host; undefined where there is none. */
  rule: LooseObject | undefined
  /** A rule for many hosts, which counts as long as there is none for this one. */
  wide: LooseObject | undefined
  /** Of other namespaces, for the same host: callers from there go by them. */
  elsewhere: readonly LooseObject[]
  /** Names of the namespace that are taken. */
  taken: ReadonlySet<string>
}

/**
 * Beside the Service: of several rules for one host the policy of the oldest that has one counts, and the most specific host
 * hides the others (istio pilot/pkg/model/destination_rule.go, push_context.go).
 */
function placeOf(host: NamespacedName, all: readonly LooseObject[]): HostRules {
  const isExact = (rule: LooseObject): boolean => {
    const to = serviceOf(at(rule.spec, 'host'), rule.metadata.namespace ?? '')
    return to?.name === host.name && to.namespace === host.namespace
  }
  const counting = all.filter((rule) => at(rule.spec, 'workloadSelector') === undefined)
  const beside = counting.filter(({ metadata }) => (metadata.namespace ?? '') === host.namespace)
  const exact = beside.filter(isExact).toSorted(byCreation)
  const wide = beside.filter((rule) => covers(text(at(rule.spec, 'host')) ?? '', host)).toSorted(byCreation)
  return {
    host,
    rule: exact.find((rule) => at(rule.spec, 'trafficPolicy') !== undefined) ?? exact[0],
    wide: wide[0],
    elsewhere: counting.filter((rule) => !beside.includes(rule) && isExact(rule)),
    taken: new Set(beside.map(({ metadata }) => metadata.name)),
  }
}

function covers(pattern: string, { namespace, name }: NamespacedName): boolean {
  return pattern.startsWith('*') && `${name}.${namespace}.svc.cluster.local`.endsWith(pattern.slice(1))
}

function noticesOf({ wide, rule, elsewhere, host }: HostRules): { message: string; hints: string[] }[] {
  const hidden = elsewhere.map(({ metadata: { namespace = '', name } }) => ({
    message: `destinationrule/${name} in namespace ${namespace} is for ${host.name} as well: callers and gateways of that namespace go by it`,
    hints: ['set the same there, or take it away'],
  }))
  if (rule !== undefined || wide === undefined) return hidden
  const copied = {
    message: `${objectName(refOf(wide))} no longer counts for ${host.name}: what it says is copied`,
    hints: ['of two rules the one with the more specific host counts alone'],
  }
  return [copied, ...hidden]
}

function lacks({ persistent }: CookieWish): Lack[] {
  const why = 'Istio hashes the cookie: no cookie can hold a client on its pod when pods are added'
  return persistent === true ? [{ part: 'persistent', why }] : []
}

/** Attributes of the cookie of the first host that has one; Envoy makes all of them HttpOnly. */
function detailsOf(target: KubernetesObject, store: Store): Details | undefined {
  const found = hostsOf(target)
  const rules = store.list(destinationRules)
  if ('refused' in found || !rules.known) return undefined
  const cookies = found.hosts.map((host) =>
    at(placeOf(host, rules.value).rule?.spec, 'trafficPolicy.loadBalancer.consistentHash.httpCookie'),
  )
  const cookie = cookies.find((one) => one !== undefined)
  if (cookie === undefined) return undefined
  const attribute = (name: string): string | undefined => {
    const one = list(at(cookie, 'attributes')).find((it) => text(at(it, 'name'))?.toLowerCase() === name)
    return text(at(one, 'value'))
  }
  const [domain, sameSite] = [attribute('domain'), sameSiteOf(attribute('samesite'))]
  return {
    wish: defined({ httpOnly: true, domain, sameSite }),
    left: [],
  }
}

/** Without a ttl Envoy makes no cookie; without a path browsers keep it for a directory only. `0s` is until the browser closes. */
function hashOf(wish: Wish): FieldTree {
  if (wish.kind === 'header') return { httpHeaderName: wish.name }
  if (wish.kind === 'source-ip') return { useSourceIp: true }
  const { name, path = '/', ttlSeconds = 0 } = wish
  const attributes = attributesOf(wish)
  return {
    httpCookie: { name, path, ttl: `${ttlSeconds}s`, ...(attributes.length === 0 ? {} : { attributes }) },
  }
}

function attributesOf({ domain, secure, sameSite }: CookieWish): FieldTree[] {
  return [
    ...(domain === undefined ? [] : [{ name: 'Domain', value: domain }]),
    ...(secure === true ? [{ name: 'Secure' }] : []),
    ...(sameSite === undefined ? [] : [{ name: 'SameSite', value: sameSite }]),
  ]
}

const hashKeys = new Set(['httpCookie', 'httpHeaderName', 'httpQueryParameterName', 'useSourceIp'])

function setting({ host, rule, wide, taken }: HostRules, hash: FieldTree): Write[] {
  if (rule === undefined) {
    const name = taken.has(host.name) ? `${host.name}-affinity` : host.name
    const policy = withHash(record(at(wide?.spec, 'trafficPolicy')), hash)
    // In a file that names no namespace the short name stands for it.
    const isPlaced = host.namespace !== ''
    const spec = {
      host: isPlaced ? `${host.name}.${host.namespace}.svc.cluster.local` : host.name,
      trafficPolicy: policy,
    }
    const metadata = { name, ...(isPlaced ? { namespace: host.namespace } : {}), labels: ours }
    const object = { apiVersion: `${group}/v1`, kind: 'DestinationRule', metadata, spec }
    return [{ how: 'create', type: destinationRules, object }]
  }
  return rewrite(rule, (policy, isOptional) =>
    isOptional && record(policy)['loadBalancer'] === undefined ? policy : withHash(policy, hash),
  )
}

/** A policy that hashes so; the size of its ring and what it says about zones stay. */
function withHash(policy: Readonly<Record<string, unknown>>, hash: FieldTree): FieldTree {
  const { simple: _, ...balancer } = record(policy['loadBalancer'])
  const old = record(balancer['consistentHash'])
  const kept = Object.fromEntries(Object.entries(old).filter(([key]) => !hashKeys.has(key)))
  return { ...policy, loadBalancer: { ...balancer, consistentHash: { ...kept, ...hash } } } as FieldTree
}

function removal(rule: LooseObject | undefined): Write[] {
  if (rule === undefined) return []
  const writes = rewrite(rule, withoutHash)
  const [write] = writes
  const policy = withoutHash(record(at(rule.spec, 'trafficPolicy')))
  const isAll =
    Object.keys(policy).length === 0 &&
    Object.keys(record(rule.spec)).every((key) => ['host', 'trafficPolicy'].includes(key))
  return write !== undefined && isOurs(rule) && isAll
    ? [{ how: 'delete', type: destinationRules, object: rule }]
    : writes
}

function withoutHash(policy: Readonly<Record<string, unknown>>): FieldTree {
  const { loadBalancer, ...others } = policy
  if (at(loadBalancer, 'consistentHash') === undefined) return policy as FieldTree
  const { consistentHash: _, ...balancer } = record(loadBalancer)
  return (Object.keys(balancer).length === 0 ? others : { ...others, loadBalancer: balancer }) as FieldTree
}

type Change = (
  policy: Readonly<Record<string, unknown>>,
  isOptional: boolean,
) => Readonly<Record<string, unknown>>

/**
 * The policy of the host, and those that would take its place: the one of a port replaces it whole, that of a subset as far
 * as it names a balancer.
 */
function rewrite(rule: LooseObject, change: Change): Write[] {
  const policy = record(at(rule.spec, 'trafficPolicy'))
  const ports = list(policy['portLevelSettings']).map((one) => change(record(one), false))
  const main = {
    ...change(policy, false),
    ...(policy['portLevelSettings'] === undefined ? {} : { portLevelSettings: ports }),
  }
  const subsets = list(at(rule.spec, 'subsets')).map((one) => {
    const own = record(one)['trafficPolicy']
    return own === undefined ? one : { ...record(one), trafficPolicy: change(record(own), true) }
  })
  const fields: Record<string, FieldValue> = {}
  if (!isEqual(main, policy))
    fields['trafficPolicy'] =
      Object.keys(main).length === 0 ? null : difference(policy as FieldTree, main as FieldTree)
  if (!isEqual(subsets, list(at(rule.spec, 'subsets')))) fields['subsets'] = subsets as FieldValue
  if (Object.keys(fields).length === 0) return []
  return [{ how: 'patch', type: destinationRules, object: rule, fields: { spec: fields } }]
}

function policyOf(rule: LooseObject | undefined): Policy {
  return hashPolicy(at(rule?.spec, 'trafficPolicy.loadBalancer.consistentHash'))
}
