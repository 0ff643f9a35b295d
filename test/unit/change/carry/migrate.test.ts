import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { editOthers } from '../../../../src/change/manifest/others.ts'
import { carriedFrom, fitted } from '../../../../src/change/carry/migrate.ts'
import { targetKinds } from '../../../../src/mechanisms/index.ts'
import type { Path } from '../../../../src/model/affinity/leg.ts'
import type { Policy } from '../../../../src/model/affinity/policy.ts'
import { parseTarget } from '../../../../src/model/targets/parse.ts'

const prefix = 'nginx.ingress.kubernetes.io'

const ingress = (annotations: Readonly<Record<string, string>>, path = '/'): string => `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop, annotations: ${JSON.stringify(annotations)}}
spec:
  ingressClassName: nginx
  rules:
  - host: shop.example.org
    http: {paths: [{path: ${JSON.stringify(path)}, pathType: ImplementationSpecific, backend: {service: {name: web, port: {number: 80}}}}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
`

const cookie = {
  [`${prefix}/affinity`]: 'cookie',
  [`${prefix}/session-cookie-name`]: 'route',
  [`${prefix}/session-cookie-path`]: '/',
  [`${prefix}/session-cookie-max-age`]: '3600',
  [`${prefix}/session-cookie-samesite`]: 'Lax',
  [`${prefix}/session-cookie-domain`]: '.example.org',
}

const virtualService = `---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop}
spec:
  hosts: [shop.example.org]
  http: [{route: [{destination: {host: web}}]}]
`

const ingressRoute = `---
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: {name: shop}
spec:
  routes: [{match: Host("shop.example.org"), services: [{name: web, port: 80}]}]
`

const httpRoute = `---
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: eg}
spec: {controllerName: gateway.envoyproxy.io/gatewayclass-controller}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: gw}
spec: {gatewayClassName: eg, listeners: [{name: http, port: 80, protocol: HTTP}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: shop}
spec:
  parentRefs: [{name: gw}]
  rules: [{backendRefs: [{name: web, port: 80}]}]
`

const traefikIngress = ingress({})
  .split('---')[0]!
  .replace('name: shop', 'name: traefik')
  .replace('ingressClassName: nginx', 'ingressClassName: traefik')

/** What becomes of the objects of a file, by their kind and name. */
function take(text: string, instead = {}, named?: string): Record<string, object> {
  const from = { target: parseTarget(['ingress/shop'], { verb: 'take over', kinds: targetKinds }), instead }
  const { text: edited } = editOthers([{ name: 'x.yaml', text, named: true }], {
    request: { verb: 'enable' },
    with: named,
    from,
  })
  const all = parseAllDocuments(edited).map((one) => one.toJS() as Parsed)
  return Object.fromEntries(all.map((one) => [`${one.kind}/${one.metadata.name}`, one]))
}

interface Parsed {
  kind: string
  metadata: { name: string }
}

it('is refused for a target that is its own source', () => {
  const alone = ingress(cookie).split('---')[0]!
  expect(() => take(alone)).toThrow('ingress/shop cannot take over its own affinity')
})

describe('the cookie of ingress-nginx on another proxy', () => {
  it('is a hash of Istio, with all attributes', () => {
    expect(take(ingress(cookie) + virtualService)).toMatchObject({
      'DestinationRule/web': {
        spec: {
          trafficPolicy: {
            loadBalancer: {
              consistentHash: {
                httpCookie: {
                  name: 'route',
                  path: '/',
                  ttl: '3600s',
                  attributes: [
                    { name: 'Domain', value: '.example.org' },
                    { name: 'SameSite', value: 'Lax' },
                  ],
                },
              },
            },
          },
        },
      },
    })
  })

  it('is session persistence of Envoy Gateway where it keeps the pod, without what that has no fields for', () => {
    const persistent = { ...cookie, [`${prefix}/affinity-mode`]: 'persistent' }
    expect(take(ingress(persistent) + httpRoute)['HTTPRoute/shop']).toMatchObject({
      spec: {
        rules: [
          {
            sessionPersistence: {
              type: 'Cookie',
              sessionName: 'route',
              absoluteTimeout: '1h',
              cookieConfig: { lifetimeType: 'Permanent' },
            },
          },
        ],
      },
    })
  })

  it('is a hash of Envoy Gateway with all attributes where it is one', () => {
    expect(take(ingress(cookie) + httpRoute)['BackendTrafficPolicy/shop']).toMatchObject({
      spec: {
        loadBalancer: {
          consistentHash: {
            cookie: {
              name: 'route',
              ttl: '1h',
              attributes: { Path: '/', Domain: '.example.org', SameSite: 'Lax' },
            },
          },
        },
      },
    })
  })

  it('is one of an IngressRoute, which scripts cannot read either', () => {
    expect(take(ingress(cookie) + ingressRoute)['IngressRoute/shop']).toMatchObject({
      spec: {
        routes: [
          {
            services: [
              {
                sticky: {
                  cookie: {
                    name: 'route',
                    maxAge: 3600,
                    domain: '.example.org',
                    sameSite: 'lax',
                    httpOnly: true,
                  },
                },
              },
            ],
          },
        ],
      },
    })
  })

  it('is one of the Service behind an Ingress of Traefik', () => {
    const found = take(`${ingress(cookie)}---\n${traefikIngress}`)
    const sticky = 'traefik.ingress.kubernetes.io/service.sticky.cookie'
    expect(found['Service/web']).toMatchObject({
      metadata: {
        annotations: { [sticky]: 'true', [`${sticky}.name`]: 'route', [`${sticky}.httponly`]: 'true' },
      },
    })
  })

  it('leaves the Ingress as it is, and follows what is said instead', () => {
    const found = take(ingress(cookie) + virtualService, { name: 'other', ttlSeconds: 60 })
    expect(found['Ingress/shop']).toMatchObject({ metadata: { annotations: cookie } })
    expect(found['DestinationRule/web']).toMatchObject({
      spec: {
        trafficPolicy: { loadBalancer: { consistentHash: { httpCookie: { name: 'other', ttl: '60s' } } } },
      },
    })
  })

  it('gets a path that browsers send it back for', () => {
    const { [`${prefix}/session-cookie-path`]: _, ...pathless } = cookie
    const text = ingress({ ...pathless, [`${prefix}/use-regex`]: 'true' }, '/(app1/.*)')
    expect(take(text + virtualService)['DestinationRule/web']).toMatchObject({
      spec: { trafficPolicy: { loadBalancer: { consistentHash: { httpCookie: { path: '/' } } } } },
    })
  })

  it.each([
    ['none', ingress({}), /ingress\/shop keeps no clients: there is no affinity to carry over/],
    ['a value that is dropped', ingress({ [`${prefix}/affinity`]: 'Cookie' }), /keeps no clients/],
    [
      'a hash of the path',
      ingress({ [`${prefix}/upstream-hash-by`]: '$request_uri' }),
      /keeps clients by \$request_uri, which cannot be written elsewhere/,
    ],
    ['nothing of that name', ingressRoute, /there is no Ingress "shop" in the files/],
  ])('is refused for %s', (_, source, message) => {
    expect(() => take(source + virtualService)).toThrow(message)
  })

  it('is a header where the hash is of one', () => {
    const text = ingress({ [`${prefix}/upstream-hash-by`]: '$http_x_user' })
    expect(take(text + virtualService)['DestinationRule/web']).toMatchObject({
      spec: { trafficPolicy: { loadBalancer: { consistentHash: { httpHeaderName: 'x-user' } } } },
    })
  })
})

describe('what is not carried over', () => {
  const target = { kind: 'ingress', namespace: 'shop', name: 'shop' }
  const way = (policy: Policy, role: Path['hops'][number]['role'] = 'decides'): Path => ({
    entry: { kind: 'host', from: 'outside', address: 'x', of: { kind: 'Ingress', name: 'shop' } },
    hops: [{ kind: 'ingress', mechanism: 'x', configuredBy: [], policy, role, arrival: 'pods' }],
    end: 'pods',
  })
  const route: Policy = { kind: 'cookie', name: 'route', path: '/', madeBy: 'proxy', points: 'at-a-pod' }
  const messages = (paths: readonly Path[], lacks: Parameters<typeof fitted>[1] = () => []): string[] =>
    fitted(carriedFrom({ target, paths }, undefined, {}), lacks).notices.map(({ message }) => message)

  it('is named, part by part, but for what is so anyway', () => {
    const lacks: Parameters<typeof fitted>[1] = () => [
      { part: 'persistent', why: 'it hashes' },
      { part: 'path', why: 'always so', isSo: true },
    ]
    expect(messages([way(route)], lacks)).toStrictEqual([
      'not carried over from ingress/shop: that clients stay when pods are added',
      'clients that have a cookie of ingress/shop may change their pod once',
    ])
  })

  it('is that some ways are not sticky, and that each has a path of its own', () => {
    const found = messages([
      way({ ...route, path: '/a' }),
      way({ ...route, path: '/b' }),
      way({ kind: 'none' }),
    ])
    expect(found).toContain('not carried over from ingress/shop: a path for each place (/a, /b)')
    expect(found).toContain('1 of the 3 ways through ingress/shop are not sticky; here all are')
  })

  it('is the path of a cookie that no browser sends for it, and not that of one that has expired', () => {
    const carried = (policy: Policy): [unknown, unknown] => {
      const { by, left } = carriedFrom({ target, paths: [way(policy)] }, undefined, {})
      return [by, left]
    }
    expect(carried({ ...route, path: '/a*', neverSent: 'its Path is a regular expression' })).toMatchObject([
      { path: '/' },
      [
        {
          message: 'no browser sends the cookie of ingress/shop: its Path is a regular expression',
          hints: ['the path / is taken instead'],
        },
      ],
    ])
    const expired = { ...route, path: '/a', ttlSeconds: -1, neverSent: 'it has expired when it comes' }
    expect(carried(expired)[0]).not.toHaveProperty('ttlSeconds')
    expect(carried(expired)).toMatchObject([
      { path: '/a' },
      [{ message: 'no browser sends the cookie of ingress/shop: it has expired when it comes', hints: [] }],
    ])
  })

  it('is the timeout of a Service', () => {
    expect(messages([way({ kind: 'client-ip', timeoutSeconds: 30 })])).toStrictEqual([
      'not carried over from ingress/shop: the timeout of 30s',
    ])
  })

  it.each([
    ['two cookies', [way(route), way({ ...route, name: 'b' })], /by several things/],
    ['one without effect', [way(route, 'no-effect')], /keeps no clients/],
    ['one of the application', [way({ ...route, madeBy: 'application' })], /of the application/],
    ['one with a name made up', [way({ kind: 'cookie' })], /whose name the proxy makes up/],
    ['no way', [], /no way leads through/],
  ] as const)('is everything for %s', (_, paths, message) => {
    expect(() => carriedFrom({ target, paths }, undefined, {})).toThrow(message)
  })
})
