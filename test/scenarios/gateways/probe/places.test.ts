import { beforeAll, expect, test } from 'vitest'
import { gatewayFollows, ingress, ingressPath, sessionApp, sets } from '../../support/gateways.ts'
import { deployment, listensOn, service } from '../../support/manifests.ts'
import { usePlayground } from '../../support/namespace.ts'
import { expectExit, surveyOf } from '../../support/report.ts'
import { describeOnce, scenario } from '../../support/scenario.ts'
import { gateway, site } from '../../support/site.ts'

const nginx = [gateway('ingress-nginx')] as const

describeOnce('users who go from one path of an Ingress to another', () => {
  const place = usePlayground()
  const host = (): string => `shop.${place.name}.lab`
  const shop = (services: [string, string], cookie: string): object =>
    ingress('shop', host(), {
      className: 'nginx',
      paths: ['/app1', '/app2'].map((path, index) => ingressPath(path, services[index]!)),
      annotations: Object.fromEntries(
        Object.entries({
          affinity: 'cookie',
          'affinity-mode': 'persistent',
          'session-cookie-name': cookie,
          'session-cookie-path': '/',
        }).map(([key, value]) => [`nginx.ingress.kubernetes.io/${key}`, value]),
      ),
    })
  const follows = async (path: string, cookie: string): Promise<void> =>
    await gatewayFollows({ address: site.reachedAt('ingress-nginx'), host: host(), path }, sets(cookie))

  beforeAll(async () => {
    if (!nginx.every((need) => site.capabilities.has(need))) return
    await place.deploy(sessionApp(site, 'app1'), sessionApp(site, 'app2'), service('app1'), service('app2'))
  })

  scenario('keep their pod and session where both lead to one Service', nginx, async () => {
    await place.apply(shop(['app1', 'app1'], 'one'))
    await follows('/app2', 'one')
    const counter = String.raw`regex:(\d+)th time`
    const ended = await place.probe(['ingress/shop', '--session-counter', counter, '-o', 'json'])
    expectExit(ended, 0)
    const { crossings, users, cells } = surveyOf(ended).status
    expect(crossings).toMatchObject([
      { from: 0, to: 1, isReturn: false, users: 6, same: 6 },
      { from: 0, to: 2, isReturn: true, users: 6, same: 6 },
    ])
    expect(users?.map(({ cause }) => cause)).toEqual(
      [0, 1, 2].map(() => ({ kind: 'cookie', cookies: ['one'] })),
    )
    const jars = cells.filter(({ session = 0 }) => session < 6)
    expect(jars.map(({ visits }) => visits?.lost)).toEqual(jars.map(() => 0))
  })

  scenario('lose it where two Services give a cookie of one name for one path', nginx, async () => {
    await place.apply(shop(['app1', 'app2'], 'both'))
    await follows('/app2', 'both')
    // So many that some come back to another pod, whatever chance does.
    const asked = [
      'ingress/shop',
      '--path',
      '/app1/x',
      '--path',
      '/app2/x',
      '--show-cookies',
      '--sessions',
      '14',
    ]
    const ended = await place.probe([...asked, '-o', 'json'])
    expectExit(ended, 3)
    const { users, strangers } = surveyOf(ended).status
    expect(users?.map(({ result }) => result)).toEqual(['as-expected', 'as-expected', 'differs'])
    expect(users?.[2]?.cause).toMatchObject({ kind: 'elsewhere', of: 14, from: 0 })
    expect(strangers).toBeUndefined()
    // The values of the proxy are told, those of the application are not.
    expect(ended.stdout).toMatch(/"shown":\s*\[\s*"[\da-f]{32}\|/)
    const text = await place.probe(asked)
    expectExit(text, 3)
    expect(text.stdout).toMatch(
      /^NOT STICKY {3}at \S+\/app1\/x again: \d+ of 14 users who\s+came\s+back\s+from/m,
    )
    expect(text.stdout).not.toMatch(/\b[\da-f]{16}\b/)
  })

  scenario('keep it on another host with a cookie whose domain holds both', nginx, async () => {
    const hosts = ['a', 'b'].map((name) => `${name}.two.${host()}`)
    const { spec, ...rest } = ingress('two', '', {
      className: 'nginx',
      paths: [ingressPath('/', 'app1')],
      annotations: Object.fromEntries(
        Object.entries({
          affinity: 'cookie',
          'affinity-mode': 'persistent',
          'session-cookie-name': 'wide',
          'session-cookie-domain': `two.${host()}`,
        }).map(([key, value]) => [`nginx.ingress.kubernetes.io/${key}`, value]),
      ),
    }) as { spec: { rules: [object] } }
    // The cookie of a Service is that of the youngest Ingress with affinity.
    await place.kubectl('delete', 'ingress', 'shop')
    await place.apply({
      ...rest,
      spec: { ...spec, rules: hosts.map((one) => ({ ...spec.rules[0], host: one })) },
    })
    for (const one of hosts)
      await gatewayFollows({ address: site.reachedAt('ingress-nginx'), host: one }, sets('wide'))
    const ended = await place.probe(['ingress/two', '-o', 'json'])
    expectExit(ended, 0)
    const { crossings, users } = surveyOf(ended).status
    expect(crossings).toMatchObject([
      { from: 0, to: 1, isReturn: false, users: 6, same: 6, cookies: ['wide'] },
      { from: 0, to: 2, isReturn: true, users: 6, same: 6 },
    ])
    expect(users?.map(({ cause }) => cause)).toEqual(
      [0, 1, 2].map(() => ({ kind: 'cookie', cookies: ['wide'] })),
    )
    await place.kubectl('delete', 'ingress', 'two')
    await place.apply(shop(['app1', 'app2'], 'both'))
    await follows('/app2', 'both')
  })

  scenario('a record replaces what it does not know, and knows what names a pod', nginx, async () => {
    const ended = await place.probe(['ingress/shop', '--path', '/app1/x', '--forge', '-o', 'json'])
    expectExit(ended, 0)
    const { forged } = surveyOf(ended).status
    expect(forged).toMatchObject({ cookie: 'both', points: 'at-a-pod' })
    expect(forged?.reports.map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['unknown', 'replaced'],
      ['named', 'kept'],
      ['stale', 'replaced'],
      ['foreign', 'replaced'],
    ])
  })

  scenario('through it from this machine, too', [...nginx, 'a way in from here'], async () => {
    const here = ['--clients', '0', '--via-local', '--path', '/app1/x']
    expectExit(await place.probe(['ingress/shop', ...here]), 0)
  })

  scenario('a record moves nobody when a pod comes', nginx, async () => {
    const scale = `kubectl -n ${place.name} scale deployment/app1 --replicas=4`
    const wait = `kubectl -n ${place.name} rollout status deployment/app1`
    const command = `${scale} && ${wait}`
    const ended = await place.probe(['ingress/shop', '--path', '/app1/x', '--during', command, '-o', 'json'])
    expectExit(ended, 0)
    expect(surveyOf(ended).status.during?.sessions).toMatchObject({
      users: 6,
      moved: 0,
      needless: 0,
      endpoints: { before: 3, came: 1, went: 0 },
      points: 'at-a-pod',
      share: 0,
    })
  })

  scenario('an Ingress and another stand beside each other', nginx, async () => {
    await place.apply(
      ingress('plain', `plain.${host()}`, { className: 'nginx', paths: [ingressPath('/', 'app1')] }),
    )
    await gatewayFollows(
      { address: site.reachedAt('ingress-nginx'), host: `plain.${host()}` },
      sets('JSESSIONID'),
    )
    const ended = await place.probe(['ingress/shop', '--compare', 'ingress/plain'])
    expectExit(ended, 0)
    expect(ended.stdout).toMatch(
      /^DIFFERENT {3}sticky through ingress\/shop, spread through ingress\/plain$/m,
    )
  })
})

/** A gateway that remembers in its own memory which pod a cookie is for. */
const forgetful = `const known = new Map()
const http = require('http')
const pods = process.env.PODS.split(',')
http.createServer((request, response) => {
  let [, id] = /\\bgw=(\\w+)/.exec(request.headers.cookie ?? '') ?? []
  const set = known.has(id) ? {} : { 'set-cookie': 'gw=' + (id = require('crypto').randomBytes(5).toString('hex')) + '; Path=/' }
  if (!known.has(id)) known.set(id, pods[Math.floor(Math.random() * pods.length)])
  const { path = request.url, headers } = request
  http.get({ host: known.get(id), port: 8080, path, headers, agent: false }, (answer) => {
    response.writeHead(answer.statusCode, { ...set })
    answer.pipe(response)
  })
}).listen(8000)`

describeOnce('replicas of a gateway that keep to themselves what they know', () => {
  const place = usePlayground()
  let address = ''

  beforeAll(async () => {
    await place.deploy(sessionApp(site, 'web'), service('web'))
    const pods = await place.kubectl(
      'get',
      'pods',
      '-l',
      'app=web',
      '-o',
      'jsonpath={.items[*].status.podIP}',
    )
    await place.deploy(
      deployment('gate', 2, {
        name: 'gate',
        image: site.images.node,
        command: ['node', '-e', forgetful],
        env: [{ name: 'PODS', value: pods.trim().split(/\s+/).join(',') }],
        readinessProbe: listensOn(8000),
        ports: [{ containerPort: 8000 }],
      }),
      service('gate', { ports: [{ port: 80, targetPort: 8000 }] }),
    )
    address = (await place.kubectl('get', 'service', 'gate', '-o', 'jsonpath={.spec.clusterIP}')).trim()
  })

  const through = (): string[] => ['svc/web', '--address', address, '--host', 'shop.lab']

  test('lose users who come from another one', async () => {
    const ended = await place.probe([...through(), '--replicas', '-o', 'json'])
    expectExit(ended, 3)
    const { users, crossings } = surveyOf(ended).status
    expect(crossings?.[0]).toMatchObject({ isReplica: true, cookies: ['gw'] })
    expect(users?.[0]).toMatchObject({ users: { sticky: 6 }, result: 'as-expected' })
    expect(users?.[1]).toMatchObject({ cause: { kind: 'elsewhere', from: 0 } })
  })
})
