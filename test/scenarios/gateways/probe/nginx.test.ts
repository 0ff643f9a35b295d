import { beforeAll, expect } from 'vitest'
import { run } from '../../support/command.ts'
import { gatewayFollows, ingress, ingressPath, sessionApp, sets } from '../../support/gateways.ts'
import { service } from '../../support/manifests.ts'
import { usePlayground } from '../../support/namespace.ts'
import { expectExit, surveyOf } from '../../support/report.ts'
import { describeOnce, scenario } from '../../support/scenario.ts'
import { gateway, site } from '../../support/site.ts'

const needs = [gateway('ingress-nginx')] as const

describeOnce('S4: an Ingress of ingress-nginx with regular expressions and a cookie', () => {
  const place = usePlayground()
  const host = (): string => `shop.${place.name}.lab`
  const asked = (): { address: string; host: string; path: string } => ({
    address: site.reachedAt('ingress-nginx'),
    host: host(),
    path: '/app1/x',
  })
  /** As the walkthrough has it, old names included; `more` is what differs. */
  const shop = (more: Record<string, string> = {}): object =>
    ingress('shop', host(), {
      className: 'nginx',
      paths: ['app1', 'app2'].map((app) => ingressPath(`/(${app}/.*)`, app, 'ImplementationSpecific')),
      annotations: Object.fromEntries(
        Object.entries({ 'use-regex': 'true', 'rewrite-target': '/$1', ...more }).map(([key, value]) => [
          `nginx.ingress.kubernetes.io/${key}`,
          value,
        ]),
      ),
    })
  const cookie = { affinity: 'cookie', 'session-cookie-name': 'route', 'session-cookie-hash': 'sha1' }

  beforeAll(async () => {
    if (!needs.every((need) => site.capabilities.has(need))) return
    await place.deploy(sessionApp(site, 'app1'), sessionApp(site, 'app2'), service('app1'), service('app2'))
  })

  scenario('without affinity users are spread', needs, async () => {
    await place.apply(shop())
    await gatewayFollows(asked(), sets('route', false))
    const ended = await place.probe(['ingress/shop', '--path', '/app1/x'])
    expectExit(ended, 0)
    expect(ended.stdout).toMatch(/^ingress\/shop {2}shop\.\S+\/app1\/x\n/)
    expect(ended.stdout).toMatch(/^SPREAD {3}users with a cookie jar do not stay/m)
  })

  scenario('a path or a host that no rule has is told, and what there is', needs, async () => {
    await place.apply(shop())
    const why = async (...words: string[]): Promise<string> => {
      const ended = await place.probe(['ingress/shop', ...words])
      expectExit(ended, 1)
      expect(ended.stderr.replaceAll(/\s+/g, ' ')).toContain(
        `what leads through it: ${host()}/(app1/.*), ${host()}/(app2/.*)`,
      )
      return ended.stderr
    }
    expect(await why('--path', '/nope')).toContain('ingress/shop has no way for /nope\n')
    expect(await why('--host', 'x.lab')).toContain('ingress/shop has no way for x.lab\n')
    expect(await why('--host', host(), '--path', '/nope')).toContain(
      `ingress/shop has no way for ${host()} with /nope\n`,
    )
  })

  scenario('a Service is probed by its host at what leads there', needs, async () => {
    await place.apply(shop())
    await gatewayFollows(asked(), sets('route', false))
    const ended = await place.probe(['svc/app1', '--host', host(), '--path', '/app1/x', '-o', 'json'])
    expectExit(ended, 0)
    const { spec } = surveyOf(ended)
    expect(spec.target).toBeUndefined()
    expect(spec.entries).toMatchObject([
      {
        host: site.gatewayAddress('ingress-nginx'),
        front: { by: 'ingress-nginx', hostName: host() },
      },
    ])
  })

  scenario('a Service that two Ingresses lead to is told through which it is asked', needs, async () => {
    const second = ingress('second', host(), { className: 'nginx', paths: [ingressPath('/second', 'app1')] })
    await place.apply(shop(), second)
    await gatewayFollows(asked(), sets('route', false))
    const ended = await place.probe(['svc/app1', '--host', host(), '-o', 'json'])
    await place.kubectl('delete', 'ingress', 'second')
    expect(ended.stderr).toMatch(
      /^service\/app1 is asked through ingress\/(shop|second); it is reached through ingress\/(shop|second), too$/m,
    )
  })

  scenario('a cookie for the path of the expression is never sent back', needs, async () => {
    await place.apply(shop(cookie))
    await gatewayFollows(asked(), sets('route'))
    const ended = await place.probe(['ingress/shop', '--path', '/app1/x', '-o', 'json'])
    expectExit(ended, 3)
    expect(surveyOf(ended)).toMatchObject({
      spec: {
        target: { kind: 'ingress', name: 'shop' },
        entries: [{ front: { policy: { kind: 'cookie' } } }],
      },
      status: {
        verdict: { result: 'differs' },
        users: [
          {
            users: { sticky: 0 },
            cause: { kind: 'never-sent', cookie: 'route', why: 'path', path: '/(app1/.*)' },
          },
        ],
        breaks: { at: 'browser' },
      },
    })
  })

  scenario('with session-cookie-path users stay, and without the cookie they do not', needs, async () => {
    await place.apply(shop({ ...cookie, 'session-cookie-path': '/', 'affinity-mode': 'persistent' }))
    await gatewayFollows(
      asked(),
      ({ status, cookies }) => status === 200 && cookies.some((text) => /^route=.*; Path=\/;/.test(text)),
    )
    const ended = await place.probe(['ingress/shop', '--path', '/app1/x', '-o', 'json'])
    expectExit(ended, 0)
    const { status } = surveyOf(ended)
    expect(status.users).toMatchObject([
      { users: { sticky: 6 }, control: 'spread', cause: { kind: 'cookie', cookies: ['route'] } },
    ])
    // The cookie names the pod, which is the one that answers.
    const jars = status.cells.slice(0, 6)
    for (const { cookies = [], backends } of jars) {
      const route = cookies.find(({ name }) => name === 'route')
      expect(route).toMatchObject({
        set: 1,
        disagreed: 0,
        maker: 'ingress-nginx',
        first: { path: '/', httpOnly: true },
      })
      const letter = status.backends.find(({ name }) => name === route?.names)?.letter
      expect(backends.map((backend) => backend.letter)).toEqual([letter])
    }
    expect(ended.stdout).not.toContain('|')
  })

  scenario('a Service behind it that picks again is found out', needs, async () => {
    await place.apply(
      shop({
        ...cookie,
        'session-cookie-path': '/',
        'affinity-mode': 'persistent',
        'service-upstream': 'true',
        // Another name shows that the controller has followed.
        'session-cookie-name': 'again',
      }),
    )
    await gatewayFollows(asked(), sets('again'))
    const ended = await place.probe(['ingress/shop', '--path', '/app1/x', '-o', 'json'])
    expectExit(ended, 3)
    const { users, breaks } = surveyOf(ended).status
    expect(users).toMatchObject([
      { users: { sticky: 0 }, cause: { kind: 'ignored', cookies: ['again'], anew: false } },
    ])
    expect(breaks?.at).toBe('service')
    const [gateway, service, pods] = breaks?.checked ?? []
    expect(gateway).toMatchObject({ stage: 'gateway' })
    expect(service?.changed).toBeGreaterThan(5)
    expect(pods).toMatchObject({ stage: 'pods', changed: 0 })
  })

  scenario('spread, enable, sticky with the jar and spread without it, disable, spread', needs, async () => {
    const change = async (...words: string[]): Promise<void> =>
      expectExit(await run(site, [...words, '-n', place.name]), 0)
    const spread = /^SPREAD {3}users with a cookie jar do not stay/m
    await place.apply(shop())
    // Of an earlier try: what enable wrote is not taken away by apply.
    await change('disable', 'ingress/shop')
    await gatewayFollows(asked(), sets('route', false))
    const before = await place.probe(['ingress/shop', '--path', '/app1/x'])
    expectExit(before, 0)
    expect(before.stdout).toMatch(spread)

    await change('enable', 'ingress/shop', '--cookie', 'route')
    await gatewayFollows(asked(), sets('route'))
    const explained = await run(site, ['explain', 'ingress/shop', '-n', place.name])
    expect(explained.stdout).toMatch(/cookie "route".*decides/)
    expect(explained.stdout).toContain('AFF-NGX-RETIRED')
    const held = await place.probe(['ingress/shop', '--path', '/app1/x', '-o', 'json'])
    expectExit(held, 0)
    expect(surveyOf(held).status.users).toMatchObject([
      { users: { sticky: 6 }, control: 'spread', cause: { kind: 'cookie', cookies: ['route'] } },
    ])
    const without = await place.probe(['ingress/shop', '--path', '/app1/x', '--no-jar', '--expect', 'spread'])
    expectExit(without, 0)

    await change('disable', 'ingress/shop')
    await gatewayFollows(asked(), sets('route', false))
    const after = await place.probe(['ingress/shop', '--path', '/app1/x'])
    expectExit(after, 0)
    expect(after.stdout).toMatch(spread)
  })
})
