import { beforeAll, expect } from 'vitest'
import { gatewayFollows, sessionApp, sets, stickyIngress } from '../../support/gateways.ts'
import { deployment, listensOn, service } from '../../support/manifests.ts'
import { usePlayground } from '../../support/namespace.ts'
import { expectExit, surveyOf } from '../../support/report.ts'
import { describeOnce, scenario } from '../../support/scenario.ts'
import { gateway, site } from '../../support/site.ts'

/** A load balancer in front of an Ingress controller, which gives a cookie of its own with each answer. */
const balancer = `const http = require('http')
http.createServer((request, response) => {
  const { url: path, headers } = request
  http.get({ host: process.env.GATEWAY, port: 80, path, headers, agent: false }, (answer) => {
    const id = require('crypto').randomBytes(40).toString('base64')
    const own = ['AWSALB=' + id + '; Path=/; Expires=' + new Date(Date.now() + 6048e5).toUTCString()]
    response.writeHead(answer.statusCode, { ...answer.headers, 'set-cookie': [...(answer.headers['set-cookie'] ?? []), ...own] })
    answer.pipe(response)
  }).on('error', () => response.destroy())
}).listen(8000)`

/** The same, which hands on no other cookie to whoever has one of its own. */
const jealous = balancer.replace(
  'http.get({ host',
  'if (/AWSALB=/.test(headers.cookie)) headers.cookie = headers.cookie.match(/AWSALB=[^;]*/)[0]\n  http.get({ host',
)

/** A cache in front of an Ingress controller, which stores whatever it gets, cookies included, as long as it lives. */
const cache = `const http = require('http')
const stored = new Map()
http.createServer((request, response) => {
  const { url: path, headers } = request
  const hit = stored.get(path)
  if (hit) return response.writeHead(hit.status, { ...hit.headers, age: 1, 'x-cache': 'HIT' }).end(hit.body)
  http.get({ host: process.env.GATEWAY, port: 80, path, headers, agent: false }, async (answer) => {
    const body = Buffer.concat(await answer.toArray())
    const { 'transfer-encoding': _, ...kept } = answer.headers
    stored.set(path, { status: answer.statusCode, headers: kept, body })
    response.writeHead(answer.statusCode, { ...kept, 'x-cache': 'MISS' }).end(body)
  }).on('error', () => response.destroy())
}).listen(8000)`

/** A program in front of the controller, and the Service that leads to it. */
const inFront = (name: string, program: string): object[] => [
  deployment(name, 1, {
    name,
    image: site.images.node,
    command: ['node', '-e', program],
    env: [{ name: 'GATEWAY', value: site.gatewayAddress('ingress-nginx') }],
    readinessProbe: listensOn(8000),
    ports: [{ containerPort: 8000 }],
  }),
  service(name, { ports: [{ port: 80, targetPort: 8000 }] }),
]

describeOnce('a load balancer or a cache in front of an Ingress with a cookie', () => {
  const place = usePlayground()
  const needs = [gateway('ingress-nginx')] as const
  const host = (): string => `shop.${place.name}.lab`
  const addressOf = async (name: string): Promise<string> =>
    (await place.kubectl('get', 'service', name, '-o', 'jsonpath={.spec.clusterIP}')).trim()

  beforeAll(async () => {
    if (!needs.every((need) => site.capabilities.has(need))) return
    await place.deploy(
      sessionApp(site, 'shop'),
      service('shop'),
      stickyIngress('shop', host()),
      ...inFront('edge', balancer),
      ...inFront('jealous', jealous),
      ...inFront('cache', cache),
    )
    await gatewayFollows({ address: site.reachedAt('ingress-nginx'), host: host() }, sets('route'))
  })

  scenario('it is told which of them holds users', needs, async () => {
    const ended = await place.probe(['ingress/shop', '--address', await addressOf('edge'), '-o', 'json'])
    expectExit(ended, 0)
    const { dropped, strangers } = surveyOf(ended).status
    const [route, balanced] = ['route', 'AWSALB'].map((name) =>
      dropped?.find(({ cookie }) => cookie === name),
    )
    expect(route).toMatchObject({ users: 6 })
    expect(route?.moved).toBeGreaterThan(4)
    expect(balanced).toMatchObject({ users: 6, moved: 0 })
    expect(strangers).toMatchObject([{ kind: 'another-proxy', cookie: 'AWSALB' }])
  })

  scenario('and where one takes the other away, it is told which', needs, async () => {
    const ended = await place.probe(['ingress/shop', '--address', await addressOf('jealous')])
    expectExit(ended, 3)
    const words = ended.stdout.replaceAll(/\s+/g, ' ')
    expect(words).toContain(
      'breaks before ingress-nginx: users stay without the cookie of whoever stands there',
    )
    expect(words).toMatch(/without .*AWSALB 0 of 6 users lost their pod/)
    expect(words).toMatch(/without .*route [3-6] of 6 users lost their pod/)
  })

  scenario('what a cache in front says is of no pod, and is not asked again', needs, async () => {
    const ended = await place.probe(['ingress/shop', '--address', await addressOf('cache')])
    expectExit(ended, 0)
    const words = ended.stdout.replaceAll(/\s+/g, ' ')
    expect(words).toMatch(/\d+ answers? came from a cache and not from a pod/)
    expect(words).toMatch(/given by a cache [\w ]+: to everybody the same/)
    expect(words).toContain('STICKY by the cookie route 6 of 6 users with it stayed')
  })
})
