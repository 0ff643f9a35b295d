import type { CookieWish, FieldTree, Wish, Write } from '../../model/affinity/change.ts'
import { isEqual } from '../../model/affinity/fields.ts'
import type { KubernetesObject } from '../../model/cluster/kubernetes.ts'
import { isOfType, type LooseObject, type ObjectType, resourceName } from '../../model/cluster/object.ts'
import { type Policy, none } from '../../model/affinity/policy.ts'
import type { Store } from '../../model/cluster/store.ts'
import { type Changing, type Lack, refusal, type Switched } from '../changing.ts'
import {
  controllersOf,
  controllerWorkloads,
  isServedBy,
  isServedByLabel,
  isServedSince,
} from '../gateway-api/implementations/controllers.ts'
import { gatewayClasses, gateways, grpcRoutes, httpRoutes } from '../gateway-api/objects.ts'
import { recorded } from '../gateway-api/implementations/implementations.ts'
import { gatewayDuration, persistenceOf } from '../gateway-api/persistence/persistence.ts'
import { definitions, schemaIn } from '../kit/objects/definitions.ts'
import { at, list, record } from '../kit/objects/loose.ts'
import { rewritten } from '../kit/write/rewritten.ts'
import { backendTrafficPolicies } from './objects.ts'
import { hashAt, hashing, unhashing } from './write-hash.ts'
import { roleHints } from '../../model/cluster/role.ts'

const sessionTypes = [httpRoutes, grpcRoutes]

/** Others for which something can be written. */
const others = ['Istio', 'GKE', 'Kong', 'Azure Application Gateway', 'kgateway', 'APISIX'] as const

const controller = 'gateway.envoyproxy.io/gatewayclass-controller'

/**
 * `sessionPersistence` in the rules of a route, which Envoy Gateway reads since 1.2, and of a GRPCRoute since 1.10; a BackendTrafficPolicy of its own for what that
 * cannot have. A header is hashed: that of a session has a value of the proxy's, which no client knows to send back.
 */
export const envoyGatewayChange: Changing = {
  name: 'envoy-gateway',
  label: 'Envoy Gateway',
  targets: sessionTypes,
  reads: [gateways, gatewayClasses, backendTrafficPolicies, ...controllerWorkloads.reads],
  writes: [...sessionTypes, backendTrafficPolicies],
  makes: [backendTrafficPolicies],
  definitions: sessionTypes.map(resourceName),
  lacks,
  serves: (route, store) => isServedBy(route, store, (one) => one === controller),
  details: () => ({ wish: { httpOnly: true }, left: [] }),
  switchOf: (target, store) => {
    const route = target as LooseObject
    const rules = list(at(route.spec, 'rules'))
    return {
      before: rules.map(policyOf).find(({ kind }) => kind !== 'none') ?? hashAt(route, store),
      off: () => [...rewrittenRules(route, withoutSession), ...unhashing(route, store)],
      on: (wish) => {
        if (others.some((label) => isServedByLabel(route, store, label))) return undefined
        const strangers = [...new Set(controllersOf(route, store))].filter((one) => one !== controller)
        return strangers.length > 0 ? refusal(...servedBy(strangers)) : enable(route, wish, store)
      },
    }
  },
}

function servedBy(controllers: readonly string[]): [string, ...string[]] {
  const [first = ''] = controllers
  if (first === '')
    return [
      'which controller serves its gateways cannot be seen: the Gateway or its class is missing, or may not be read',
      ...roleHints('it takes this ClusterRole; ask an administrator to apply it and bind it to you:', {
        name: 'kubectl-affinity-gateways',
        rules: [
          {
            apiGroups: [gateways.group],
            resources: [gateways.resource, gatewayClasses.resource],
            verbs: ['list'],
          },
        ],
      }),
    ]
  return [`its gateway is served by ${first}, for which nothing can be written here`]
}

function enable(route: LooseObject, wish: Wish, store: Store): Switched {
  const schema = schemaOf(route, store)
  const whyNot = !readsSessions(route, store)
    ? 'sessionPersistence of a GRPCRoute is read since Envoy Gateway 1.10 only'
    : schema === undefined
      ? `the definitions of this cluster are those of the standard channel, whose ${route.kind}s have no sessionPersistence`
      : undefined
  if (schema === undefined || whyNot !== undefined || wish.kind !== 'cookie' || needsHash(wish))
    return byHash(route, wish, { store, whyNot })
  const rules = list(at(route.spec, 'rules'))
  if (rules.some((rule) => isEqual(record(rule)['matches'], []) && 'matches' in record(rule)))
    return refusal(
      'a rule has an empty list of matches, for which Envoy Gateway ignores sessionPersistence',
      'take matches away',
    )
  const session = (index: number): FieldTree => sessionOf(wish, schema, index)
  const writes = [
    ...rewrittenRules(route, (rule, index) => ({ ...rule, sessionPersistence: session(index) })),
    ...unhashing(route, store),
  ]
  const notices =
    rules.length > 1
      ? [
          {
            message: `its ${rules.length} rules get cookies of their own, ${wish.name} and ${wish.name}-2 …: rules share no session`,
            hints: [],
          },
        ]
      : []
  return { after: policyOf({ sessionPersistence: session(0) }), writes, notices }
}

/** The fields of sessionPersistence in the installed schema; where it may not be read those of most versions are taken. */
function schemaOf(route: LooseObject, store: Store): ReadonlySet<string> | undefined {
  const crd = store.get(definitions, { namespace: '', name: resourceName(typeOf(route)) })
  if (crd === undefined) return new Set(['sessionName', 'type', 'absoluteTimeout', 'cookieConfig'])
  const schema = schemaIn(crd, route, 'spec.rules.sessionPersistence')
  return schema === undefined ? undefined : new Set(Object.keys(record(schema['properties'])))
}

/** A version that cannot be seen may be an older one. */
function readsSessions(route: KubernetesObject, store: Store): boolean {
  return typeOf(route) === httpRoutes || isServedSince(route, store, [1, 10])
}

function typeOf(route: KubernetesObject): ObjectType {
  return isOfType(route, grpcRoutes) ? grpcRoutes : httpRoutes
}

/** Attributes that session persistence has no fields for, and a hash has. */
function needsHash(wish: CookieWish): boolean {
  if (wish.persistent === true) return false
  const { path = '/', domain, secure, sameSite } = wish
  return path !== '/' || domain !== undefined || secure === true || sameSite !== undefined
}

/** A policy of Envoy Gateway, which knows nothing of pods: those that come and go move some clients. */
function byHash(
  route: LooseObject,
  wish: Wish,
  { store, whyNot }: { store: Store; whyNot: string | undefined },
): Switched {
  const { writes, after } = hashing(route, wish, store)
  if (whyNot !== undefined && wish.kind === 'cookie' && wish.persistent === true)
    return refusal(`${whyNot}, and a hash moves some clients when pods are added`)
  const notices = whyNot === undefined ? [] : [{ message: `a hash keeps clients: ${whyNot}`, hints: [] }]
  // A session that is set counts before the hash.
  const all = [...rewrittenRules(route, withoutSession), ...writes]
  return { after, writes: all, notices }
}

/** What a cookie of Envoy Gateway's session persistence cannot have, where it has to be one of that. */
function lacks(wish: CookieWish, target: KubernetesObject, store: Store): Lack[] {
  if (wish.persistent !== true) return []
  if (!readsSessions(target, store))
    return [
      { part: 'persistent', why: 'a GRPCRoute gets a hash, which moves some clients when pods are added' },
    ]
  const { path, domain, secure, sameSite } = wish
  const none = 'sessionPersistence has no field for it'
  return [
    ...(path === undefined || path === '/'
      ? []
      : [
          {
            part: 'path' as const,
            why: `${none}: the path of the cookie is that of the rule, or / from Envoy Gateway 1.10 on`,
          },
        ]),
    ...(domain === undefined ? [] : [{ part: 'domain' as const, why: none }]),
    ...(secure === true ? [{ part: 'secure' as const, why: none }] : []),
    ...(sameSite === undefined ? [] : [{ part: 'sameSite' as const, why: none }]),
    {
      part: 'persistent',
      why: 'the cookie of sessionPersistence always keeps its pod; there is nothing to set for it',
      isSo: true,
    },
  ]
}

function sessionOf(wish: CookieWish, schema: ReadonlySet<string>, index: number): FieldTree {
  const name = index === 0 ? wish.name : `${wish.name}-${index + 1}`
  // From 1.7 on the name stands beside what it is the name of.
  const isNew = !schema.has('sessionName')
  const { ttlSeconds } = wish
  // Without Permanent the timeout does not get into the cookie.
  const lasting = ttlSeconds === undefined ? {} : { lifetimeType: 'Permanent' }
  const timeout = ttlSeconds === undefined ? {} : { absoluteTimeout: gatewayDuration(ttlSeconds) }
  if (isNew) return { type: 'Cookie', cookie: { name, ...lasting }, ...timeout }
  return {
    type: 'Cookie',
    sessionName: name,
    ...timeout,
    ...(ttlSeconds === undefined ? {} : { cookieConfig: lasting }),
  }
}

function withoutSession(rule: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { sessionPersistence: _, ...kept } = rule
  return kept
}

function rewrittenRules(route: LooseObject, each: Parameters<typeof rewritten>[3]): Write[] {
  return rewritten(typeOf(route), route, 'rules', each)
}

function policyOf(rule: unknown): Policy {
  const persistence = persistenceOf(record(rule)['sessionPersistence'])
  return persistence === undefined ? none : recorded(persistence, persistence.name)
}
