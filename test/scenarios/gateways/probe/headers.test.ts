import { beforeAll, expect } from 'vitest'
import { gatewayWays } from '../../support/gateway-ways.ts'
import { type Asked, headerHolds, sessionApp } from '../../support/gateways.ts'
import { hashedByEnvoyGateway, hashedByIstio } from '../../support/hashes.ts'
import { service } from '../../support/manifests.ts'
import { usePlayground } from '../../support/namespace.ts'
import { expectExit, surveyOf } from '../../support/report.ts'
import { describeOnce, scenario } from '../../support/scenario.ts'
import { gateway, site } from '../../support/site.ts'

/** What holds users by a header, at gateways that know it. */
const rules = {
  istio: hashedByIstio('shop', { httpHeaderName: 'X-User' }),
  'envoy-gateway': hashedByEnvoyGateway({ type: 'Header', header: { name: 'X-User' } }),
}

for (const name of ['istio', 'envoy-gateway'] as const) {
  describeOnce(`a hash of a header at ${name}`, () => {
    const place = usePlayground()
    const needs = [gateway(name)] as const
    const way = gatewayWays.find((one) => one.name === name)!
    const asked = (): Asked => ({ address: site.reachedAt(name), host: `shop.${place.name}.lab` })

    beforeAll(async () => {
      if (!needs.every((need) => site.capabilities.has(need))) return
      await place.deploy(
        sessionApp(site, 'shop'),
        service('shop', { ports: [{ name: 'http', port: 80, targetPort: 8080 }] }),
        ...way.objects(asked().host),
        rules[name],
      )
      await headerHolds(asked(), 'X-User')
    })

    scenario('holds those who say who they are, and spreads who does not', needs, async () => {
      const ended = await place.probe([way.target, '-o', 'json'])
      expectExit(ended, 0)
      expect(surveyOf(ended).status.users).toMatchObject([
        {
          expected: 'sticky',
          users: { sticky: 6 },
          control: 'spread',
          cause: { kind: 'header', header: expect.stringMatching(/^x-user$/i) },
        },
      ])
    })

    scenario('is told as the cause', needs, async () => {
      const ended = await place.probe([way.target])
      expectExit(ended, 0)
      expect(ended.stdout).toMatch(/^STICKY by the header X-User {3}6 of 6 users/im)
    })
  })
}
