import { beforeAll, expect } from 'vitest'
import { gatewayWays } from '../../support/gateway-ways.ts'
import { type Asked, gatewayFollows, ingress, ingressPath, sessionApp, sets } from '../../support/gateways.ts'
import { deployment, listensOn, service } from '../../support/manifests.ts'
import { usePlayground } from '../../support/namespace.ts'
import { expectExit, surveyOf } from '../../support/report.ts'
import { describeOnce, scenario } from '../../support/scenario.ts'
import { gateway, site } from '../../support/site.ts'

/** A load balancer that records the pod in a cookie of its own, which it gives with each answer. Users may be late by a fifth of its life. */
const balancer = `const http = require('http')
const pods = process.env.PODS.split(',')
http.createServer((request, response) => {
  const [, known] = /\\bgw=(\\d+)/.exec(request.headers.cookie ?? '') ?? []
  const pod = known ?? Math.floor(Math.random() * pods.length)
  const { url: path, headers } = request
  http.get({ host: pods[pod], port: 8080, path, headers, agent: false }, (answer) => {
    const own = ['gw=' + pod + '; Path=/; Max-Age=10']
    response.writeHead(answer.statusCode, { ...answer.headers, 'set-cookie': [...(answer.headers['set-cookie'] ?? []), ...own] })
    answer.pipe(response)
  }).on('error', () => response.destroy())
}).listen(8000)`

const quick = ['--measure-timeout', '-o', 'json'] as const

describeOnce('how long the cookie of an Ingress lives', () => {
  const place = usePlayground()
  const needs = [gateway('ingress-nginx')] as const
  const host = (): string => `shop.${place.name}.lab`
  const shop = (maxAge: string): object =>
    ingress('shop', host(), {
      className: 'nginx',
      paths: [ingressPath('/', 'shop')],
      annotations: Object.fromEntries(
        Object.entries({
          affinity: 'cookie',
          'affinity-mode': 'persistent',
          'session-cookie-name': 'route',
          'session-cookie-max-age': maxAge,
        }).map(([key, value]) => [`nginx.ingress.kubernetes.io/${key}`, value]),
      ),
    })
  const follows = async (seconds: number): Promise<void> =>
    await gatewayFollows(
      { address: site.reachedAt('ingress-nginx'), host: host() },
      ({ status, cookies }) =>
        status === 200 &&
        cookies.some((text) => text.startsWith('route=') && text.includes(`Max-Age=${seconds};`)),
    )

  beforeAll(async () => {
    if (!needs.every((need) => site.capabilities.has(need))) return
    await place.deploy(sessionApp(site, 'shop'), service('shop'), shop('5'))
    await follows(5)
  })

  scenario('only the browser ends it, and no answer moves its end on', needs, async () => {
    const ended = await place.probe(['ingress/shop', ...quick])
    expectExit(ended, 0)
    const { lifetime } = surveyOf(ended).status
    expect(lifetime).toMatchObject({
      cookie: 'route',
      givenSeconds: 5,
      configuredSeconds: 5,
      isRenewed: false,
      endedBy: 'browser',
      result: 'as-expected',
    })
    const [, before, after] = lifetime?.steps ?? []
    expect(before?.browsers.same).toBe(before?.browsers.users)
    expect(after?.browsers).toMatchObject({ sent: 0, anew: after?.browsers.users })
    expect(after?.keepers).toMatchObject({ anew: 0, same: after?.keepers.users })
  })

  scenario('whose end in the middle of a run is no move that it should have kept from', needs, async () => {
    const ended = await place.probe(['ingress/shop', '--duration', '12s', '-o', 'json'])
    expectExit(ended, 0)
    const { cells, users, verdict } = surveyOf(ended).status
    expect(users).toMatchObject([{ result: 'as-expected', cause: { kind: 'cookie', cookies: ['route'] } }])
    expect(verdict.message).toMatch(/with it stayed on their pod until it ended/)
    const jars = cells.filter(({ cookies = [] }) => cookies.some(({ sent }) => sent > 0))
    const kinds = new Set(
      jars.flatMap(({ switches }) => switches.map(({ explanation }) => explanation?.kind)),
    )
    expect([...kinds]).toEqual(['cookie-ended'])
  })

  scenario('one that lives for long is not waited for', needs, async () => {
    await place.apply(shop('3600'))
    await follows(3600)
    const ended = await place.probe(['ingress/shop', '--measure-timeout'])
    expectExit(ended, 0)
    expect(ended.stdout).toMatch(
      /^life {4}route is given for 1h0m0s, as configured; its end is not waited for\s+\(--max 2m0s\)$/m,
    )
  })
})

describeOnce('how long a cookie lives that each answer gives anew', () => {
  const place = usePlayground()

  scenario('as long as users come, and it is found though nobody knows who makes it', [], async () => {
    await place.deploy(sessionApp(site, 'shop'), service('shop'))
    const path = 'jsonpath={.items[*].status.podIP}'
    const pods = await place.kubectl('get', 'pods', '-l', 'app=shop', '-o', path)
    await place.deploy(
      deployment('gate', 1, {
        name: 'gate',
        image: site.images.node,
        command: ['node', '-e', balancer],
        env: [{ name: 'PODS', value: pods.trim().split(/\s+/).join(',') }],
        readinessProbe: listensOn(8000),
        ports: [{ containerPort: 8000 }],
      }),
      service('gate', { ports: [{ port: 80, targetPort: 8000 }] }),
    )
    const address = (await place.kubectl('get', 'service', 'gate', '-o', 'jsonpath={.spec.clusterIP}')).trim()
    const ended = await place.probe(['svc/shop', '--address', address, '--host', 'shop.lab', ...quick])
    expectExit(ended, 0)
    expect(surveyOf(ended).status.lifetime).toMatchObject({
      cookie: 'gw',
      givenSeconds: 10,
      isRenewed: true,
      endedBy: 'browser',
    })
  })
})

describeOnce('how long a session lives that holds its pod', () => {
  const place = usePlayground()
  const needs = [gateway('envoy-gateway')] as const
  const [way] = gatewayWays.filter(({ name }) => name === 'envoy-gateway')
  const asked = (): Asked => ({
    address: site.reachedAt('envoy-gateway'),
    host: `shop.${place.name}.lab`,
  })

  beforeAll(async () => {
    if (!needs.every((need) => site.capabilities.has(need))) return
    const [route] = way!.objects(asked().host) as [{ spec: { rules: [object] } }]
    const sessionPersistence = {
      sessionName: 'route',
      type: 'Cookie',
      absoluteTimeout: '10s',
      cookieConfig: { lifetimeType: 'Permanent' },
    }
    route.spec.rules = [{ ...route.spec.rules[0], sessionPersistence }]
    await place.deploy(
      sessionApp(site, 'shop'),
      service('shop', { ports: [{ name: 'http', port: 80, targetPort: 8080 }] }),
      route,
    )
    await gatewayFollows(asked(), sets('route'))
  })

  scenario('the gateway ends it as well', needs, async () => {
    const ended = await place.probe(['httproute/shop', ...quick])
    expectExit(ended, 0)
    const { lifetime } = surveyOf(ended).status
    expect(lifetime).toMatchObject({
      givenSeconds: 10,
      isRenewed: false,
      endedBy: 'server',
      result: 'as-expected',
    })
  })
})
