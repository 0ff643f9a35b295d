import { beforeAll, expect } from 'vitest'
import { run } from '../support/command.ts'
import { type Asked, gatewayFollows, ingress, ingressPath, sessionApp, sets } from '../support/gateways.ts'
import { service } from '../support/manifests.ts'
import { usePlayground } from '../support/namespace.ts'
import { expectExit, surveyOf } from '../support/report.ts'
import { describeOnce, scenario } from '../support/scenario.ts'
import { gateway, site } from '../support/site.ts'

type Place = ReturnType<typeof usePlayground>

interface Way {
  name: Parameters<typeof gateway>[0]
  /** What a user names. */
  target: string
  objects: (host: string) => object[]
}

const ways: readonly Way[] = [
  {
    name: 'ingress-nginx',
    target: 'ingress/shop',
    objects: (host) => [ingress('shop', host, { className: 'nginx', paths: [ingressPath('/', 'shop')] })],
  },
  {
    name: 'traefik',
    target: 'ingress/shop',
    objects: (host) => [ingress('shop', host, { className: 'traefik', paths: [ingressPath('/', 'shop')] })],
  },
  {
    name: 'istio',
    target: 'virtualservice/shop',
    objects: (host) => [
      {
        apiVersion: 'networking.istio.io/v1',
        kind: 'Gateway',
        metadata: { name: 'shop' },
        spec: {
          selector: { istio: 'ingressgateway' },
          servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: [host] }],
        },
      },
      {
        apiVersion: 'networking.istio.io/v1',
        kind: 'VirtualService',
        metadata: { name: 'shop' },
        spec: {
          hosts: [host],
          gateways: ['shop'],
          http: [{ route: [{ destination: { host: 'shop', port: { number: 80 } } }] }],
        },
      },
    ],
  },
  {
    name: 'envoy-gateway',
    target: 'httproute/shop',
    objects: (host) => [
      {
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'HTTPRoute',
        metadata: { name: 'shop' },
        spec: {
          parentRefs: [{ name: 'eg', namespace: 'envoy-gateway-system' }],
          hostnames: [host],
          rules: [{ backendRefs: [{ name: 'shop', port: 80 }] }],
        },
      },
    ],
  },
]

for (const way of ways) {
  const needs = [gateway(way.name), 'a way in from here'] as const
  describeOnce(`a cookie is turned on and off at ${way.name}`, () => {
    const place = usePlayground()
    const asked = (): Asked => ({ address: site.gatewayAddress(way.name), host: hostOf(place) })

    beforeAll(async () => {
      if (!needs.every((need) => site.capabilities.has(need))) return
      await place.deploy(
        sessionApp(site, 'shop'),
        service('shop', { ports: [{ name: 'http', port: 80, targetPort: 8080 }] }),
        ...way.objects(hostOf(place)),
      )
      await gatewayFollows(asked(), sets('route', false))
    })

    scenario('users stay with it, and are spread again without', needs, async () => {
      const enabled = await change(place, ['enable', way.target, '--cookie', 'route', '--ttl', '1h'])
      expectExit(enabled, 0)
      expect(enabled.stdout).toContain('None → cookie "route"')
      expect(enabled.stdout).toContain(`undo   kubectl affinity disable ${way.target} -n ${place.name}`)
      await gatewayFollows(asked(), sets('route'))
      expect(await usersBy(place, way.target)).toMatchObject([{ expected: 'sticky', users: { spread: 0 } }])

      const again = await change(place, ['enable', way.target, '--cookie', 'route', '--ttl', '1h'])
      expectExit(again, 0)
      expect(again.stdout).toContain(' unchanged\n')

      const disabled = await change(place, ['disable', way.target])
      expectExit(disabled, 0)
      expect(disabled.stdout).toContain(' → None\n')
      await gatewayFollows(asked(), sets('route', false))
      expect(await usersBy(place, way.target)).toMatchObject([{ expected: 'spread', users: { sticky: 0 } }])
    })
  })
}

const hostOf = ({ name }: Place): string => `shop.${name}.lab`

const change = (place: Place, args: readonly string[]) => run(site, [...args, '-n', place.name])

/** What a probe finds, whose users keep cookies of their own. */
async function usersBy(place: Place, target: string): Promise<unknown> {
  const ended = await place.probe([target, '-o', 'json'])
  expectExit(ended, 0)
  return surveyOf(ended).status.users
}
