import { beforeAll, expect } from 'vitest'
import { run } from '../../support/command.ts'
import { gatewayWays } from '../../support/gateway-ways.ts'
import { type Asked, gatewayFollows, sessionApp, sets } from '../../support/gateways.ts'
import { hashedByEnvoyGateway } from '../../support/hashes.ts'
import { service } from '../../support/manifests.ts'
import { usePlayground } from '../../support/namespace.ts'
import { objections } from '../../support/objections.ts'
import { expectExit, surveyOf } from '../../support/report.ts'
import { describeOnce, scenario } from '../../support/scenario.ts'
import { gateway, site } from '../../support/site.ts'

type Place = ReturnType<typeof usePlayground>

for (const way of gatewayWays) {
  const needs = [gateway(way.name)] as const
  describeOnce(`a cookie is turned on and off at ${way.name}`, () => {
    const place = usePlayground()
    const asked = (): Asked => ({ address: site.reachedAt(way.name), host: hostOf(place) })

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
      const enabled = await waited(place, ['enable', way.target, '--cookie', 'route', '--ttl', '1h'])
      expectExit(enabled, 0)
      expect(enabled.stdout).toContain(`\n${way.target} served as changed through its gateway, seen `)
      expect(enabled.stdout).toContain('None → cookie "route"')
      expect(enabled.stdout).toContain(`undo   kubectl affinity disable ${way.target} -n ${place.name}`)
      await gatewayFollows(asked(), sets('route'))
      expect(await usersBy(place, way.target)).toMatchObject([{ expected: 'sticky', users: { spread: 0 } }])

      const again = await change(place, ['enable', way.target, '--cookie', 'route', '--ttl', '1h'])
      expectExit(again, 0)
      expect(again.stdout).toContain(' unchanged\n')

      const disabled = await waited(place, ['disable', way.target])
      expectExit(disabled, 0)
      expect(disabled.stdout).toContain(' → None\n')
      expect(disabled.stdout).toContain(`\n${way.target} served as changed through its gateway, seen `)
      await gatewayFollows(asked(), sets('route', false))
      expect(await usersBy(place, way.target)).toMatchObject([{ expected: 'spread', users: { sticky: 0 } }])
    })

    scenario('the controller holds nothing against either', [...needs, 'real gateways'], async () => {
      const since = new Date()
      expectExit(await change(place, ['enable', way.target, '--cookie', 'route', '--ttl', '1h']), 0)
      await gatewayFollows(asked(), sets('route'))
      expectExit(await change(place, ['disable', way.target]), 0)
      await gatewayFollows(asked(), sets('route', false))
      expect((await objections(place, way.name, since)).join('\n')).toBe('')
    })
  })
}

const refusing = [gateway('traefik'), gateway('envoy-gateway'), 'real gateways'] as const
describeOnce('what a controller refuses', () => {
  const place = usePlayground()

  scenario('is seen in its log and in the status that it writes', refusing, async () => {
    const since = new Date()
    const policy = (name: string): object => hashedByEnvoyGateway({ type: 'SourceIP' }, name)
    const sticky = 'traefik.ingress.kubernetes.io/service.sticky.cookie'
    const annotations = { [sticky]: 'true', [`${sticky}.maxage`]: 'an hour' }
    const ways = gatewayWays.filter(({ name }) => name === 'traefik' || name === 'envoy-gateway')
    await place.deploy(
      sessionApp(site, 'shop'),
      { ...service('shop'), metadata: { name: 'shop', annotations } },
      ...ways.flatMap(({ objects }) => objects(hostOf(place))),
      policy('one'),
      policy('two'),
    )
    const held = async (name: 'traefik' | 'envoy-gateway'): Promise<string> =>
      (await objections(place, name, since)).join('\n')
    await expect.poll(() => held('traefik'), { timeout: 30_000 }).toContain('strconv.ParseInt')
    await expect
      .poll(() => held('envoy-gateway'), { timeout: 30_000 })
      .toContain('two: Accepted: Unable to target')
  })
})

const hostOf = ({ name }: Place): string => `shop.${name}.lab`

const change = (place: Place, args: readonly string[]) => run(site, [...args, '-n', place.name])

/** The same until a probe has seen it in effect. */
const waited = (place: Place, args: readonly string[]) => change(place, [...args, '--wait'])

/** What a probe finds, whose users keep cookies of their own. */
async function usersBy(place: Place, target: string): Promise<unknown> {
  const ended = await place.probe([target, '-o', 'json'])
  expectExit(ended, 0)
  return surveyOf(ended).status.users
}

const eg = [gateway('envoy-gateway')] as const
describeOnce('a cookie with attributes at envoy-gateway', () => {
  const place = usePlayground()
  const asked = (): Asked => ({ address: site.reachedAt('envoy-gateway'), host: hostOf(place) })
  const [route] = gatewayWays.filter(({ name }) => name === 'envoy-gateway')

  beforeAll(async () => {
    if (!eg.every((need) => site.capabilities.has(need))) return
    await place.deploy(
      sessionApp(site, 'shop'),
      service('shop', { ports: [{ name: 'http', port: 80, targetPort: 8080 }] }),
      ...route!.objects(hostOf(place)),
    )
    await gatewayFollows(asked(), sets('route', false))
  })

  scenario('is a policy of the route, which goes with it', eg, async () => {
    const policies = (): Promise<string> => place.kubectl('get', 'backendtrafficpolicies', '-o', 'name')
    const words = ['enable', 'httproute/shop', '--cookie', 'route', '--same-site', 'Lax']
    const enabled = await change(place, words)
    expectExit(enabled, 0)
    await gatewayFollows(asked(), ({ cookies }) =>
      cookies.some((one) => one.startsWith('route=') && one.includes('SameSite=Lax')),
    )
    expect(await policies()).toContain('/shop')
    expect(await usersBy(place, 'httproute/shop')).toMatchObject([
      { expected: 'sticky', users: { spread: 0 } },
    ])
    expectExit(await change(place, ['disable', 'httproute/shop']), 0)
    await gatewayFollows(asked(), sets('route', false))
    expect(await policies()).toBe('')
  })
})
