import { describe, expect, it } from 'vitest'
import { apisixChange } from '../../../src/mechanisms/apisix/write.ts'
import { agcChange } from '../../../src/mechanisms/azure/write-route.ts'
import { gkeGatewayChange } from '../../../src/mechanisms/gke/write-route.ts'
import { kgatewayChange } from '../../../src/mechanisms/kgateway/write.ts'
import { kongChange } from '../../../src/mechanisms/kong/write.ts'
import type { ChangeRequest } from '../../../src/model/affinity/change.ts'
import type { KubernetesObject } from '../../../src/model/cluster/kubernetes.ts'
import { isOfType, keyOf, refOf } from '../../../src/model/cluster/object.ts'
import { objectOf } from '../mechanisms/objects.ts'
import { ask } from './asked.ts'

const gatewayGroup = 'gateway.networking.k8s.io/v1'

/** A route at a gateway of a controller, and what is behind it. */
function behind(controller: string, ...rules: (readonly string[])[]): KubernetesObject[] {
  return [
    objectOf(gatewayGroup, 'HTTPRoute', 'front', {
      parentRefs: [{ name: 'outer' }],
      rules: rules.map((names) => ({ backendRefs: names.map((name) => ({ name, port: 80 })) })),
    }),
    objectOf(gatewayGroup, 'Gateway', 'outer', {
      gatewayClassName: 'some',
      listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
    }),
    objectOf(gatewayGroup, 'GatewayClass', 'some', { controllerName: controller }),
    ...[...new Set(rules.flat())].map((name) => objectOf('v1', 'Service', name, { ports: [{ port: 80 }] })),
  ]
}

const sorted = (all: readonly KubernetesObject[]): KubernetesObject[] =>
  all.toSorted((a, b) => (keyOf(refOf(a)) < keyOf(refOf(b)) ? -1 : 1))

const gke = 'networking.gke.io/gateway'
const agc = 'alb.networking.azure.io/alb-controller'
const kgateway = 'kgateway.dev/kgateway'
const apisix = 'apisix.apache.org/apisix-ingress-controller'
const kong = 'konghq.com/kic-gateway-controller'

const cookie = (name: string, ttlSeconds?: number): ChangeRequest => ({
  verb: 'enable',
  by: { kind: 'cookie', name, ...(ttlSeconds === undefined ? {} : { ttlSeconds }) },
})
const sourceIp: ChangeRequest = { verb: 'enable', by: { kind: 'source-ip' } }
const disable: ChangeRequest = { verb: 'disable' }

describe('a policy that points at a route, or at what is behind it', () => {
  it.each([
    {
      by: gkeGatewayChange,
      of: gke,
      request: cookie('GCLB', 600),
      kind: 'GCPBackendPolicy',
      spec: {
        targetRef: { group: '', kind: 'Service', name: 'web' },
        default: { sessionAffinity: { type: 'GENERATED_COOKIE', cookieTtlSec: 600 } },
      },
    },
    {
      by: gkeGatewayChange,
      of: gke,
      request: cookie('GSSA'),
      kind: 'GCPSessionAffinityPolicy',
      spec: {
        targetRef: { group: '', kind: 'Service', name: 'web' },
        statefulGeneratedCookie: { cookieTtlSeconds: 86_400 },
      },
    },
    {
      by: agcChange,
      of: agc,
      request: cookie('AGCAffinity'),
      kind: 'RoutePolicy',
      spec: {
        targetRef: { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'front' },
        default: { sessionAffinity: { affinityType: 'managed-cookie' } },
      },
    },
    {
      by: agcChange,
      of: agc,
      request: cookie('sid', 3600),
      kind: 'RoutePolicy',
      spec: {
        targetRef: { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'front' },
        default: {
          sessionAffinity: {
            affinityType: 'application-cookie',
            cookieName: 'sid',
            cookieDuration: '3600s',
          },
        },
      },
    },
    {
      by: kgatewayChange,
      of: kgateway,
      request: cookie('sid'),
      kind: 'BackendConfigPolicy',
      spec: {
        targetRefs: [{ group: '', kind: 'Service', name: 'web' }],
        loadBalancer: { ringHash: { hashPolicies: [{ cookie: { name: 'sid', path: '/', ttl: '0s' } }] } },
      },
    },
    {
      by: apisixChange,
      of: apisix,
      request: sourceIp,
      kind: 'BackendTrafficPolicy',
      spec: {
        targetRefs: [{ group: '', kind: 'Service', name: 'web' }],
        loadbalancer: { type: 'chash', hashOn: 'vars', key: 'remote_addr' },
      },
    },
  ])('$kind is made where there is none, and goes as a whole', ({ by, of, request, kind, spec }) => {
    const before = behind(of, ['web'])
    const on = ask(by, request, ...before)
    const name = kind === 'RoutePolicy' ? 'front' : 'web'
    expect(on.writes).toStrictEqual([`create ${kind} ${name}`])
    expect(on.plan.writes[0]?.object).toMatchObject({ spec })
    expect(ask(by, request, ...on.left).writes).toStrictEqual([])
    const off = ask(by, disable, ...on.left)
    expect(off.writes).toStrictEqual([`delete ${kind} ${name}`])
    const isRead = (one: KubernetesObject): boolean => by.reads.some((type) => isOfType(one, type))
    const all = before.filter((one) => one.kind === 'HTTPRoute' || isRead(one))
    expect(sorted(off.left)).toStrictEqual(sorted(all))
  })

  it('is one for each Service of several rules', () => {
    const { writes } = ask(kgatewayChange, cookie('sid'), ...behind(kgateway, ['a'], ['b'], ['a']))
    expect(writes).toStrictEqual(['create BackendConfigPolicy a', 'create BackendConfigPolicy b'])
  })

  it('takes the place of another kind that says something else', () => {
    const on = ask(gkeGatewayChange, cookie('GCLB'), ...behind(gke, ['web']))
    const then = ask(gkeGatewayChange, cookie('GSSA'), ...on.left)
    expect(then.writes).toStrictEqual(['delete GCPBackendPolicy web', 'create GCPSessionAffinityPolicy web'])
    expect(then.plan.before).toMatchObject({ kind: 'cookie', name: 'GCLB' })
  })

  it('takes the place of a filter of the route itself, which goes with affinity, too', () => {
    const [route, ...others] = behind(gke, ['web'])
    const session = {
      type: 'ExtensionRef',
      extensionRef: { group: 'networking.gke.io', kind: 'GCPSessionAffinityFilter', name: 'mine' },
    }
    const filter = objectOf('networking.gke.io/v1', 'GCPSessionAffinityFilter', 'mine', {
      statefulGeneratedCookie: { cookieTtlSeconds: 50 },
    })
    const { spec } = route as unknown as { spec: { rules: object[] } }
    const rules = [{ ...spec.rules[0], filters: [session] }]
    const filtered = { ...route!, spec: { ...spec, rules } } as KubernetesObject
    const off = ask(gkeGatewayChange, disable, filtered, ...others, filter)
    expect(off.writes).toStrictEqual(['patch HTTPRoute front'])
    expect(off.plan.before).toMatchObject({ kind: 'cookie', name: 'GSSA', ttlSeconds: 50 })
    expect(off.left.find(({ kind }) => kind === 'HTTPRoute')).toStrictEqual(route)
    const on = ask(gkeGatewayChange, cookie('GCLB'), filtered, ...others, filter)
    expect(on.writes).toStrictEqual(['patch HTTPRoute front', 'create GCPBackendPolicy web'])
  })

  it('keeps what the API server filled in out of the question whether it is made for affinity alone', () => {
    const on = ask(apisixChange, sourceIp, ...behind(apisix, ['web']))
    const stored = on.left.map((one) =>
      one.kind === 'BackendTrafficPolicy'
        ? ({
            ...one,
            spec: { ...(one as unknown as { spec: object }).spec, scheme: 'http', passHost: 'pass' },
          } as KubernetesObject)
        : one,
    )
    expect(ask(apisixChange, disable, ...stored).writes).toStrictEqual(['delete BackendTrafficPolicy web'])
  })

  it('leaves kgateway an algorithm where something else of the balancer stays', () => {
    const policy = objectOf('gateway.kgateway.dev/v1alpha1', 'BackendConfigPolicy', 'mine', {
      targetRefs: [{ group: '', kind: 'Service', name: 'web' }],
      loadBalancer: { healthyPanicThreshold: 10, maglev: { hashPolicies: [{ sourceIP: {} }] } },
    })
    const off = ask(kgatewayChange, disable, ...behind(kgateway, ['web']), policy)
    expect(off.plan.writes).toMatchObject([
      { how: 'patch', fields: { spec: { loadBalancer: { ringHash: null, maglev: null, roundRobin: {} } } } },
    ])
  })

  it.each([
    { by: gkeGatewayChange, of: gke, request: cookie('GCLB', 2_000_000), why: 'two weeks at most' },
    { by: gkeGatewayChange, of: gke, request: cookie('GSSA', 100_000), why: 'a day at most' },
    { by: agcChange, of: agc, request: sourceIp, why: 'by cookies only' },
    { by: apisixChange, of: apisix, request: cookie('sid', 60), why: 'sets no cookie' },
  ])('is refused: $why', ({ by, of, request, why }) => {
    expect(() => ask(by, request, ...behind(of, ['web']))).toThrow(why)
  })

  it.each([
    { by: gkeGatewayChange, of: gke, request: cookie('GCLB') },
    { by: kgatewayChange, of: kgateway, request: cookie('sid') },
    { by: apisixChange, of: apisix, request: sourceIp },
    { by: kongChange, of: kong, request: sourceIp },
  ])('is refused where $of draws one of several Services', ({ by, of, request }) => {
    expect(() => ask(by, request, ...behind(of, ['a', 'b']))).toThrow(/several Services/)
  })

  it('is refused for a Service that is not there, and beside a policy for something else', () => {
    const [route, ...others] = behind(kgateway, ['web'])
    const without = others.filter(({ kind }) => kind !== 'Service')
    expect(() => ask(kgatewayChange, cookie('sid'), route!, ...without)).toThrow('service/web is not there')
    const other = objectOf('gateway.kgateway.dev/v1alpha1', 'BackendConfigPolicy', 'web', {
      targetRefs: [{ group: '', kind: 'Service', name: 'api' }],
    })
    expect(() => ask(kgatewayChange, cookie('sid'), route!, ...others, other)).toThrow(
      'there is a BackendConfigPolicy web that is for something else',
    )
  })
})
