import { afterAll, beforeAll, expect } from 'vitest'
import { gatewayFollows, sessionApp, sets, stickyIngress } from '../../support/gateways.ts'
import { app, certificateFor, certificateOf, service } from '../../support/manifests.ts'
import { usePlayground } from '../../support/namespace.ts'
import { expectExit, surveyOf } from '../../support/report.ts'
import { tlsWays } from '../../support/tls-ways.ts'
import { describeOnce, scenario } from '../../support/scenario.ts'
import { gateway, site } from '../../support/site.ts'

const listOf = (items: object[]): string => JSON.stringify({ apiVersion: 'v1', kind: 'List', items })

describeOnce('an Ingress that is served over TLS', () => {
  const place = usePlayground()
  const needs = [gateway('ingress-nginx')] as const
  const host = (name = 'shop'): string => `${name}.${place.name}.lab`
  const secure = (hostName: string, secretName: string): object => {
    const { spec, ...rest } = stickyIngress('shop', hostName) as { spec: object }
    return { ...rest, spec: { ...spec, tls: [{ hosts: [hostName], secretName }] } }
  }
  const apply = async (hostName: string, secretName: string): Promise<void> => {
    await place.apply(secure(hostName, secretName))
    const asked = { address: site.reachedAt('ingress-nginx'), host: hostName }
    // Over http it is told to come by TLS.
    await gatewayFollows(asked, ({ status }) => status === 308)
  }

  beforeAll(async () => {
    if (!needs.every((need) => site.capabilities.has(need))) return
    await place.deploy(
      sessionApp(site, 'shop'),
      service('shop'),
      certificateOf('good', host()),
      certificateOf('foreign', host('other')),
      certificateOf('expired', host('old'), true),
    )
  })

  scenario('is verified by the Secret of its host, whoever signed it', needs, async () => {
    await apply(host(), 'good')
    const ended = await place.probe(['ingress/shop', '-o', 'json'])
    expectExit(ended, 0)
    const { spec, status } = surveyOf(ended)
    expect(spec.entries).toMatchObject([{ port: 443, front: { scheme: 'https', hostName: host() } }])
    expect(status.users).toMatchObject([{ users: { sticky: 6 }, cause: { kind: 'cookie' } }])
    // nginx sets it for TLS only where it speaks TLS itself.
    expect(status.cells[0]?.cookies?.find(({ name }) => name === 'route')?.first.secure).toBe(true)
  })

  scenario('who asks over http is led there, and keeps the cookie that came over TLS', needs, async () => {
    const ended = await place.probe(['ingress/shop', '--scheme', 'http', '-o', 'json'])
    expectExit(ended, 0)
    const { spec, status } = surveyOf(ended)
    expect(spec.entries).toMatchObject([{ port: 80, front: { scheme: 'http' } }])
    const [jar] = status.cells
    expect(jar?.redirects).toBe(jar?.totals.requests)
    expect(status.users).toMatchObject([{ users: { sticky: 6 }, cause: { kind: 'cookie' } }])
  })

  scenario('it need not be verified', needs, async () => {
    const ended = await place.probe(['ingress/shop', '--insecure', '--sessions', '2'])
    expectExit(ended, 0)
  })

  scenario(
    'where that of the Secret is for another name, it is told that the one shown is not trusted',
    needs,
    async () => {
      await apply(host(), 'foreign')
      // The controller shows its own where that of the Secret is for another name.
      await gatewayFollows(
        { address: site.reachedAt('ingress-nginx'), host: host(), isSecure: true },
        ({ certificate }) => certificate !== '' && !certificate.includes(host()),
      )
      const ended = await place.probe(['ingress/shop', '--requests', '3', '--sessions', '1'])
      expectExit(ended, 4)
      expect(ended.stdout).toMatch(/nobody who is trusted signed the\s+certificate/)
      // The sandbox's has a certificate of its own.
      if (site.capabilities.has('real gateways'))
        expect(ended.stdout.replaceAll(/\s+/g, ' ')).toContain(
          'for Kubernetes Ingress Controller Fake Certificate, ingress.local',
        )
    },
  )

  scenario('one that has expired is told', needs, async () => {
    await apply(host('old'), 'expired')
    const ended = await place.probe(['ingress/shop', '--requests', '3', '--sessions', '1'])
    expectExit(ended, 4)
    expect(ended.stdout).toMatch(/the\s+certificate\s+has\s+expired/)
  })
})

for (const way of tlsWays) {
  describeOnce(`TLS at ${way.name}, by two names at one address`, () => {
    const place = usePlayground()
    const needs = [gateway(way.name)] as const
    const isThere = needs.every((need) => site.capabilities.has(need))
    const host = (name: string): string => `${name}.${place.name}.lab`
    // Secrets may have to be beside those of others.
    const secret = (name: string): string => `${place.name}-${name}`
    const certificates = (): object[] => [
      certificateOf(secret('shop'), host('shop')),
      certificateOf(secret('wrong'), 'elsewhere.lab'),
    ]

    beforeAll(async () => {
      if (!isThere) return
      const { secretsIn } = way
      if (secretsIn !== undefined)
        await site.kubectl(['-n', secretsIn, 'apply', '-f', '-'], listOf(certificates()))
      await place.deploy(
        sessionApp(site, 'shop'),
        ...(secretsIn === undefined ? certificates() : []),
        ...way.shared(),
        ...['shop', 'wrong'].flatMap((name) => way.objects(name, host(name), secret(name))),
      )
      for (const name of ['shop', 'wrong'])
        await gatewayFollows(
          { address: site.reachedAt(way.name), host: host(name), isSecure: true },
          sets(way.cookie),
        )
    })
    afterAll(async () => {
      if (isThere && way.secretsIn !== undefined)
        await site.kubectl(['-n', way.secretsIn, 'delete', 'secret', secret('shop'), secret('wrong')])
    })

    scenario('what is shown is verified by the Secret of the name', needs, async () => {
      const ended = await place.probe([`${way.kind}/shop`, '-o', 'json'])
      expectExit(ended, 0)
      const { spec, status } = surveyOf(ended)
      expect(spec.entries).toMatchObject([
        { port: 443, front: { scheme: 'https', hostName: host('shop'), policy: { kind: 'cookie' } } },
      ])
      expect(status.users).toMatchObject([
        {
          users: { sticky: 6 },
          control: 'spread',
          cause: { kind: 'cookie', cookies: expect.arrayContaining([way.cookie]) },
        },
      ])
    })

    scenario('HTTP/2 is agreed on there, and HTTP/1.1 where it is not offered', needs, async () => {
      const [second, first] = await Promise.all([
        place.probe([`${way.kind}/shop`, '--http2']),
        place.probe([`${way.kind}/shop`]),
      ])
      expectExit(second, 0)
      expectExit(first, 0)
      expect(second.stdout).toMatch(/ at \S+:443 in HTTP\/2$/m)
      expect(first.stdout).toMatch(/ at \S+:443\s+affinity by/)
    })

    scenario('a certificate that is for another name is told', needs, async () => {
      const ended = await place.probe([`${way.kind}/wrong`, '--requests', '3', '--sessions', '1'])
      expectExit(ended, 4)
      expect(ended.stdout.replaceAll(/\s+/g, ' ')).toContain(
        way.shows === 'own'
          ? 'nobody who is trusted signed the certificate'
          : `the certificate is for elsewhere.lab, and not for ${host('wrong')}`,
      )
    })
  })
}

describeOnce('an HTTPRoute at a listener for HTTPS', () => {
  const place = usePlayground()
  const needs = [gateway('envoy-gateway')] as const
  const host = (name = 'shop'): string => `${name}.${place.name}.lab`
  const route = (name: string, sectionName: string, rule: object): object => ({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name },
    spec: { parentRefs: [{ name: 'edge', sectionName }], hostnames: [host(name)], rules: [rule] },
  })
  const sticky = {
    backendRefs: [{ name: 'shop', port: 80 }],
    sessionPersistence: { sessionName: 'route', type: 'Cookie' },
  }

  beforeAll(async () => {
    if (!needs.every((need) => site.capabilities.has(need))) return
    const listener = (name: string, port: number, hostname: string, secret: string): object => ({
      name,
      port,
      protocol: 'HTTPS',
      hostname,
      tls: { mode: 'Terminate', certificateRefs: [{ kind: 'Secret', name: secret }] },
    })
    await place.deploy(
      sessionApp(site, 'shop'),
      service('shop', { ports: [{ name: 'http', port: 80, targetPort: 8080 }] }),
      certificateOf('good', host()),
      certificateOf('foreign', 'elsewhere.lab'),
      {
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'Gateway',
        metadata: { name: 'edge' },
        spec: {
          gatewayClassName: 'eg',
          listeners: [
            { name: 'http', port: 80, protocol: 'HTTP' },
            listener('https', 443, host(), 'good'),
            listener('wrong', 443, host('wrong'), 'foreign'),
          ],
        },
      },
      route('shop', 'https', sticky),
      route('wrong', 'wrong', sticky),
      route('plain', 'http', sticky),
    )
    await place.kubectl(
      'wait',
      '--for=condition=Programmed',
      'gateways.gateway.networking.k8s.io/edge',
      '--timeout=90s',
    )
    const path = 'jsonpath={.status.addresses[0].value}'
    const address = (
      await place.kubectl('get', 'gateways.gateway.networking.k8s.io', 'edge', '-o', path)
    ).trim()
    if (site.capabilities.has('a way in from here'))
      await gatewayFollows({ address, host: host('plain') }, sets('route'))
  })

  scenario('is asked there, by the name of its host', needs, async () => {
    const ended = await place.probe(['httproute/shop', '-o', 'json'])
    expectExit(ended, 0)
    const { spec, status } = surveyOf(ended)
    expect(spec.entries).toMatchObject([{ port: 443, front: { scheme: 'https' } }])
    expect(status.users).toMatchObject([
      { users: { sticky: 6 }, control: 'spread', cause: { kind: 'cookie', cookies: ['route'] } },
    ])
  })

  scenario('the Gateway itself can be named, with a host that it serves', needs, async () => {
    const ended = await place.probe(['gateway/edge', '--host', host(), '-o', 'json'])
    expectExit(ended, 0)
    const { spec, status } = surveyOf(ended)
    expect(spec.target).toMatchObject({ kind: 'gateway', name: 'edge' })
    expect(spec.entries).toMatchObject([{ port: 443, front: { scheme: 'https' } }])
    expect(status.users).toMatchObject([{ users: { sticky: 6 }, cause: { kind: 'cookie' } }])
  })

  scenario('HTTP/2 is agreed on', needs, async () => {
    const ended = await place.probe(['httproute/shop', '--http2'])
    expectExit(ended, 0)
    expect(ended.stdout).toMatch(/ at \S+:443 in HTTP\/2$/m)
  })

  scenario('a certificate for another name is told, with both names', needs, async () => {
    const ended = await place.probe(['httproute/wrong', '--requests', '3', '--sessions', '1'])
    expectExit(ended, 4)
    const words = ended.stdout.replaceAll(/\s+/g, ' ')
    expect(words).toContain(`the certificate is for elsewhere.lab, and not for ${host('wrong')}`)
  })
})

describeOnce('a server that knows no HTTP/2', () => {
  const place = usePlayground()
  const needs = [gateway('envoy-gateway')] as const
  const own = certificateFor('secure', place.name)

  scenario('goes on in HTTP/1.1 where HTTP/2 was offered, and that is told', needs, async () => {
    await place.deploy(
      app(site, 'secure', { certificate: own }),
      service('secure', { ports: [{ name: 'https', port: 443, targetPort: 8443 }] }),
    )
    const address = (
      await place.kubectl('get', 'service', 'secure', '-o', 'jsonpath={.spec.clusterIP}')
    ).trim()
    const way = ['svc/secure', '--address', address, '--host', `secure.${place.name}.svc`]
    const ended = await place.probe([
      ...way,
      '--scheme',
      'https',
      '--insecure',
      '--http2',
      '--expect',
      'spread',
    ])
    expectExit(ended, 0)
    expect(ended.stdout).not.toMatch(/ in HTTP\/2$/m)
    expect(ended.stdout.replaceAll(/\s+/g, ' ')).toContain('and HTTP/1.1 chosen there (ALPN)')
  })
})
