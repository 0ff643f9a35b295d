import { afterAll, beforeAll, expect } from 'vitest'
import { gatewayFollows, ingress, ingressPath, sessionApp, sets, stickyIngress } from '../support/gateways.ts'
import { service } from '../support/manifests.ts'
import { usePlayground } from '../support/namespace.ts'
import { expectExit, surveyOf } from '../support/report.ts'
import { describeOnce, scenario } from '../support/scenario.ts'
import { gateway, site } from '../support/site.ts'

/** Whose pods are there for everybody: they get another one for a while. */
const shared = {
  'ingress-nginx': { namespace: 'ingress-nginx', deployment: 'ingress-nginx-controller' },
  traefik: { namespace: 'traefik', deployment: 'traefik' },
} as const

for (const name of ['ingress-nginx', 'traefik'] as const) {
  describeOnce(`two replicas of ${name}`, () => {
    const place = usePlayground()
    const needs = [gateway(name), 'real gateways'] as const
    const isThere = needs.every((need) => site.capabilities.has(need))
    const { namespace, deployment } = shared[name]
    const ofGateway = (...args: string[]): Promise<string> => site.kubectl(['-n', namespace, ...args])
    const host = (): string => `shop.${place.name}.lab`
    let before = ''

    const scale = async (replicas: string): Promise<void> => {
      await ofGateway('scale', `deployment/${deployment}`, `--replicas=${replicas}`)
      await ofGateway('rollout', 'status', `deployment/${deployment}`, '--timeout=90s')
      await place.proxiesFollow()
    }

    beforeAll(async () => {
      if (!isThere) return
      before = await ofGateway('get', 'deployment', deployment, '-o', 'jsonpath={.spec.replicas}')
      const { metadata, ...rest } = service('shop') as { metadata: object }
      const annotations = {
        'traefik.ingress.kubernetes.io/service.sticky.cookie': 'true',
        'traefik.ingress.kubernetes.io/service.sticky.cookie.name': 'route',
      }
      await place.deploy(
        sessionApp(site, 'shop'),
        { ...rest, metadata: { ...metadata, annotations } },
        name === 'traefik'
          ? ingress('shop', host(), { className: 'traefik', paths: [ingressPath('/', 'shop')] })
          : stickyIngress('shop', host()),
      )
      if (before === '1') await scale('2')
      await gatewayFollows({ address: site.reachedAt(name), host: host() }, sets('route'))
    })
    afterAll(async () => {
      if (isThere && before === '1') await scale(before)
    })

    scenario('each knows the cookie of the other', needs, async () => {
      const ended = await place.probe(['ingress/shop', '--replicas', '-o', 'json'])
      expectExit(ended, 0)
      const { crossings, users } = surveyOf(ended).status
      expect(crossings?.[0]).toMatchObject({ from: 0, to: 1, isReplica: true, users: 6, same: 6 })
      expect(crossings?.[0]?.cookies).toContain('route')
      expect(users?.map(({ result }) => result)).toEqual(users?.map(() => 'as-expected'))
    })
  })
}
