import { beforeAll, beforeEach, expect } from 'vitest'
import { httpPort, movedBy, shop, threePods, users } from '../../support/during.ts'
import { gatewayWays } from '../../support/gateway-ways.ts'
import { type Asked, gatewayFollows, sets } from '../../support/gateways.ts'
import { hashedByEnvoyGateway, hashedByIstio, userCookie } from '../../support/hashes.ts'
import { service } from '../../support/manifests.ts'
import { usePlayground } from '../../support/namespace.ts'
import { expectExit, surveyOf } from '../../support/report.ts'
import { describeOnce, scenario } from '../../support/scenario.ts'
import { gateway, site } from '../../support/site.ts'

/** A text in the cookie `user` that is hashed to a pod. */
const hashes = {
  istio: hashedByIstio('shop', userCookie),
  'envoy-gateway': hashedByEnvoyGateway({
    type: 'Cookie',
    cookie: { name: 'user', ttl: '1h', attributes: { Path: '/' } },
  }),
}

for (const name of ['istio', 'envoy-gateway'] as const)
  describeOnce(`pods that come and go behind a hash of a cookie, at ${name}`, () => {
    const place = usePlayground()
    const needs = [gateway(name)] as const
    const way = gatewayWays.find((one) => one.name === name)!
    const asked = (): Asked => ({ address: site.reachedAt(name), host: `shop.${place.name}.lab` })

    beforeAll(async () => {
      if (!needs.every((need) => site.capabilities.has(need))) return
      await place.deploy(shop(), service('shop', httpPort), ...way.objects(asked().host), hashes[name])
      await gatewayFollows(asked(), sets('user'))
    })
    beforeEach(async () => {
      if (needs.every((need) => site.capabilities.has(need))) await threePods(place, asked())
    })

    scenario('a pod that comes takes over users whose pod has not gone', needs, async () => {
      const moves = await movedBy(place, way.target, 'scale deployment/shop --replicas=4', 4)
      expect(moves).toMatchObject({
        endpoints: { before: 3, came: 1, went: 0 },
        points: 'into-a-hash',
        share: 0.25,
      })
      expect(moves.needless).toBe(moves.moved)
      expect(moves.moved).toBeGreaterThan(0)
      expect(moves.moved).toBeLessThan(users)
    })

    scenario('a pod that goes takes its own users along, and few others', needs, async () => {
      const moves = await movedBy(place, way.target, 'scale deployment/shop --replicas=2', 2)
      expect(moves).toMatchObject({
        endpoints: { before: 3, came: 0, went: 1 },
        points: 'into-a-hash',
        share: expect.closeTo(1 / 3),
      })
      expect(moves.moved).toBeGreaterThan(0)
      expect(moves.moved).toBeLessThan(users)
    })

    scenario('in a rollout everybody has to move', needs, async () => {
      const moves = await movedBy(place, way.target, 'rollout restart deployment/shop', 3)
      expect(moves).toMatchObject({
        endpoints: { before: 3, came: 3, went: 3 },
        points: 'into-a-hash',
        share: 1,
        moved: users,
        left: 0,
      })
    })

    // Once is enough: it takes a rollout.
    if (name === 'istio')
      scenario(
        'each user who moves is told while it happens, and that the hash or its pod was why',
        needs,
        async () => {
          const running = place.startProbe([way.target, '--watch', '--sessions', '6', '--expect', 'sticky'])
          await place.requested(100)
          // Whichever pods they are on, they have to leave them.
          await place.kubectl('rollout', 'restart', 'deployment/shop')
          const why = String.raw`([A-Z]) (terminating|removed|not ready|had not gone, the hash moved it)`
          await running.printed(
            new RegExp(
              String.raw`^\d\d:\d\d:\d\d {2}user \d: [A-Z] shop-\S+ → [A-Z] shop-\S+ {3}request \d+, ${why}$`,
              'm',
            ),
            'stdout',
          )
          expect(running.stdout).not.toMatch(/of client|at entry/)
          running.kill('SIGINT')
          await running.ended
          await place.kubectl('rollout', 'status', 'deployment/shop', '--timeout=60s')
        },
      )

    scenario('a text that nobody was given is kept on some pod', needs, async () => {
      const ended = await place.probe([way.target, '--forge', '-o', 'json'])
      expectExit(ended, 0)
      const { forged } = surveyOf(ended).status
      expect(forged).toMatchObject({ cookie: 'user', points: 'into-a-hash' })
      expect(forged?.reports.find(({ kind }) => kind === 'unknown')).toMatchObject({
        outcome: 'kept',
        replaced: 0,
      })
    })
  })
