import { beforeAll, expect } from 'vitest'
import { gatewayWays } from '../../support/gateway-ways.ts'
import { type Asked, gatewayFollows, sets, stickyIngress } from '../../support/gateways.ts'
import { deployment, listensOn, service } from '../../support/manifests.ts'
import { usePlayground } from '../../support/namespace.ts'
import { expectExit, surveyOf } from '../../support/report.ts'
import { describeOnce, scenario } from '../../support/scenario.ts'
import { gateway, site } from '../../support/site.ts'

/** Says who it is in each answer, and in the first message on each WebSocket. */
const socketServer = `const name = require('os').hostname()
const server = require('http').createServer({ keepAliveTimeout: 600_000 }, (request, response) => response.end(name))
server.on('upgrade', (request, socket) => {
  socket.on('error', () => {})
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n' +
    'Sec-WebSocket-Accept: ' + require('crypto').createHash('sha1')
      .update(request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64') + '\\r\\n\\r\\n')
  socket.write(Buffer.concat([Buffer.of(0x81, name.length), Buffer.from(name)]))
})
server.listen(8080)`

const app = (): object =>
  deployment('shop', 3, {
    name: 'server',
    image: site.images.node,
    command: ['node', '-e', socketServer],
    readinessProbe: listensOn(8080),
    ports: [{ containerPort: 8080 }],
  })

describeOnce('an Ingress whose users open WebSockets', () => {
  const place = usePlayground()
  const needs = [gateway('ingress-nginx')] as const
  const host = (): string => `shop.${place.name}.lab`

  beforeAll(async () => {
    if (!needs.every((need) => site.capabilities.has(need))) return
    await place.deploy(app(), service('shop'), stickyIngress('shop', host()))
    await gatewayFollows({ address: site.reachedAt('ingress-nginx'), host: host() }, sets('route'))
  })

  scenario('sends the cookie with them, and they stay', needs, async () => {
    const ended = await place.probe(['ingress/shop', '--websocket', '-o', 'json'])
    expectExit(ended, 0)
    const { spec, status } = surveyOf(ended)
    expect(spec.entries.map(({ front }) => front?.upgrade)).toEqual([undefined, 'websocket', undefined])
    expect(status.crossings?.[0]).toMatchObject({ from: 0, to: 1, users: 6, same: 6, cookies: ['route'] })
    expect(status.users?.[1]).toMatchObject({
      users: { sticky: 6 },
      control: 'spread',
      cause: { kind: 'cookie' },
    })
    const statuses = new Set(status.backends.flatMap(({ statuses }) => Object.keys(statuses ?? {})))
    expect(statuses).toContain('101')
  })
})

describeOnce('a gateway that is asked in HTTP/2', () => {
  const place = usePlayground()
  const needs = [gateway('envoy-gateway')] as const
  const [way] = gatewayWays.filter(({ name }) => name === 'envoy-gateway')
  const asked = (): Asked => ({ address: site.reachedAt('envoy-gateway'), host: `shop.${place.name}.lab` })

  beforeAll(async () => {
    if (!needs.every((need) => site.capabilities.has(need))) return
    const [route] = way!.objects(asked().host) as [{ spec: { rules: [object] } }]
    route.spec.rules = [
      { ...route.spec.rules[0], sessionPersistence: { sessionName: 'route', type: 'Cookie' } },
    ]
    await place.deploy(
      app(),
      service('shop', { ports: [{ name: 'http', port: 80, targetPort: 8080 }] }),
      route,
    )
    await gatewayFollows(asked(), sets('route'))
  })

  scenario('keeps its users', needs, async () => {
    const ended = await place.probe(['httproute/shop', '--http2'])
    expectExit(ended, 0)
    expect(ended.stdout).toMatch(/^ {8}through .* at \S+:80 in HTTP\/2$/m)
    expect(ended.stdout).toMatch(/^STICKY by the cookie route {3}6 of 6 users/m)
  })

  // The sandbox's speaks HTTP/1.1 to the pods of a GRPCRoute.
  scenario('says of a GRPCRoute what cannot be shown', [...needs, 'real gateways'], async () => {
    const [{ metadata: _, ...route }] = way!.objects(`calls.${place.name}.lab`) as [{ metadata: object }]
    await place.apply({ ...route, kind: 'GRPCRoute', metadata: { name: 'calls' } })
    await gatewayFollows({ ...asked(), host: `calls.${place.name}.lab` }, ({ status }) => status >= 500)
    const ended = await place.probe(['grpcroute/calls'])
    expectExit(ended, 4)
    expect(ended.stderr).toMatch(/requests are GETs and no calls of gRPC/)
    expect(ended.stdout.replaceAll(/\s+/g, ' ')).toContain('no answer is known to come from a pod')
  })

  scenario('makes up the same session for all of one connection, and for a WebSocket', needs, async () => {
    const ended = await place.probe(['httproute/shop', '--websocket', '-o', 'json'])
    expectExit(ended, 0)
    expect(surveyOf(ended).status.crossings?.[0]).toMatchObject({ users: 6, same: 6, cookies: ['route'] })
  })
})
