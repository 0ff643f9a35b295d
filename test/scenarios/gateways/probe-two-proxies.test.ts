import { beforeAll, expect } from 'vitest'
import { gatewayFollows, sessionApp, sets, stickyIngress } from '../support/gateways.ts'
import { deployment, listensOn, service } from '../support/manifests.ts'
import { usePlayground } from '../support/namespace.ts'
import { expectExit, surveyOf } from '../support/report.ts'
import { describeOnce, scenario } from '../support/scenario.ts'
import { gateway, site } from '../support/site.ts'

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

describeOnce('a load balancer with a cookie in front of an Ingress with one', () => {
  const place = usePlayground()
  const needs = [gateway('ingress-nginx')] as const
  const host = (): string => `shop.${place.name}.lab`
  let address = ''

  beforeAll(async () => {
    if (!needs.every((need) => site.capabilities.has(need))) return
    await place.deploy(
      sessionApp(site, 'shop'),
      service('shop'),
      stickyIngress('shop', host()),
      deployment('edge', 1, {
        name: 'edge',
        image: site.images.node,
        command: ['node', '-e', balancer],
        env: [{ name: 'GATEWAY', value: site.gatewayAddress('ingress-nginx') }],
        readinessProbe: listensOn(8000),
        ports: [{ containerPort: 8000 }],
      }),
      service('edge', { ports: [{ port: 80, targetPort: 8000 }] }),
    )
    address = (await place.kubectl('get', 'service', 'edge', '-o', 'jsonpath={.spec.clusterIP}')).trim()
    await gatewayFollows({ address: site.reachedAt('ingress-nginx'), host: host() }, sets('route'))
  })

  scenario('it is told which of them holds users', needs, async () => {
    const ended = await place.probe(['ingress/shop', '--address', address, '-o', 'json'])
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
})
