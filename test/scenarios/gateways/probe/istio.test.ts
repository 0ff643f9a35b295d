import { beforeAll, expect } from 'vitest'
import { run } from '../../support/command.ts'
import { gatewayFollows, sessionApp, sets } from '../../support/gateways.ts'
import { hashedByIstio, userCookie } from '../../support/hashes.ts'
import { service } from '../../support/manifests.ts'
import { usePlayground } from '../../support/namespace.ts'
import { expectExit, surveyOf } from '../../support/report.ts'
import { describeOnce, scenario } from '../../support/scenario.ts'
import { gateway, site } from '../../support/site.ts'

const needs = [gateway('istio')] as const

describeOnce("S3: Istio's ingress gateway and a cookie", () => {
  const place = usePlayground()
  const host = (): string => `counter.${place.name}.lab`
  const asked = (): { address: string; host: string } => ({
    address: site.reachedAt('istio'),
    host: host(),
  })
  const port = { number: 80, name: 'http', protocol: 'HTTP' }
  const change = (...args: string[]) => run(site, [...args, 'virtualservice/counter', '-n', place.name])
  /** Of somebody else, for another purpose. */
  const pool = { connectionPool: { tcp: { maxConnections: 100 } } }
  const rules = async (): Promise<{ spec: unknown }[]> => {
    const { items } = JSON.parse(await place.kubectl('get', 'destinationrules', '-o', 'json'))
    return items
  }
  const counted = ['--path', '/json', '--session-counter', 'json:visits', '-o', 'json']

  beforeAll(async () => {
    if (!needs.every((need) => site.capabilities.has(need))) return
    await place.deploy(
      sessionApp(site, 'counter', 5),
      service('counter', { ports: [{ name: 'http', port: 80, targetPort: 8080 }] }),
      {
        apiVersion: 'networking.istio.io/v1',
        kind: 'Gateway',
        metadata: { name: 'counter' },
        spec: { selector: { istio: 'ingressgateway' }, servers: [{ port, hosts: [host()] }] },
      },
      {
        apiVersion: 'networking.istio.io/v1',
        kind: 'VirtualService',
        metadata: { name: 'counter' },
        spec: {
          hosts: [host()],
          gateways: ['counter'],
          http: [{ route: [{ destination: { host: 'counter', port: { number: 80 } } }] }],
        },
      },
      {
        apiVersion: 'networking.istio.io/v1',
        kind: 'DestinationRule',
        metadata: { name: 'counter' },
        spec: { host: 'counter', trafficPolicy: pool },
      },
    )
    await gatewayFollows(asked(), sets('JSESSIONID'))
  })

  scenario('without a hash users are spread, and lose their sessions', needs, async () => {
    expect((await change('explain')).stdout).toMatch(/no affinity\s+─+► svc\/counter pods +decides/)
    const ended = await place.probe(['virtualservice/counter', ...counted])
    expectExit(ended, 0)
    const { status, spec } = surveyOf(ended)
    expect(spec.entries).toMatchObject([{ kind: 'gateway', host: site.gatewayAddress('istio'), port: 80 }])
    expect(status.users).toMatchObject([{ expected: 'spread', users: { sticky: 0 }, control: 'spread' }])
    const [jar] = status.cells
    const [session] = jar?.cookies ?? []
    expect(session).toMatchObject({ name: 'JSESSIONID' })
    expect(session?.values).toBeGreaterThan(5)
    for (const { visits } of status.cells.slice(0, 6)) expect(visits?.lost).toBeGreaterThan(0)
  })

  scenario('who expects to stay is told that the application only sets cookies anew', needs, async () => {
    const ended = await place.probe(['virtualservice/counter', '--expect', 'sticky'])
    expectExit(ended, 3)
    expect(ended.stdout).toMatch(
      /^NOT STICKY {3}6 of 6 users did not stay: the cookie JSESSIONID is sent back, and\s+is set to another value again and again$/m,
    )
  })

  scenario(
    'enable extends the rule that is there: users stay with the cookie, with their sessions, and without it they do not',
    needs,
    async () => {
      expectExit(await change('enable', '--cookie', 'user'), 0)
      const loadBalancer = { consistentHash: userCookie }
      expect(await rules()).toMatchObject([
        {
          metadata: { name: 'counter' },
          spec: { host: 'counter', trafficPolicy: { ...pool, loadBalancer } },
        },
      ])
      expect((await change('explain')).stdout).toMatch(/cookie "user"\s+─+► svc\/counter pods +decides/)
      await gatewayFollows(asked(), sets('user'))
      const ended = await place.probe(['virtualservice/counter', ...counted])
      expectExit(ended, 0)
      const { status } = surveyOf(ended)
      expect(status.users).toMatchObject([
        { expected: 'sticky', users: { sticky: 6 }, cause: { kind: 'cookie', cookies: ['user'] } },
      ])
      for (const { cookies, visits } of status.cells.slice(0, 6)) {
        expect(visits).toMatchObject({ lost: 0 })
        expect(cookies?.find(({ name }) => name === 'user')).toMatchObject({ set: 1, maker: 'Envoy' })
        expect(cookies?.find(({ name }) => name === 'JSESSIONID')).toMatchObject({ set: 1 })
        expect(cookies?.find(({ name }) => name === 'JSESSIONID')).not.toHaveProperty('maker')
      }
      const text = await place.probe(['virtualservice/counter', '--no-jar', '--expect', 'spread'])
      expectExit(text, 0)
      // It says nothing of a gateway itself.
      const rule = await place.probe(['destinationrule/counter', '--sessions', '2', '-o', 'json'])
      expectExit(rule, 0)
      const { spec } = surveyOf(rule)
      expect(spec.entries).toMatchObject([{ kind: 'gateway', host: site.gatewayAddress('istio'), port: 80 }])
    },
  )

  scenario('on one connection Envoy makes up one session for all, which shows nothing', needs, async () => {
    const ended = await place.probe(['virtualservice/counter', '--keep-alive'])
    expectExit(ended, 4)
    expect(ended.stdout).toMatch(/^ {8}\d+ requests over 7 connections$/m)
    expect(ended.stdout.replaceAll(/\s+/g, ' ')).toContain(
      '6 of 6 users could not be judged: all requests went over one connection; probe without --keep-alive',
    )
  })

  scenario('disable takes the rule back, and users are spread as before', needs, async () => {
    expectExit(await change('disable'), 0)
    expect((await rules()).map(({ spec }) => spec)).toEqual([{ host: 'counter', trafficPolicy: pool }])
    await gatewayFollows(asked(), sets('user', false))
    const ended = await place.probe(['virtualservice/counter'])
    expectExit(ended, 0)
    expect(ended.stdout).toMatch(/^SPREAD {3}users with a cookie jar do not stay/m)
    expectExit(await change('enable', '--cookie', 'user'), 0)
    await gatewayFollows(asked(), sets('user'))
    const again = await place.probe(['virtualservice/counter'])
    expectExit(again, 0)
    expect(again.stdout).toMatch(/^STICKY by the cookie user {3}6 of 6 users/m)
  })

  scenario('who changes between Services that are drawn by weight is told so', needs, async () => {
    const both = ['counter', 'other']
    const weighted = `weighted.${place.name}.lab`
    await place.deploy(
      sessionApp(site, 'other', 2),
      service('other', { ports: [{ name: 'http', port: 80, targetPort: 8080 }] }),
      ...both.map((name) => hashedByIstio(name, userCookie)),
      {
        apiVersion: 'networking.istio.io/v1',
        kind: 'Gateway',
        metadata: { name: 'weighted' },
        spec: { selector: { istio: 'ingressgateway' }, servers: [{ port, hosts: [weighted] }] },
      },
      {
        apiVersion: 'networking.istio.io/v1',
        kind: 'VirtualService',
        metadata: { name: 'weighted' },
        spec: {
          hosts: [weighted],
          gateways: ['weighted'],
          http: [
            {
              route: both.map((name) => ({
                destination: { host: name, port: { number: 80 } },
                weight: 50,
              })),
            },
          ],
        },
      },
    )
    await gatewayFollows({ ...asked(), host: weighted }, sets('user'))
    const ended = await place.probe(['virtualservice/weighted'])
    expectExit(ended, 3)
    const words = ended.stdout.replaceAll(/\s+/g, ' ')
    expect(words).toMatch(
      /they change between the Services (?:counter, other|other, counter), and within none/,
    )
    expect(words).toMatch(/breaks at Istio gateway/)
    expect(words).not.toContain('named no backend')
  })
})
