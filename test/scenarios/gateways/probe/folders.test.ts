import { beforeAll, expect } from 'vitest'
import { gatewayWays } from '../../support/gateway-ways.ts'
import { type Asked, gatewayFollows, sessionApp, sets } from '../../support/gateways.ts'
import { hashedByIstio } from '../../support/hashes.ts'
import { service } from '../../support/manifests.ts'
import { usePlayground } from '../../support/namespace.ts'
import { expectExit } from '../../support/report.ts'
import { describeOnce, scenario } from '../../support/scenario.ts'
import { gateway, site } from '../../support/site.ts'

describeOnce('a cookie without a Path, of Istio', () => {
  const place = usePlayground()
  const needs = [gateway('istio')] as const
  const [way] = gatewayWays.filter(({ name }) => name === 'istio')
  const asked = (): Asked => ({ address: site.reachedAt('istio'), host: `shop.${place.name}.lab` })
  const words = async (...args: string[]): Promise<string> => {
    const ended = await place.probe([way!.target, ...args])
    expectExit(ended, 0)
    return ended.stdout.replaceAll(/\s+/g, ' ')
  }

  beforeAll(async () => {
    if (!needs.every((need) => site.capabilities.has(need))) return
    await place.deploy(
      sessionApp(site, 'shop'),
      service('shop', { ports: [{ name: 'http', port: 80, targetPort: 8080 }] }),
      hashedByIstio('shop', { httpCookie: { name: 'user', ttl: '600s' } }),
      ...way!.objects(asked().host),
    )
    await gatewayFollows(asked(), sets('user'))
  })

  scenario('holds in one folder, and that others were not asked is said', needs, async () => {
    expect(await words('--path', '/app1/x')).toContain(
      'no Path: given here it holds below /app1; users who begin in another folder were not asked',
    )
  })

  scenario('is not sent to another one', needs, async () => {
    const said = await words('--path', '/app1/x', '--path', '/app2/x')
    // The session of the application is for all paths, and holds nobody.
    expect(said).toMatch(/across from \S+\/app1\/x to \S+\/app2\/x: JSESSIONID is sent there,/)
    expect(said).not.toContain('were not asked')
  })
})
