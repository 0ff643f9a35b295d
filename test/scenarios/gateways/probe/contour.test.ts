import { beforeAll, expect } from 'vitest'
import { run } from '../../support/command.ts'
import { gatewayFollows, sessionApp, sets } from '../../support/gateways.ts'
import { service } from '../../support/manifests.ts'
import { usePlayground } from '../../support/namespace.ts'
import { expectExit, surveyOf } from '../../support/report.ts'
import { describeOnce, scenario } from '../../support/scenario.ts'
import { gateway, site } from '../../support/site.ts'

const needs = [gateway('contour'), 'a way in from here'] as const
const cookie = 'X-Contour-Session-Affinity'

describeOnce('an HTTPProxy of Contour, and its cookie', () => {
  const place = usePlayground()
  const host = (): string => `shop.${place.name}.lab`
  const asked = (): { address: string; host: string } => ({
    address: site.gatewayAddress('contour'),
    host: host(),
  })
  const proxy = (): object => ({
    apiVersion: 'projectcontour.io/v1',
    kind: 'HTTPProxy',
    metadata: { name: 'shop' },
    spec: {
      virtualhost: { fqdn: host() },
      routes: [{ conditions: [{ prefix: '/' }], services: [{ name: 'web', port: 80 }] }],
    },
  })

  beforeAll(async () => {
    if (!needs.every((need) => site.capabilities.has(need))) return
    await place.deploy(sessionApp(site, 'web'), service('web'), proxy())
    await gatewayFollows(asked(), sets(cookie, false))
  })

  scenario('without affinity users are spread', needs, async () => {
    const ended = await place.probe(['httpproxy/shop'])
    expectExit(ended, 0)
    expect(ended.stdout).toMatch(/^SPREAD {3}users with a cookie jar do not stay/m)
  })

  scenario('enable makes users stay by its cookie, and disable lets them go', needs, async () => {
    const change = async (...words: string[]): Promise<void> =>
      expectExit(await run(site, [...words, '-n', place.name]), 0)
    await change('enable', 'httpproxy/shop', '--cookie', cookie)
    await gatewayFollows(asked(), sets(cookie))
    const ended = await place.probe(['httpproxy/shop', '-o', 'json'])
    expectExit(ended, 0)
    expect(surveyOf(ended).status.users).toMatchObject([
      {
        users: { sticky: 6 },
        control: 'spread',
        cause: { kind: 'cookie', cookies: expect.arrayContaining([cookie]) },
      },
    ])
    await change('disable', 'httpproxy/shop')
    await gatewayFollows(asked(), sets(cookie, false))
    expect((await place.probe(['httpproxy/shop'])).stdout).toMatch(/^SPREAD/m)
  })
})
