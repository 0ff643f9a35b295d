import { beforeAll, expect } from 'vitest'
import { type Asked, gatewayFollows, sessionApp, sets } from '../../support/gateways.ts'
import { usePlayground } from '../../support/namespace.ts'
import { records } from '../../support/records.ts'
import { expectExit, surveyOf } from '../../support/report.ts'
import { describeOnce, scenario } from '../../support/scenario.ts'
import { gateway, site } from '../../support/site.ts'

type Place = ReturnType<typeof usePlayground>

const during = ({ name }: Place, replicas: number): string =>
  `kubectl -n ${name} scale deployment/shop --replicas=${replicas} && kubectl -n ${name} rollout status deployment/shop`

for (const name of ['traefik', 'envoy-gateway'] as const) {
  describeOnce(`a pod that is recorded in a cookie at ${name}`, () => {
    const place = usePlayground()
    const needs = [gateway(name)] as const
    const { target, objects } = records[name]
    // Others write 16 digits as Traefik does.
    const maker = name === 'traefik' ? undefined : 'Envoy'
    const asked = (): Asked => ({ address: site.reachedAt(name), host: `shop.${place.name}.lab` })

    beforeAll(async () => {
      if (!needs.every((need) => site.capabilities.has(need))) return
      await place.deploy(sessionApp(site, 'shop'), ...objects(asked().host))
      await gatewayFollows(asked(), sets('route'))
    })

    scenario('keeps the session that the application counts, and its value can be told', needs, async () => {
      const counter = String.raw`regex:(\d+)th time`
      const words = [target, '--session-counter', counter, '--show-cookies', '-o', 'json']
      const ended = await place.probe(words)
      expectExit(ended, 0)
      const jars = surveyOf(ended).status.cells.slice(0, 6)
      expect(jars.map(({ visits }) => visits?.lost)).toEqual(jars.map(() => 0))
      for (const { cookies = [], backends } of jars) {
        const route = cookies.find((one) => one.name === 'route')
        expect(route?.shown).toHaveLength(1)
        // The cookie names the pod, which is the one that answers.
        expect(route?.disagreed).toBe(0)
        expect(route?.maker).toBe(maker)
        const named = surveyOf(ended).status.backends.find((one) => one.name === route?.names)
        expect(backends.map(({ letter }) => letter)).toEqual([named?.letter])
        expect(cookies.find((one) => one.name === 'JSESSIONID')?.shown).toBeUndefined()
      }
    })

    scenario('keeps users whose session the application loses all the same', needs, async () => {
      const counter = String.raw`regex:(\d+)th time`
      const words = [target, '--path', '/forget', '--session-counter', counter]
      const ended = await place.probe([...words, '-o', 'json'])
      expectExit(ended, 0)
      const { cells, users } = surveyOf(ended).status
      expect(users).toMatchObject([{ users: { sticky: 6 }, cause: { kind: 'cookie' } }])
      for (const { visits } of cells.slice(0, 6)) expect(visits?.lost).toBeGreaterThan(1)
    })

    scenario(
      'is seen to be what keeps users on one connection each, as others are spread on theirs',
      needs,
      async () => {
        const ended = await place.probe([target, '--keep-alive'])
        expectExit(ended, 0)
        expect(ended.stdout).toMatch(/^ {8}\d+ requests over 7 connections$/m)
        expect(ended.stdout).toMatch(/^STICKY by the cookie route {3}6 of 6 users/m)
      },
    )

    scenario('is what cookies show that nobody was given', needs, async () => {
      const ended = await place.probe([target, '--forge', '-o', 'json'])
      expectExit(ended, 0)
      const { forged } = surveyOf(ended).status
      expect(forged).toMatchObject({ cookie: 'route', points: 'at-a-pod' })
      expect(forged?.reports.find(({ kind }) => kind === 'unknown')).toMatchObject({ outcome: 'replaced' })
      expect(forged?.reports.find(({ kind }) => kind === 'named')).toMatchObject({
        outcome: 'kept',
        disagreed: 0,
      })
    })

    scenario('moves nobody when a pod comes', needs, async () => {
      const ended = await place.probe([target, '--during', during(place, 4), '-o', 'json'])
      expectExit(ended, 0)
      expect(surveyOf(ended).status.during?.sessions).toMatchObject({
        users: 6,
        moved: 0,
        endpoints: { before: 3, came: 1, went: 0 },
      })
    })

    scenario(
      'keeps users who are simulated in a pod that is there, which stays as it was',
      needs,
      async () => {
        const names = await place.kubectl('get', 'pods', '-l', 'app=shop', '-o', 'name')
        const [pod = ''] = names.split('\n')
        const programs = (): Promise<string[]> => site.programsIn(place.name, pod.replace('pod/', ''))
        const before = await programs()
        const ended = await place.probe([target, '--in-pod', pod, '-o', 'json'])
        expectExit(ended, 0)
        const { clients, users } = surveyOf(ended).status
        expect(clients).toMatchObject([{ pod: pod.replace('pod/', ''), container: 'server' }])
        expect(users).toMatchObject([
          { users: { sticky: 6 }, control: 'spread', cause: { kind: 'cookie', cookies: ['route'] } },
        ])
        const running = place.startProbe([target, '--in-pod', pod, '--duration', '1m'])
        await running.printed(/waiting for the first answer/)
        running.kill('SIGKILL')
        await running.ended
        await expect.poll(programs, { timeout: 15_000, interval: 500 }).toStrictEqual(before)
      },
    )

    scenario('stands beside the Service by itself', needs, async () => {
      const ended = await place.probe([target, '--compare', 'svc/shop'])
      expectExit(ended, 0)
      expect(ended.stdout).toMatch(/^DIFFERENT {3}sticky through \S+, spread through service\/shop$/m)
    })
  })
}
