import { beforeAll, expect } from 'vitest'
import { gatewayFollows, ingress, ingressPath, sessionApp, sets } from '../../support/gateways.ts'
import { hashedByIstio, userCookie } from '../../support/hashes.ts'
import { certificateOf, service, smallApp } from '../../support/manifests.ts'
import { usePlayground } from '../../support/namespace.ts'
import { expectExit, surveyOf } from '../../support/report.ts'
import { describeOnce, scenario } from '../../support/scenario.ts'
import { tlsWays } from '../../support/tls-ways.ts'
import { gateway, site } from '../../support/site.ts'

type Place = ReturnType<typeof usePlayground>

const hostOf = ({ name }: Place): string => `shop.${name}.lab`

/** A Gateway with TLS, and its way to the Service `shop`. */
const edge = (place: Place, gatewayClassName: string, more: object, rule: object): object[] => [
  certificateOf('edge', hostOf(place)),
  {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: 'edge' },
    spec: {
      gatewayClassName,
      ...more,
      listeners: [
        {
          name: 'https',
          port: 443,
          protocol: 'HTTPS',
          tls: { mode: 'Terminate', certificateRefs: [{ kind: 'Secret', name: 'edge' }] },
        },
      ],
    },
  },
  {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'shop' },
    spec: {
      parentRefs: [{ name: 'edge' }],
      hostnames: [hostOf(place)],
      rules: [{ backendRefs: [{ name: 'shop', port: 80 }], ...rule }],
    },
  },
]

const named = (): object => service('shop', { ports: [{ name: 'http', port: 80, targetPort: 8080 }] })

async function edgeFollows(place: Place, cookie: string): Promise<void> {
  const kind = 'gateways.gateway.networking.k8s.io'
  await place.kubectl('wait', '--for=condition=Programmed', `${kind}/edge`, '--timeout=90s')
  const path = 'jsonpath={.status.addresses[0].value}'
  const address = (await place.kubectl('get', kind, 'edge', '-o', path)).trim()
  await gatewayFollows({ address, host: hostOf(place), isSecure: true }, sets(cookie))
}

/** What users with a jar see, and those without, of so many pods. */
async function usersStay(
  place: Place,
  cookie: string,
  pods: number,
  target = 'httproute/shop',
): Promise<void> {
  const ended = await place.probe([target, '-o', 'json'])
  expectExit(ended, 0)
  const { spec, status } = surveyOf(ended)
  expect(spec.entries).toMatchObject([{ port: 443, front: { scheme: 'https' } }])
  expect(status.users).toMatchObject([
    { users: { sticky: 6 }, control: 'spread', cause: { kind: 'cookie', cookies: [cookie] } },
  ])
  expect(status.endpoints).toMatchObject({ ready: pods, eligible: pods })
  const [, , , , , , control] = status.cells
  expect(control?.backends.length).toBeGreaterThan(pods / 4)
  const answered = status.backends.reduce((sum, { hits }) => sum + hits, 0)
  expect(answered).toBe(status.cells.reduce((sum, { totals }) => sum + totals.answered, 0))
}

/** Whether one replica of the gateway knows the cookie that another one gave. */
async function replicasAgree(place: Place, target: string, cookie: string): Promise<void> {
  const ended = await place.probe([target, '--replicas', '-o', 'json'])
  expectExit(ended, 0)
  const { crossings, users } = surveyOf(ended).status
  expect(crossings?.[0]).toMatchObject({ from: 0, to: 1, isReplica: true, users: 6, same: 6 })
  expect(crossings?.[0]?.cookies).toContain(cookie)
  expect(users?.map(({ result }) => result)).toEqual(users?.map(() => 'as-expected'))
}

async function scaled(place: Place, replicas: number): Promise<void> {
  await place.kubectl('scale', 'deployment/shop', `--replicas=${replicas}`)
  const pods = async (): Promise<number> =>
    (await place.kubectl('get', 'pods', '-l', 'app=shop', '-o', 'name')).trim().split('\n').length
  await expect.poll(pods, { timeout: 60_000, interval: 250 }).toBe(replicas)
  await place.proxiesFollow()
}

describeOnce('two replicas of Envoy Gateway, TLS, and 20 pods', () => {
  const place = usePlayground()
  const needs = [gateway('envoy-gateway'), 'real gateways'] as const

  beforeAll(async () => {
    if (!needs.every((need) => site.capabilities.has(need))) return
    const read = await site.kubectl(['-n', 'envoy-gateway-system', 'get', 'envoyproxy', 'lab', '-o', 'json'])
    const { apiVersion, kind, spec } = JSON.parse(read)
    spec.provider.kubernetes.envoyDeployment.replicas = 2
    const parametersRef = { group: 'gateway.envoyproxy.io', kind, name: 'two' }
    const sessionPersistence = { sessionName: 'route', type: 'Cookie' }
    await place.deploy(
      smallApp(site, 'shop', 20),
      named(),
      { apiVersion, kind, metadata: { name: 'two' }, spec },
      ...edge(place, 'eg', { infrastructure: { parametersRef } }, { sessionPersistence }),
    )
    await edgeFollows(place, 'route')
    const own = `gateway.envoyproxy.io/owning-gateway-namespace=${place.name}`
    const rollout = ['-n', 'envoy-gateway-system', 'rollout', 'status', 'deployment', '-l', own]
    await site.kubectl([...rollout, '--timeout=90s'])
  })

  scenario('users stay on one of 20', needs, async () => await usersStay(place, 'route', 20))
  scenario('the record of one replica holds at the other', needs, async () => {
    await replicasAgree(place, 'httproute/shop', 'route')
  })
  scenario('users stay on one of 2', needs, async () => {
    await scaled(place, 2)
    await usersStay(place, 'route', 2)
  })
})

describeOnce('TLS at Traefik, and 20 pods', () => {
  const place = usePlayground()
  const needs = [gateway('traefik'), 'real gateways'] as const
  const [way] = tlsWays.filter(({ name }) => name === 'traefik')

  beforeAll(async () => {
    if (!needs.every((need) => site.capabilities.has(need))) return
    await place.deploy(
      smallApp(site, 'shop', 20),
      certificateOf('edge', hostOf(place)),
      ...way!.shared(),
      ...way!.objects('shop', hostOf(place), 'edge'),
    )
    const asked = { address: site.reachedAt('traefik'), host: hostOf(place), isSecure: true } as const
    await gatewayFollows(asked, sets('route'))
  })

  scenario('users stay on one of 20', needs, async () => await usersStay(place, 'route', 20, 'ingress/shop'))
  scenario('users stay on one of 2', needs, async () => {
    await scaled(place, 2)
    await usersStay(place, 'route', 2, 'ingress/shop')
  })
})

describeOnce('two replicas of a Gateway of Istio, TLS, and 20 pods', () => {
  const place = usePlayground()
  const needs = [gateway('istio'), gateway('envoy-gateway'), 'real gateways'] as const

  beforeAll(async () => {
    if (!needs.every((need) => site.capabilities.has(need))) return
    await place.deploy(
      smallApp(site, 'shop', 20),
      named(),
      hashedByIstio('shop', userCookie),
      ...edge(place, 'istio', {}, {}),
    )
    await edgeFollows(place, 'user')
    await place.kubectl('scale', 'deployment/edge-istio', '--replicas=2')
    await place.kubectl('rollout', 'status', 'deployment/edge-istio', '--timeout=90s')
    await place.proxiesFollow()
  })

  scenario('users stay on one of 20', needs, async () => await usersStay(place, 'user', 20))
  scenario('both have the same ring', needs, async () => {
    await replicasAgree(place, 'httproute/shop', 'user')
  })
  scenario('users stay on one of 2', needs, async () => {
    await scaled(place, 2)
    await usersStay(place, 'user', 2)
  })
})

describeOnce('ingress-nginx and Traefik behind one address, as replicas are', () => {
  const place = usePlayground()
  const needs = [gateway('ingress-nginx'), gateway('traefik'), 'a way in from here'] as const
  let address = ''

  beforeAll(async () => {
    if (!needs.every((need) => site.capabilities.has(need))) return
    const podOf = async (namespace: string, name: string): Promise<string> => {
      const words = ['-n', namespace, 'get', 'pods', '-l', `app.kubernetes.io/name=${name}`]
      return (await site.kubectl([...words, '-o', 'jsonpath={.items[0].status.podIP}'])).trim()
    }
    const slice = (name: string, ip: string, port: number): object => ({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name, labels: { 'kubernetes.io/service-name': 'both' } },
      addressType: 'IPv4',
      ports: [{ name: 'http', port, protocol: 'TCP' }],
      endpoints: [{ addresses: [ip], conditions: { ready: true } }],
    })
    const { metadata, ...rest } = service('shop') as { metadata: object }
    const annotations = {
      'traefik.ingress.kubernetes.io/service.sticky.cookie': 'true',
      'traefik.ingress.kubernetes.io/service.sticky.cookie.name': 'route',
    }
    const paths = [ingressPath('/', 'shop')]
    const nginx = Object.fromEntries(
      Object.entries({
        affinity: 'cookie',
        'affinity-mode': 'persistent',
        'session-cookie-name': 'route',
      }).map(([key, value]) => [`nginx.ingress.kubernetes.io/${key}`, value]),
    )
    await place.deploy(
      sessionApp(site, 'shop'),
      { ...rest, metadata: { ...metadata, annotations } },
      ingress('old', hostOf(place), { className: 'nginx', paths, annotations: nginx }),
      ingress('new', hostOf(place), { className: 'traefik', paths }),
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'both' },
        spec: { ports: [{ name: 'http', port: 80 }] },
      },
      slice('old', await podOf('ingress-nginx', 'ingress-nginx'), 80),
      slice('new', await podOf('traefik', 'traefik'), 8000),
    )
    for (const name of ['ingress-nginx', 'traefik'] as const)
      await gatewayFollows({ address: site.reachedAt(name), host: hostOf(place) }, sets('route'))
    address = (await place.kubectl('get', 'service', 'both', '-o', 'jsonpath={.spec.clusterIP}')).trim()
  })

  scenario(
    'take the cookie of each other for none, and users who go from one to the other move',
    needs,
    async () => {
      // So many do not all find their pod again by chance.
      const words = ['ingress/old', '--address', address, '--replicas', '--sessions', '12']
      const ended = await place.probe([...words, '-o', 'json'])
      expectExit(ended, 3)
      const { crossings, users } = surveyOf(ended).status
      expect(crossings?.[0]).toMatchObject({
        isReplica: true,
        users: 12,
        cookies: expect.arrayContaining(['route']),
      })
      expect(crossings?.[0]?.same).toBeLessThan(12)
      expect(users?.[0]).toMatchObject({ users: { sticky: 12 }, result: 'as-expected' })
      expect(users?.[1]).toMatchObject({ result: 'differs', cause: { kind: 'elsewhere', from: 0 } })
    },
  )

  scenario('and the search for the hop that breaks ends between them', needs, async () => {
    const ended = await place.probe(['ingress/old', '--address', address, '-o', 'json'])
    expectExit(ended, 3)
    const { breaks } = surveyOf(ended).status
    expect(breaks?.at).toBe('replicas')
    expect(breaks?.checked.find(({ stage }) => stage === 'replicas')).toMatchObject({ changed: 0 })
  })
})
