import { beforeAll, expect } from 'vitest'
import { run } from '../../support/command.ts'
import { gatewayWays } from '../../support/gateway-ways.ts'
import { type Asked, gatewayFollows, ingress, ingressPath, sessionApp, sets } from '../../support/gateways.ts'
import { service } from '../../support/manifests.ts'
import { usePlayground } from '../../support/namespace.ts'
import { objections } from '../../support/objections.ts'
import { expectExit, surveyOf } from '../../support/report.ts'
import { describeOnce, scenario } from '../../support/scenario.ts'
import { gateway, site } from '../../support/site.ts'

const prefix = 'nginx.ingress.kubernetes.io'

const annotations = {
  [`${prefix}/affinity`]: 'cookie',
  [`${prefix}/affinity-mode`]: 'persistent',
  [`${prefix}/session-cookie-name`]: 'route',
  [`${prefix}/session-cookie-path`]: '/',
  [`${prefix}/session-cookie-max-age`]: '3600',
}

for (const way of gatewayWays.filter(({ name }) => name !== 'ingress-nginx')) {
  const needs = [gateway('ingress-nginx'), gateway(way.name)] as const
  describeOnce(`the cookie of ingress-nginx is carried over to ${way.name}`, () => {
    const place = usePlayground()
    const host = (): string => `shop.${place.name}.lab`
    const asked = (): Asked => ({ address: site.reachedAt(way.name), host: host() })
    const users = async (target: string): Promise<unknown> => {
      const ended = await place.probe([target, '-o', 'json'])
      expectExit(ended, 0)
      return surveyOf(ended).status.users
    }

    beforeAll(async () => {
      if (!needs.every((need) => site.capabilities.has(need))) return
      await place.deploy(
        sessionApp(site, 'shop'),
        service('shop', { ports: [{ name: 'http', port: 80, targetPort: 8080 }] }),
        ingress('old', host(), { className: 'nginx', paths: [ingressPath('/', 'shop')], annotations }),
        ...way.objects(host()),
      )
      await gatewayFollows(asked(), sets('route', false))
      await gatewayFollows({ ...asked(), address: site.reachedAt('ingress-nginx') }, sets('route'))
    })

    scenario('users stay at both', needs, async () => {
      const enable = ['enable', way.target, '--from', 'ingress/old', '-n', place.name]
      const enabled = await run(site, enable)
      expectExit(enabled, 0)
      expect(enabled.stdout).toMatch(/ None → cookie "route", .*for 1h0m0s \(as ingress\/old\)\n/)
      expect(enabled.stdout).toMatch(
        /^prove {2}kubectl affinity probe ingress\/old .*\n {7}kubectl affinity probe /m,
      )
      expect(enabled.stderr).toContain('clients that have a cookie of ingress/old may change their pod once')
      await gatewayFollows(asked(), sets('route'))
      for (const target of ['ingress/old', way.target])
        expect(await users(target)).toMatchObject([{ expected: 'sticky', users: { spread: 0 } }])
      expect((await run(site, enable)).stdout).toContain(' unchanged\n')
    })

    scenario('what stands for it there is found', needs, async () => {
      expectExit(await run(site, ['disable', way.target, '-n', place.name]), 0)
      await gatewayFollows(asked(), sets('route', false))
      const brought = await run(site, ['enable', 'ingress/old', '--to', way.name, '-n', place.name])
      expectExit(brought, 0)
      expect(brought.stdout).toMatch(
        new RegExp(`^(${way.target} patched|\\S+ (patched|created) for ${way.target})$`, 'm'),
      )
      expect(brought.stdout).toMatch(/ None → cookie "route", .*for 1h0m0s \(as ingress\/old\)\n/)
      expect(brought.stdout).toContain(`\nprove  kubectl affinity probe ingress/old -n ${place.name}`)
      expect(brought.stdout).toContain(`\n       kubectl affinity probe ${way.target} -n ${place.name}`)
      await gatewayFollows(asked(), sets('route'))
    })

    scenario('its controller holds nothing against it', [...needs, 'real gateways'], async () => {
      expectExit(await run(site, ['disable', way.target, '-n', place.name]), 0)
      await gatewayFollows(asked(), sets('route', false))
      const since = new Date()
      expectExit(await run(site, ['enable', way.target, '--from', 'ingress/old', '-n', place.name]), 0)
      await gatewayFollows(asked(), sets('route'))
      expect((await objections(place, way.name, since)).join('\n')).toBe('')
    })
  })
}
