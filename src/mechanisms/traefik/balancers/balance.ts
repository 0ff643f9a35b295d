import type { LooseObject, NamespacedName } from '../../../model/cluster/object.ts'
import type { Arrival } from '../../../model/affinity/leg.ts'
import { type Policy, none } from '../../../model/affinity/policy.ts'
import { defined } from '../../../model/common/values.ts'
import { at, list, record, text } from '../../kit/objects/loose.ts'
import { type CookieSettings, cookiePolicy } from '../cookie.ts'

/** What balances: a route of an IngressRoute, or a TraefikService. */
export interface Balancer {
  /** Where its list stands: `spec.routes[0].services`; of a single one the object that holds it. */
  field: string
  members: readonly Member[]
  /** What it names, also without weight and for a copy only, where Traefik has a name for each that others may use as well. */
  named: readonly Member[]
  /** How it picks among several of them. */
  first: Policy
  /** The cookie of its own, if it may have one. */
  cookie: CookieSettings | undefined
  /** Why what keeps clients cannot be told. */
  unsure?: string
  /** What it names of another namespace, which Traefik takes with allowCrossNamespace only: one refuses the whole of it. */
  foreign: Foreign | undefined
}

interface Foreign {
  /** `service blue/web`. */
  what: string
  field: string
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
  /** Whether nativeLB says where to send; where it does not, nativeLBByDefault does. */
  isNativeSaid: boolean
}

/** What a name may end in: the provider of it, which reads custom resources. */
const provider = '@kubernetescrd'

function memberOf(value: unknown, namespace: string, field: string, total = 0): Member[] {
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
      isNativeSaid: typeof at(value, 'nativeLB') === 'boolean',
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

/** The cookie of a service in a custom resource, or of what holds several. */
export function cookieAt(value: unknown): CookieSettings | undefined {
  const cookie = at(value, 'sticky.cookie')
  if (typeof cookie !== 'object' || cookie === null) return undefined
  const { name, path, maxAge, secure, sameSite, domain, httpOnly } = record(cookie)
  return {
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof path === 'string' ? { path } : {}),
    ...(typeof maxAge === 'number' ? { maxAge } : {}),
    ...(typeof secure === 'boolean' ? { secure } : {}),
    ...(typeof httpOnly === 'boolean' ? { httpOnly } : {}),
    ...(typeof sameSite === 'string' ? { sameSite: sameSite.toLowerCase() } : {}),
    ...defined({ domain: text(domain) }),
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

function foreignIn(members: readonly Member[], namespace: string): Foreign | undefined {
  const found = members.find(({ to }) => to.namespace !== namespace)
  if (found === undefined) return undefined
  const { to, kind, field } = found
  return { what: `${kind === 'Service' ? 'service' : 'traefikservice'} ${to.namespace}/${to.name}`, field }
}

/** The first middleware of another namespace; what names its provider is of none. */
function foreignMiddleware(route: unknown, namespace: string, field: string): Foreign | undefined {
  const found = list(at(route, 'middlewares')).flatMap((one, index): Foreign[] => {
    const [name = '', other = namespace] = [text(at(one, 'name')), text(at(one, 'namespace'))]
    if (other === namespace || name.includes('@')) return []
    return [{ what: `middleware ${other}/${name}`, field: `${field}.middlewares[${index}]` }]
  })
  return found[0]
}

function namedIn(values: readonly unknown[], namespace: string, field: string): Member[] {
  return values.flatMap((value, index) => memberOf(value, namespace, `${field}[${index}]`))
}

/** The balancers of an IngressRoute or a TraefikService. */
export function balancersIn(object: LooseObject): readonly Balancer[] {
  if (object.kind === 'IngressRoute') return routesOf(object).map(({ balancer }) => balancer)
  return [balancerOf(object)].filter((one) => one !== undefined)
}

/** The balancer of each route of an IngressRoute or IngressRouteTCP, and what the route matches. */
export function routesOf(object: LooseObject): { match: string; field: string; balancer: Balancer }[] {
  const { namespace = '' } = object.metadata
  return list(at(object.spec, 'routes')).map((route, index) => {
    const match = text(at(route, 'match')) ?? '*'
    const field = `spec.routes[${index}]`
    const values = list(at(route, 'services'))
    const members = membersOf(values, namespace, `${field}.services`)
    // A single one goes by the name of the route.
    const named = values.length > 1 ? namedIn(values, namespace, `${field}.services`) : []
    return {
      match,
      field,
      balancer: {
        field: `${field}.services`,
        members,
        named,
        first: none,
        cookie: undefined,
        foreign: foreignMiddleware(route, namespace, field) ?? foreignIn([...members, ...named], namespace),
      },
    }
  })
}

/** That of a TraefikService; undefined for one that Traefik refuses. */
export function balancerOf(object: LooseObject): Balancer | undefined {
  const { namespace = '' } = object.metadata
  const { weighted, mirroring, highestRandomWeight, failover } = record(object.spec)
  if (weighted !== undefined) {
    const field = 'spec.weighted.services'
    const cookie = cookieAt(weighted)
    const values = list(at(weighted, 'services'))
    const members = membersOf(values, namespace, field)
    const named = namedIn(values, namespace, field)
    const first = cookie === undefined ? none : cookiePolicy(cookie)
    return { field, members, named, cookie, first, foreign: foreignIn(named, namespace) }
  }
  // Answers of the mirrors are thrown away.
  if (mirroring !== undefined) {
    const field = 'spec.mirroring'
    const members = memberOf(mirroring, namespace, field)
    const copies = namedIn(list(at(mirroring, 'mirrors')), namespace, `${field}.mirrors`)
    const named = [...members, ...copies]
    return { field, members, named, first: none, cookie: undefined, foreign: foreignIn(named, namespace) }
  }
  if (failover !== undefined) {
    const field = 'spec.failover'
    const members = (['service', 'fallback'] as const).flatMap((key) => {
      const value = record(failover)[key]
      const found = typeof value === 'string' ? { name: value } : value
      return memberOf(found, namespace, `${field}.${key}`)
    })
    const [main, fallback] = members.map(({ to }) => to.name)
    if (main === undefined || fallback === undefined) return undefined
    // The handlers of both stand side by side (pkg/server/service/loadbalancer/failover, v3.6.12), and each has a cookie of its own.
    const unsure = `while nothing of ${main} is up its requests go to ${fallback}, which knows no cookie of it`
    return {
      field,
      members,
      named: [],
      first: none,
      cookie: undefined,
      foreign: foreignIn(members, namespace),
      unsure,
    }
  }
  if (highestRandomWeight === undefined) return undefined
  const field = 'spec.highestRandomWeight.services'
  const values = list(at(highestRandomWeight, 'services'))
  const members = membersOf(values, namespace, field)
  const named = namedIn(values, namespace, field)
  const first: Policy = { kind: 'hash', of: 'client address' }
  return { field, members, named, first, cookie: undefined, foreign: foreignIn(named, namespace) }
}

/** What a member's own balancer of pods sticks on. */
export function ownPolicy({
  cookie,
  strategy,
}: {
  cookie: CookieSettings | undefined
  strategy: unknown
}): Policy {
  // A hash of the address does not look at cookies.
  if (strategy === 'hrw') return { kind: 'hash', of: 'client address' }
  return cookie === undefined ? none : cookiePolicy(cookie)
}
