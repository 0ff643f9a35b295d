import { beforeAll, expect } from 'vitest'
import { run } from '../../support/command.ts'
import { type Asked, gatewayFollows, ingress, ingressPath, sessionApp, sets } from '../../support/gateways.ts'
import { service } from '../../support/manifests.ts'
import { usePlayground } from '../../support/namespace.ts'
import { expectExit, surveyOf } from '../../support/report.ts'
import { describeOnce, scenario } from '../../support/scenario.ts'
import { gateway, site } from '../../support/site.ts'

const needs = [gateway('traefik')] as const

describeOnce("S4: Traefik's provider for Ingresses, and a cookie", () => {
  const place = usePlayground()
  const host = (): string => `shop.${place.name}.lab`
  const asked = (): { address: string; host: string } => ({
    address: site.reachedAt('traefik'),
    host: host(),
  })
  /** Annotations of Traefik about a backend are read from its Service. */
  const sticky = (isSticky: boolean, own: Readonly<Record<string, string>> = {}): object => {
    const { metadata, ...rest } = service('web') as { metadata: object }
    const attributes = { name: 'route', ...own }
    const cookie = {
      'traefik.ingress.kubernetes.io/service.sticky.cookie': 'true',
      ...Object.fromEntries(
        Object.entries(attributes).map(([name, value]) => [
          `traefik.ingress.kubernetes.io/service.sticky.cookie.${name}`,
          value,
        ]),
      ),
    }
    return { ...rest, metadata: { ...metadata, annotations: isSticky ? cookie : {} } }
  }

  beforeAll(async () => {
    if (!needs.every((need) => site.capabilities.has(need))) return
    await place.deploy(
      sessionApp(site, 'web'),
      sticky(false),
      ingress('shop', host(), { className: 'traefik', paths: [ingressPath('/', 'web')] }),
    )
    await gatewayFollows(asked(), sets('route', false))
  })

  scenario('without affinity users are spread', needs, async () => {
    const ended = await place.probe(['ingress/shop'])
    expectExit(ended, 0)
    expect(ended.stdout).toMatch(/^SPREAD {3}users with a cookie jar do not stay/m)
  })

  scenario('with a sticky cookie users stay, and the cookie names their pod', needs, async () => {
    await place.apply(sticky(true))
    await gatewayFollows(asked(), sets('route'))
    const ended = await place.probe(['ingress/shop', '--expect', 'sticky', '-o', 'json'])
    expectExit(ended, 0)
    const { status } = surveyOf(ended)
    expect(status.users).toMatchObject([
      {
        users: { sticky: 6 },
        control: 'spread',
        cause: { kind: 'cookie', cookies: expect.arrayContaining(['route']) },
      },
    ])
    for (const { cookies = [], backends } of status.cells.slice(0, 6)) {
      const route = cookies.find(({ name }) => name === 'route')
      expect(route).toMatchObject({ set: 1, disagreed: 0 })
      const letter = status.backends.find(({ name }) => name === route?.names)?.letter
      expect(backends.map((backend) => backend.letter)).toEqual([letter])
    }
  })

  scenario('the users of several clients stay, each with a jar of its own', needs, async () => {
    const ended = await place.probe(['ingress/shop', '--clients', '3', '--sessions', '2', '-o', 'json'])
    expectExit(ended, 0)
    const { status } = surveyOf(ended)
    expect(status.users).toMatchObject([{ users: { sticky: 6 }, control: 'spread' }])
  })

  for (const [own, attribute, why] of [
    [{ secure: 'true' }, '; Secure', 'secure-over-http'],
    [{ samesite: 'none' }, '; SameSite=None', 'samesite-none'],
    [{ domain: 'elsewhere.lab' }, '; Domain=elsewhere.lab', 'domain'],
  ] as const)
    scenario(`a cookie that browsers do not take or send: ${why}`, needs, async () => {
      await place.apply(sticky(true, own))
      await gatewayFollows(asked(), ({ cookies }) => cookies.some((text) => text.includes(attribute)))
      const ended = await place.probe(['ingress/shop', '-o', 'json'])
      expectExit(ended, 3)
      const { status } = surveyOf(ended)
      expect(status.users).toMatchObject([
        { users: { sticky: 0 }, cause: { kind: 'never-sent', cookie: 'route', why } },
      ])
      expect(status).toMatchObject({ breaks: { at: 'browser' } })
    })

  scenario(
    'connections that it hands on are not probed, and nobody is told to',
    [...needs, 'real gateways'],
    async () => {
      await place.apply({
        apiVersion: 'traefik.io/v1alpha1',
        kind: 'IngressRouteTCP',
        metadata: { name: 'raw' },
        spec: {
          routes: [{ match: `HostSNI(\`raw.${place.name}.lab\`)`, services: [{ name: 'web', port: 80 }] }],
          tls: { passthrough: true },
        },
      })
      const explained = await run(site, ['explain', '-n', place.name, 'ingressroutetcp/raw'])
      expectExit(explained, 0)
      expect(explained.stdout).toMatch(/Traefik, TCP/)
      expect(explained.stdout).not.toMatch(/^prove/m)
      const ended = await place.probe(['ingressroutetcp/raw'])
      expectExit(ended, 1)
      expect(ended.stderr).toMatch(
        /^error: ingressroutetcp\/raw hands on connections.*\n {2}ask what is behind it: svc\/web$/m,
      )
    },
  )

  scenario('each change of pod is told when it happens', needs, async () => {
    await place.apply(sticky(false))
    await gatewayFollows(asked(), sets('route', false))
    const ended = await place.probe([
      'ingress/shop',
      '--watch',
      '--duration',
      '1s',
      '--sessions',
      '2',
      '--expect',
      'sticky',
      '-o',
      'json',
    ])
    const lines = ended.stdout
      .trim()
      .split('\n')
      .map((line): { kind?: string; session?: number } => JSON.parse(line))
    expect(lines.at(-1)?.kind).toBe('ProbeSurveyReport')
    const users = new Set(lines.slice(0, -1).map(({ session }) => session))
    expect(users).toEqual(new Set([0, 1]))
  })
})

describeOnce("Traefik's IngressRoute to the address of a Service, and by a hash", () => {
  const place = usePlayground()
  const asked = (name: string): Asked => ({
    address: site.reachedAt('traefik'),
    host: `${name}.${place.name}.lab`,
  })
  const route = (name: string, backend: object): object => ({
    apiVersion: 'traefik.io/v1alpha1',
    kind: 'IngressRoute',
    metadata: { name },
    spec: {
      entryPoints: ['web'],
      routes: [{ kind: 'Rule', match: `Host(\`${asked(name).host}\`)`, services: [backend] }],
    },
  })

  beforeAll(async () => {
    if (!needs.every((need) => site.capabilities.has(need))) return
    const backend = { name: 'web', port: 80 }
    await place.deploy(
      sessionApp(site, 'web'),
      service('web'),
      route('native', { ...backend, nativeLB: true, sticky: { cookie: { name: 'native' } } }),
      route('hashed', { ...backend, strategy: 'hrw' }),
    )
    await gatewayFollows(asked('native'), sets('native'))
    await gatewayFollows(asked('hashed'), ({ status }) => status === 200)
  })

  scenario('breaks behind Traefik, and it is said where and why', needs, async () => {
    const ended = await place.probe(['ingressroute/native'])
    expectExit(ended, 3)
    expect(ended.stdout).toMatch(/affinity by the cookie native, though the Service decides/)
    expect(ended.stdout).toMatch(/^breaks {2}at service\/web: Traefik sends to it and not to the pods/m)
    expect(ended.stdout).toMatch(/^likely {2}AFF-TRA-ONE-SERVER nativeLB/m)
    expect(ended.stdout).toMatch(/names another pod than answers in \d+ answers/)
  })

  // Traefik has learned of all pods by now.
  scenario('a hash of the address holds everybody, as it is configured to', needs, async () => {
    const ended = await place.probe(['ingressroute/hashed'])
    expectExit(ended, 0)
    expect(ended.stdout.replaceAll(/\s+/g, ' ')).toContain(
      'STICKY as configured 6 of 6 users stayed on their pod, and so did requests that keep nothing: by hash of client address',
    )
  })
})

describeOnce("S4: Traefik's provider for ingress-nginx's annotations, with regular expressions", () => {
  const place = usePlayground()
  const apps = ['app1', 'app2'] as const
  const host = (): string => `shop.${place.name}.lab`
  const asked = (app: string): Asked => ({
    address: site.reachedAt('traefik'),
    host: host(),
    path: `/${app}/x`,
  })
  /** The walkthrough's own Ingress, but for the class. */
  const shop = (name: string, of: readonly string[], more: Record<string, string>): object =>
    ingress(name, host(), {
      className: 'nginx-traefik',
      paths: of.map((app) => ingressPath(`/(${app}/.*)`, app, 'ImplementationSpecific')),
      annotations: Object.fromEntries(
        Object.entries({ 'use-regex': 'true', 'rewrite-target': '/$1', ...more }).map(([key, value]) => [
          `nginx.ingress.kubernetes.io/${key}`,
          value,
        ]),
      ),
    })
  const change = (...words: string[]) => run(site, [...words, '-n', place.name])
  const paths = apps.flatMap((app) => ['--path', `/${app}/x`])
  /** So many that some come back to another pod, whatever chance does. */
  const users = 14

  beforeAll(async () => {
    if (!needs.every((need) => site.capabilities.has(need))) return
    await place.deploy(
      ...apps.flatMap((app) => [sessionApp(site, app), service(app, { spec: { type: 'NodePort' } })]),
      shop('shop', apps, {}),
    )
    for (const app of apps) await gatewayFollows(asked(app), sets('route', false))
  })

  scenario(
    'one cookie for two Services is refused, as each would replace that of the other',
    needs,
    async () => {
      const before = await place.probe(['ingress/shop', ...paths])
      expectExit(before, 0)
      expect(before.stdout).toMatch(/^SPREAD {3}at each of 3 places: users with a cookie jar do not stay/m)
      const refused = await change('enable', 'ingress/shop', '--cookie', 'route')
      expectExit(refused, 1)
      expect(refused.stderr).toContain(
        "Traefik would give both a cookie of this name, and each would overwrite the other's",
      )
    },
  )

  scenario(
    'written by hand it keeps users in one application, and not on their way back',
    needs,
    async () => {
      const cookie = { affinity: 'cookie', 'session-cookie-name': 'route', 'session-cookie-path': '/' }
      await place.apply(shop('shop', apps, { ...cookie, 'session-cookie-hash': 'sha1' }))
      for (const app of apps) await gatewayFollows(asked(app), sets('route'))
      const explained = await change('explain', 'ingress/shop')
      for (const app of apps)
        expect(explained.stdout).toMatch(
          new RegExp(
            String.raw`Traefik \(for ingress-nginx\)\) ── cookie "route"\s+─+► svc/${app} pods +decides`,
          ),
        )
      const words = explained.stdout.replaceAll(/\s+/g, ' ')
      expect(words).toContain('AFF-NGX-DEAD-ANNOTATION session-cookie-hash has no effect since 0.24 (2019)')
      expect(words).toMatch(
        /AFF-TRA-ONE-COOKIE-NAME on \S+ the cookie of app2 has the name and path of that of app1/,
      )
      const held = await place.probe(['ingress/shop', ...paths, '--sessions', String(users), '-o', 'json'])
      expectExit(held, 3)
      const { users: places, crossings, strangers } = surveyOf(held).status
      expect(places?.map(({ result }) => result)).toEqual(['as-expected', 'as-expected', 'differs'])
      expect(places?.[2]?.cause).toMatchObject({ kind: 'elsewhere', from: 0 })
      // Between two Services there is no pod to keep.
      expect(crossings).toMatchObject([{ from: 0, to: 2, isReturn: true, users }])
      expect(strangers).toBeUndefined()
      expectExit(await change('disable', 'ingress/shop'), 0)
      for (const app of apps) await gatewayFollows(asked(app), sets('route', false))
    },
  )

  scenario('enable and disable, with an Ingress and a cookie for each', needs, async () => {
    await place.kubectl('delete', 'ingress', 'shop')
    await place.apply(...apps.map((app) => shop(app, [app], {})))
    for (const app of apps) {
      expectExit(await change('enable', `ingress/${app}`, '--cookie', `of-${app}`), 0)
      await gatewayFollows(asked(app), sets(`of-${app}`))
      const held = await place.probe([`ingress/${app}`, '--path', `/${app}/x`, '-o', 'json'])
      expectExit(held, 0)
      expect(surveyOf(held).status.users).toMatchObject([
        { users: { sticky: 6 }, control: 'spread', cause: { kind: 'cookie', cookies: [`of-${app}`] } },
      ])
      expectExit(await change('disable', `ingress/${app}`), 0)
      await gatewayFollows(asked(app), sets(`of-${app}`, false))
    }
    const after = await place.probe(['ingress/app1', '--path', '/app1/x'])
    expectExit(after, 0)
    expect(after.stdout).toMatch(/^SPREAD {3}users with a cookie jar do not stay/m)
  })
})
