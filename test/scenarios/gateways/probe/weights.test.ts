import { beforeAll, expect } from 'vitest'
import { run } from '../../support/command.ts'
import { httpPort, users } from '../../support/during.ts'
import { gatewayWays } from '../../support/gateway-ways.ts'
import { type Asked, gatewayFollows, ingress, ingressPath, sessionApp, sets } from '../../support/gateways.ts'
import { service } from '../../support/manifests.ts'
import { usePlayground } from '../../support/namespace.ts'
import { expectExit, surveyOf } from '../../support/report.ts'
import { describeOnce, scenario } from '../../support/scenario.ts'
import { gateway, site } from '../../support/site.ts'

/** Two Deployments, and a Service to the pods of each for every way: Traefik and ingress-nginx balance a Service in one way. */
function pairOf(...ways: string[]): object[] {
  return ['blue', 'green'].flatMap((app) => [
    sessionApp(site, app, 2),
    ...ways.map((way) => service(`${app}-${way}`, { of: app })),
  ])
}

const words = (text: string): string => text.replaceAll(/\s+/g, ' ')

describeOnce('Traefik, and two Services that share out requests', () => {
  const needs = [gateway('traefik')] as const
  const place = usePlayground()
  const asked = (name: string): Asked => ({
    address: site.reachedAt('traefik'),
    host: `${name}.${place.name}.lab`,
  })
  const sticky = (name: string): object => ({ sticky: { cookie: { name } } })
  const pair = (way: string, isSticky = true): object[] =>
    ['blue', 'green'].map((app) => ({
      name: `${app}-${way}`,
      port: 80,
      weight: 1,
      ...(isSticky ? sticky(app) : {}),
    }))
  const route = (name: string, services: object[]): object => ({
    apiVersion: 'traefik.io/v1alpha1',
    kind: 'IngressRoute',
    metadata: { name },
    spec: {
      entryPoints: ['web'],
      routes: [{ kind: 'Rule', match: `Host(\`${asked(name).host}\`)`, services }],
    },
  })
  const weighted = (name: string, services: object[]): object[] => [
    {
      apiVersion: 'traefik.io/v1alpha1',
      kind: 'TraefikService',
      metadata: { name },
      spec: { weighted: { services, ...sticky('group') } },
    },
    route(name, [{ kind: 'TraefikService', name }]),
  ]

  beforeAll(async () => {
    if (!needs.every((need) => site.capabilities.has(need))) return
    await place.deploy(
      ...pairOf('drawn', 'half', 'both'),
      route('drawn', pair('drawn')),
      ...weighted('half', pair('half', false)),
      ...weighted('both', pair('both')),
    )
    for (const name of ['half', 'both']) await gatewayFollows(asked(name), sets('group'))
    await gatewayFollows(asked('drawn'), ({ cookies }) => cookies.some((one) => /^(?:blue|green)=/.test(one)))
  })

  scenario('a cookie for each Service comes too late: one of them is drawn before', needs, async () => {
    const ended = await place.probe(['ingressroute/drawn'])
    expectExit(ended, 3)
    expect(words(ended.stdout)).toMatch(
      /they change between the Services blue-drawn, green-drawn, and within none: one of these is drawn before/,
    )
    expect(ended.stdout).toMatch(/^breaks {2}at Traefik: it does not send users back/m)
    expect(ended.stdout).toMatch(/^likely {2}AFF-TRA-DRAWS-SERVICE/m)
    expect(words(ended.stdout)).not.toContain('something behind picks again')
  })

  scenario('a cookie for the choice of a Service alone keeps nobody on a pod', needs, async () => {
    const ended = await place.probe(['ingressroute/half'])
    expectExit(ended, 3)
    expect(words(ended.stdout)).toContain(
      'they change among the pods of one of the Services blue-half, green-half, and between no two Services',
    )
    expect(ended.stdout).toMatch(/^likely {2}AFF-TRA-SERVICE-LEVEL-ONLY/m)
  })

  scenario('a cookie for each stage holds users, and each of them is needed', needs, async () => {
    const ended = await place.probe(['ingressroute/both', '--sessions', '12', '-o', 'json'])
    expectExit(ended, 0)
    const { status } = surveyOf(ended)
    expect(status.users).toMatchObject([{ users: { sticky: 12 }, control: 'spread' }])
    const of = (name: string) =>
      status.cells
        .slice(0, 12)
        .flatMap(({ cookies = [] }) => cookies)
        .filter((one) => one.name === name)
    for (const name of ['group', 'blue', 'green'])
      for (const cookie of of(name)) expect(cookie).toMatchObject({ set: 1, disagreed: 0 })
    expect(status.dropped?.find(({ cookie }) => cookie === 'group')?.moved).toBeGreaterThan(0)
    // The object that draws can be named as well as the route.
    const named = await place.probe(['traefikservice/both', '--sessions', '2', '-o', 'json'])
    expectExit(named, 0)
    const { spec } = surveyOf(named)
    expect(spec.target).toMatchObject({ kind: 'traefikservice', name: 'both' })
    expect(spec.entries).toMatchObject([{ kind: 'gateway', front: { hostName: asked('both').host } }])
  })
})

describeOnce('ingress-nginx, and a canary', () => {
  const needs = [gateway('ingress-nginx')] as const
  const place = usePlayground()
  const annotated = (all: Record<string, string>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(all).map(([key, value]) => [`nginx.ingress.kubernetes.io/${key}`, value]),
    )
  const canary = (way: string, host: string, main: Record<string, string>): object[] => {
    const one = (app: string, name: string, annotations: Record<string, string>): object =>
      ingress(name, host, {
        className: 'nginx',
        paths: [ingressPath('/', `${app}-${way}`)],
        annotations: annotated(annotations),
      })
    return [one('blue', way, main), one('green', `${way}-canary`, { canary: 'true', 'canary-weight': '50' })]
  }
  const host = (way: string): string => `${way}.${place.name}.lab`
  const asked = (way: string): Asked => ({ address: site.reachedAt('ingress-nginx'), host: host(way) })

  beforeAll(async () => {
    if (!needs.every((need) => site.capabilities.has(need))) return
    await place.deploy(
      ...pairOf('cookie', 'hash'),
      ...canary('cookie', host('cookie'), { affinity: 'cookie', 'session-cookie-name': 'route' }),
      ...canary('hash', host('hash'), { 'upstream-hash-by': '$host' }),
    )
    await gatewayFollows(asked('cookie'), sets('route'))
    await gatewayFollows(asked('hash'), sets('JSESSIONID'))
  })

  scenario('the cookie comes before the weight, and pods of both Services are known', needs, async () => {
    for (const target of ['ingress/cookie', 'ingress/cookie-canary']) {
      const ended = await place.probe([target, '-o', 'json'])
      expectExit(ended, 0)
      const { status } = surveyOf(ended)
      expect(status.users).toMatchObject([{ users: { sticky: 6 }, control: 'spread' }])
      expect(status.backends.every(({ kind }) => kind === 'pod')).toBe(true)
    }
  })

  scenario('a hash comes after it, so that users change between the Services', needs, async () => {
    const ended = await place.probe(['ingress/hash'])
    expectExit(ended, 3)
    expect(words(ended.stdout)).toMatch(/blue-hash, green-hash/)
    expect(ended.stdout).toMatch(/^likely {2}AFF-NGX-HASH-WEIGHTED/m)
  })
})

describeOnce('Envoy Gateway, and a weight that changes', () => {
  const needs = [gateway('envoy-gateway')] as const
  const place = usePlayground()
  const [way] = gatewayWays.filter(({ name }) => name === 'envoy-gateway')
  const asked = (): Asked => ({ address: site.reachedAt('envoy-gateway'), host: `shop.${place.name}.lab` })
  const route = (blue: number, green: number): object => {
    const [one] = way!.objects(asked().host) as [{ spec: { rules: [object] } }]
    const backendRefs = Object.entries({ blue, green }).map(([name, weight]) => ({ name, port: 80, weight }))
    one.spec.rules = [{ backendRefs, sessionPersistence: { sessionName: 'route', type: 'Cookie' } }]
    return one
  }
  /** Who moved while a weight became another one. */
  const movedAt = async (index: 0 | 1, weight: number, code: number) => {
    const patch = JSON.stringify([
      { op: 'replace', path: `/spec/rules/0/backendRefs/${index}/weight`, value: weight },
    ])
    const command = `kubectl -n ${place.name} patch httproute shop --type json -p '${patch}' && sleep 2`
    // So many that each Service has some of them, whatever chance does.
    const many = ['--sessions', String(users), '--rate', '10']
    const ended = await place.probe(['httproute/shop', '--during', command, ...many, '-o', 'json'])
    expectExit(ended, code)
    return surveyOf(ended).status
  }

  beforeAll(async () => {
    if (!needs.every((need) => site.capabilities.has(need))) return
    await place.deploy(
      ...['blue', 'green'].flatMap((app) => [sessionApp(site, app, 2), service(app, httpPort)]),
      route(50, 50),
    )
    await gatewayFollows(asked(), sets('route'))
  })

  scenario(
    'moves nobody as long as it is not 0, and with 0 all of its Service, as explain says',
    needs,
    async () => {
      const explained = await run(site, ['explain', 'httproute/shop', '-n', place.name])
      expect(words(explained.stdout)).toContain(
        'Who has a session stays with its backend when weights change. At 0 Envoy Gateway leaves its pods out, and their sessions move at once.',
      )
      const kept = await movedAt(0, 1, 0)
      expect(kept.during?.sessions).toMatchObject({ users, moved: 0 })
      const left = await movedAt(1, 0, 3)
      const [{ between } = {}] = left.users ?? []
      expect(between).toMatchObject({ services: ['blue', 'green'], changes: between?.of })
      expect(left.during?.sessions?.moved).toBeGreaterThan(0)
    },
  )
})
