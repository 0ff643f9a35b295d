import { expect } from 'vitest'
import { run } from '../../support/command.ts'
import { gatewayFollows, sessionApp, sets } from '../../support/gateways.ts'
import { service } from '../../support/manifests.ts'
import { usePlayground } from '../../support/namespace.ts'
import { expectExit, surveyOf } from '../../support/report.ts'
import { describeOnce, scenario } from '../../support/scenario.ts'
import { gateway, site } from '../../support/site.ts'

const group = 'gateway.networking.k8s.io'

describeOnce('a listener of a ListenerSet', () => {
  const place = usePlayground()
  const needs = [gateway('envoy-gateway'), 'real gateways'] as const

  scenario('leads a route with a session to its pods', needs, async () => {
    const host = `shop.${place.name}.lab`
    await place.deploy(
      sessionApp(site, 'shop'),
      service('shop', { ports: [{ name: 'http', port: 80, targetPort: 8080 }] }),
      {
        apiVersion: `${group}/v1`,
        kind: 'Gateway',
        metadata: { name: 'edge' },
        spec: {
          gatewayClassName: 'eg',
          allowedListeners: { namespaces: { from: 'Same' } },
          listeners: [{ name: 'own', port: 8080, protocol: 'HTTP' }],
        },
      },
      {
        apiVersion: `${group}/v1`,
        kind: 'ListenerSet',
        metadata: { name: 'more' },
        spec: {
          parentRef: { name: 'edge' },
          listeners: [{ name: 'web', port: 80, protocol: 'HTTP', hostname: host }],
        },
      },
      {
        apiVersion: `${group}/v1`,
        kind: 'HTTPRoute',
        metadata: { name: 'shop' },
        spec: {
          parentRefs: [{ group, kind: 'ListenerSet', name: 'more' }],
          rules: [
            {
              backendRefs: [{ name: 'shop', port: 80 }],
              sessionPersistence: { sessionName: 'route', type: 'Cookie' },
            },
          ],
        },
      },
    )
    const edge = `gateways.${group}/edge`
    await place.kubectl('wait', '--for=condition=Programmed', edge, '--timeout=90s')
    const address = await place.kubectl('get', edge, '-o', 'jsonpath={.status.addresses[0].value}')
    await gatewayFollows({ address: address.trim(), host }, sets('route'))

    const explained = await run(site, ['explain', 'httproute/shop', '-n', place.name, '-o', 'json'])
    expectExit(explained, 0)
    const [path] = JSON.parse(explained.stdout).status.entries
    expect(path).toMatchObject({ host })
    expect(path.hops.at(-1)).toMatchObject({ policy: { kind: 'cookie', name: 'route' }, role: 'decides' })

    const ended = await place.probe(['httproute/shop', '-o', 'json'])
    expectExit(ended, 0)
    const { spec, status } = surveyOf(ended)
    expect(spec.entries).toMatchObject([{ port: 80 }])
    expect(status.users).toMatchObject([
      { expected: 'sticky', users: { spread: 0 }, cause: { kind: 'cookie', cookies: ['route'] } },
    ])
  })
})
