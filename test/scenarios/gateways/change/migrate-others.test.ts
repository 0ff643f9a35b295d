import { beforeAll, expect } from 'vitest'
import { run } from '../../support/command.ts'
import { gatewayWays } from '../../support/gateway-ways.ts'
import { gatewayFollows, sessionApp, sets, stickyIngress } from '../../support/gateways.ts'
import { manyHours, service } from '../../support/manifests.ts'
import { usePlayground } from '../../support/namespace.ts'
import { expectExit, surveyOf } from '../../support/report.ts'
import { describeOnce, scenario } from '../../support/scenario.ts'
import { gateway, site } from '../../support/site.ts'

const shop = (more: object = {}): object =>
  service('shop', { ports: [{ name: 'http', port: 80, targetPort: 8080 }], ...more })

const wayOf = (name: string, host: string): object[] =>
  gatewayWays.find((one) => one.name === name)!.objects(host)

describeOnce('the affinity of a Service is carried over to Istio', () => {
  const place = usePlayground()
  const needs = [gateway('istio')] as const
  const host = (): string => `shop.${place.name}.lab`

  scenario('a client stays by its address, which the route sees', needs, async () => {
    await place.deploy(sessionApp(site, 'shop'), shop({ affinity: manyHours }), ...wayOf('istio', host()))
    const asked = { address: site.reachedAt('istio'), host: host() }
    await gatewayFollows(asked, sets('JSESSIONID'))
    const enabled = await run(site, ['enable', 'svc/shop', '--to', 'istio', '-n', place.name])
    expectExit(enabled, 0)
    expect(enabled.stdout).toMatch(/^destinationrule\/shop created for virtualservice\/shop$/m)
    expect(enabled.stdout).toMatch(/ None → hash of client address \(as service\/shop\)\n/)
    expect(enabled.stderr).toContain('not carried over from service/shop: the timeout of 3h0m0s')
    const explained = await run(site, ['explain', 'virtualservice/shop', '-n', place.name])
    expect(explained.stdout).toContain('hash of client address')
  })
})

describeOnce('the cookie of ingress-nginx is carried over through an HTTPRoute of Istio, and back', () => {
  const place = usePlayground()
  const needs = [gateway('ingress-nginx'), gateway('istio'), 'real gateways'] as const
  const edge = 'gateways.gateway.networking.k8s.io/edge'
  const host = (): string => `shop.${place.name}.lab`
  const users = async (target: string): Promise<unknown> => {
    const ended = await place.probe([target, '-o', 'json'])
    expectExit(ended, 0)
    return surveyOf(ended).status.users
  }

  beforeAll(async () => {
    if (!needs.every((need) => site.capabilities.has(need))) return
    await place.deploy(
      sessionApp(site, 'shop'),
      shop(),
      stickyIngress('shop', host()),
      {
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'Gateway',
        metadata: { name: 'edge' },
        spec: {
          gatewayClassName: 'istio',
          listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
        },
      },
      {
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'HTTPRoute',
        metadata: { name: 'shop' },
        spec: {
          parentRefs: [{ name: 'edge' }],
          hostnames: [host()],
          rules: [{ backendRefs: [{ name: 'shop', port: 80 }] }],
        },
      },
    )
    await place.kubectl('wait', '--for=condition=Programmed', edge, '--timeout=90s')
    await gatewayFollows({ address: site.reachedAt('ingress-nginx'), host: host() }, sets('route'))
  })

  scenario('the Service behind the route gets a DestinationRule', needs, async () => {
    const enabled = await run(site, ['enable', 'ingress/shop', '--to', 'istio', '-n', place.name])
    expectExit(enabled, 0)
    expect(enabled.stdout).toMatch(/^destinationrule\/shop created for service\/shop$/m)
    const address = await place.kubectl('get', edge, '-o', 'jsonpath={.status.addresses[0].value}')
    await gatewayFollows({ address: address.trim(), host: host() }, sets('route'))
    expect(await users('httproute/shop')).toMatchObject([
      { expected: 'sticky', users: { spread: 0 }, cause: { kind: 'cookie' } },
    ])
  })

  scenario('from the route the Ingress gets it back', needs, async () => {
    expectExit(await run(site, ['disable', 'ingress/shop', '-n', place.name]), 0)
    const asked = { address: site.reachedAt('ingress-nginx'), host: host() }
    await gatewayFollows(asked, sets('route', false))
    const back = await run(site, ['enable', 'httproute/shop', '--to', 'ingress-nginx', '-n', place.name])
    expectExit(back, 0)
    expect(back.stdout).toContain('ingress/shop patched\n')
    expect(back.stdout).toContain('(as httproute/shop)')
    await gatewayFollows(asked, sets('route'))
    expect(await users('ingress/shop')).toMatchObject([{ expected: 'sticky', users: { spread: 0 } }])
  })
})
