import { beforeAll, beforeEach, expect } from 'vitest'
import { graceMs, movedBy, shop, threePods, users } from '../../support/during.ts'
import { type Asked, gatewayFollows, sets } from '../../support/gateways.ts'
import { usePlayground } from '../../support/namespace.ts'
import { toTheEnd } from '../../support/pods.ts'
import { records } from '../../support/records.ts'
import { expectExit, surveyOf } from '../../support/report.ts'
import { describeOnce, scenario } from '../../support/scenario.ts'
import { gateway, site } from '../../support/site.ts'

for (const name of ['traefik', 'envoy-gateway'] as const) {
  describeOnce(`pods that come and go behind a record of them, at ${name}`, () => {
    const place = usePlayground()
    const needs = [gateway(name)] as const
    const { target, objects, isFenced } = records[name]
    const asked = (): Asked => ({ address: site.reachedAt(name), host: `shop.${place.name}.lab` })

    beforeAll(async () => {
      if (!needs.every((need) => site.capabilities.has(need))) return
      await place.deploy(shop(), ...objects(asked().host))
      await gatewayFollows(asked(), sets('route'))
    })
    beforeEach(async () => {
      if (needs.every((need) => site.capabilities.has(need))) await threePods(place, asked())
    })

    scenario('a pod that goes takes its own users along, and no others', needs, async () => {
      const moves = await movedBy(place, target, 'scale deployment/shop --replicas=2', 2)
      expect(moves).toMatchObject({
        endpoints: { before: 3, came: 0, went: 1 },
        points: 'at-a-pod',
        share: expect.closeTo(1 / 3),
        needless: 0,
      })
      expect(moves.moved).toBeGreaterThan(0)
      expect(moves.moved).toBeLessThan(users)
    })

    scenario('in a rollout everybody moves, as every pod goes', needs, async () => {
      const moves = await movedBy(place, target, 'rollout restart deployment/shop', 3)
      expect(moves).toMatchObject({
        endpoints: { before: 3, came: 3, went: 3 },
        points: 'at-a-pod',
        moved: users,
        needless: 0,
      })
    })

    scenario('where every pod goes nobody is seen to find another one', needs, async () => {
      const command = toTheEnd(place, 'scale deployment/shop --replicas=0', 'shop', 0)
      const ended = await place.probe([target, '--during', command])
      expectExit(ended, 0)
      expect(ended.stdout).toMatch(/after its own pod had gone, none answered any\s+user$/m)
      expect(ended.stdout).toMatch(/^users {3}\d of 6 users moved, 6 found no pod any\s+more: of 3 pods 3/m)
      expect(ended.stdout).toMatch(/stayed on their pod as long as\s+it was there/)
      // Envoy goes on with pods that end where there are no others, and picks any of them.
      if (isFenced) expect(ended.stdout).toMatch(/^moved {3}nobody was seen to move/m)
    })

    scenario('what the cookie says of a pod counts, not who made it', needs, async () => {
      const ended = await place.probe([target, '--forge', '-o', 'json'])
      expectExit(ended, 0)
      const { forged } = surveyOf(ended).status
      expect(forged).toMatchObject({ cookie: 'route', points: 'at-a-pod' })
      expect(forged?.reports.map(({ kind, outcome }) => [kind, outcome])).toEqual([
        ['unknown', 'replaced'],
        ['named', 'kept'],
        ['stale', 'replaced'],
        ...(name === 'envoy-gateway' ? [['expired', 'replaced']] : []),
        ['foreign', 'replaced'],
      ])
    })

    scenario(
      isFenced ? 'users stay on a pod that ends until it is gone' : 'users leave a pod as soon as it ends',
      [...needs, 'real gateways'],
      async () => {
        const command = `kubectl -n ${place.name} delete $(kubectl -n ${place.name} get pods -l app=shop -o name | head -1)`
        const ended = await place.probe([target, '--during', command, '--sessions', '18', '-o', 'json'])
        expectExit(ended, 0)
        const { cells, during } = surveyOf(ended).status
        expect(during?.sessions).toMatchObject({ needless: 0, endpoints: { before: 3, came: 1, went: 1 } })
        const waits = cells
          .filter(({ session = 0 }) => session < 18)
          .flatMap(({ switches }) => switches)
          .map(({ atMs, explanation }) => {
            expect(explanation).toMatchObject({ kind: 'endpoint-gone', change: { kind: 'terminating' } })
            return atMs - (explanation?.kind === 'endpoint-gone' ? explanation.change.atMs : Number.NaN)
          })
        expect(waits.length).toBe(during?.sessions?.moved)
        if (isFenced) expect(Math.min(...waits)).toBeGreaterThan(graceMs - 1500)
        else expect(Math.max(...waits)).toBeLessThan(graceMs / 2)
      },
    )
  })
}
