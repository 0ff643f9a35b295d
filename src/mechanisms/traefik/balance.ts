import { type LooseObject, type NamespacedName, refTo } from '../../model/cluster/object.ts'
import type { ObjectRef } from '../../model/findings/finding.ts'
import type { Arrival, Leg, Node } from '../../model/affinity/leg.ts'
import type { Policy } from '../../model/affinity/policy.ts'
import type { Store } from '../../model/cluster/store.ts'
import { sendingLegs } from '../kit/front.ts'
import { at, list, record, text } from '../kit/loose.ts'
import { type CookieSettings, cookiePolicy } from './cookie.ts'
import { traefikServices } from './objects.ts'

/** What balances: a route of an IngressRoute, or a TraefikService. */
export interface Balancer {
  /** Where its list stands: `spec.routes[0].services`; of a single one the object that holds it. */
  field: string
  members: readonly Member[]
  /** How it picks among several of them. */
  first: Policy
  /** The cookie of its own, if it may have one. */
  cookie: CookieSettings | undefined
}

/** A Service or a TraefikService that a balancer sends to. */
export interface Member {
  kind: 'Service' | 'TraefikService'
  to: NamespacedName
  port: string
  /** Absent where there is one. */
  share?: number
  /** `spec.routes[0].services[1]`. */
  field: string
  cookie: CookieSettings | undefined
  strategy: string | undefined
  arrival: Arrival
}

const none: Policy = { kind: 'none' }

/** What a name may end in: the provider of it, which reads custom resources. */
const provider = '@kubernetescrd'

function memberOf(value: unknown, namespace: string, field: string, total: number): Member[] {
  const { kind = 'Service', name, strategy, port = '' } = record(value)
  const given = text(name)
  if (given === undefined || (kind !== 'Service' && kind !== 'TraefikService')) return []
  const to = { namespace: text(at(value, 'namespace')) ?? namespace, name: given.replace(provider, '') }
  const cookie = cookieAt(value)
  return [
    {
      kind,
      to,
      port: String(port),
      field,
      cookie,
      strategy: text(strategy),
      arrival: arrivalOf(value),
      ...(total === 0 ? {} : { share: weightOf(value) / total }),
    },
  ]
}

function weightOf(value: unknown): number {
  const weight = at(value, 'weight')
  return typeof weight === 'number' && weight >= 0 ? weight : 1
}

function arrivalOf(value: unknown): Arrival {
  if (at(value, 'nativeLB') === true) return 'cluster-ip'
  return at(value, 'nodePortLB') === true ? 'node-port' : 'pods'
}

function cookieAt(value: unknown): CookieSettings | undefined {
  const cookie = at(value, 'sticky.cookie')
  if (typeof cookie !== 'object' || cookie === null) return undefined
  const { name, path, maxAge, secure, sameSite } = record(cookie)
  return {
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof path === 'string' ? { path } : {}),
    ...(typeof maxAge === 'number' ? { maxAge } : {}),
    ...(typeof secure === 'boolean' ? { secure } : {}),
    ...(typeof sameSite === 'string' ? { sameSite: sameSite.toLowerCase() } : {}),
  }
}

function membersOf(values: readonly unknown[], namespace: string, field: string): Member[] {
  const indexed = values.map((value, index) => ({ value, index }))
  const weighted = indexed.filter(({ value }) => weightOf(value) > 0)
  // Where there are several, one without weight gets nothing.
  const used = values.length > 1 && weighted.length > 0 ? weighted : indexed
  const total = used.length > 1 ? used.reduce((sum, { value }) => sum + weightOf(value), 0) : 0
  return used.flatMap(({ value, index }) => memberOf(value, namespace, `${field}[${index}]`, total))
}

/** The balancer of each route of an IngressRoute, and what the route matches. */
export function routesOf(object: LooseObject): { match: string; field: string; balancer: Balancer }[] {
  const { namespace = '' } = object.metadata
  return list(at(object.spec, 'routes')).map((route, index) => {
    const match = text(at(route, 'match')) ?? '*'
    const field = `spec.routes[${index}]`
    const values = list(at(route, 'services'))
    const members = membersOf(values, namespace, `${field}.services`)
    return {
      match,
      field,
      balancer: { field: `${field}.services`, members, first: none, cookie: undefined },
    }
  })
}

/** That of a TraefikService; undefined for one that Traefik refuses. */
export function balancerOf(object: LooseObject): Balancer | undefined {
  const { namespace = '' } = object.metadata
  const { weighted, mirroring, highestRandomWeight } = record(object.spec)
  if (weighted !== undefined) {
    const field = 'spec.weighted.services'
    const cookie = cookieAt(weighted)
    const members = membersOf(list(at(weighted, 'services')), namespace, field)
    return { field, members, cookie, first: cookie === undefined ? none : cookiePolicy(cookie) }
  }
  // Answers of the mirrors are thrown away.
  if (mirroring !== undefined) {
    const field = 'spec.mirroring'
    return { field, members: memberOf(mirroring, namespace, field, 0), first: none, cookie: undefined }
  }
  if (highestRandomWeight === undefined) return undefined
  const field = 'spec.highestRandomWeight.services'
  const members = membersOf(list(at(highestRandomWeight, 'services')), namespace, field)
  return { field, members, first: { kind: 'hash', of: 'client address' }, cookie: undefined }
}

/** What a member's own balancer of pods sticks on. */
export function ownPolicy({ cookie, strategy }: Member): Policy {
  // A hash of the address does not look at cookies.
  if (strategy === 'hrw') return { kind: 'hash', of: 'client address' }
  return cookie === undefined ? none : cookiePolicy(cookie)
}

/** The arrows from a balancer to what it sends to. Two stages, the Service and its pod, are one where the pods follow. */
export function balancerLegs(
  from: Node,
  { members, first }: Balancer,
  object: ObjectRef,
  store: Store,
): Leg[] {
  const isChoice = members.length > 1
  return members.flatMap((member): Leg[] => {
    const { to, field, share, arrival } = member
    const shared = share === undefined ? {} : { share }
    const hop = { kind: 'ingress' as const, mechanism: 'Traefik', configuredBy: [object] }
    if (member.kind === 'TraefikService')
      return [
        {
          from,
          to: { object: refTo(traefikServices[0], to) },
          arrival: 'object',
          field,
          ...shared,
          ...(isChoice ? { hop: { ...hop, policy: first } } : {}),
        },
      ]
    const own = ownPolicy(member)
    const note = isChoice ? choiceNote(first, own, members.length) : undefined
    return sendingLegs(
      {
        object: from.object,
        part: from.part ?? '',
        entries: [],
        to,
        hop: {
          ...hop,
          policy: own,
          ...(isChoice ? { among: first } : {}),
          ...(note === undefined ? {} : { note }),
        },
        arrival,
        field,
        ...shared,
      },
      store,
    ).map((leg) => ({ ...leg, from }))
  })
}

/** What is special where a Service is chosen before its pod. */
function choiceNote(first: Policy, own: Policy, count: number): string | undefined {
  if (first.kind === 'none') return `draws one of ${count} Services for every request first`
  if (own.kind === 'none') return 'keeps clients on the Service, and on no pod of it'
  if (first.kind !== 'cookie') return undefined
  return `the Service is kept by a cookie of its own${first.name === undefined ? '' : `, "${first.name}"`}`
}
