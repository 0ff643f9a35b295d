import { beforeAll, beforeEach, expect } from 'vitest'
import type { SurveyReport } from '../../../src/report/schema/survey.ts'
import { gatewayWays } from '../support/gateway-ways.ts'
import { type Asked, gatewayFollows, ingress, ingressPath, sets } from '../support/gateways.ts'
import { hashedByEnvoyGateway, hashedByIstio, userCookie } from '../support/hashes.ts'
import { deployment, listensOn, service } from '../support/manifests.ts'
import { usePlayground } from '../support/namespace.ts'
import { expectExit, surveyOf } from '../support/report.ts'
import { describeOnce, scenario } from '../support/scenario.ts'
import { gateway, site } from '../support/site.ts'

type Place = ReturnType<typeof usePlayground>
type Moves = NonNullable<NonNullable<SurveyReport['status']['during']>['sessions']>

/** So many that a pod has some of them, and not all, whatever chance does. */
const users = 24

/** How long a pod goes on that is to end. */
const graceMs = 6000

/** Pods that say their names and nothing else, so that those which come are known by it, too. */
function shop(): object {
  const source =
    "require('http').createServer((_, answer) => answer.end(require('os').hostname())).listen(8080)"
  const made = deployment('shop', 3, {
    name: 'server',
    image: site.images.node,
    command: ['node', '-e', source],
    readinessProbe: listensOn(8080),
    ports: [{ containerPort: 8080 }],
  }) as { spec: { template: { spec: object } } }
  Object.assign(made.spec.template.spec, { terminationGracePeriodSeconds: graceMs / 1000 })
  return made
}

/** Runs a command of kubectl amid the requests of many users, and says who moved. */
async function movedBy(place: Place, target: string, words: string, pods: number): Promise<Moves> {
  const kubectl = `kubectl -n ${place.name}`
  // Pods that end are gone as well.
  const count = `${kubectl} get pods -l app=shop -o name | wc -l`
  const all = `${kubectl} ${words} && ${kubectl} rollout status deployment/shop && until [ $(${count}) = ${pods} ]; do sleep 0.2; done`
  const many = ['--sessions', String(users), '--rate', '10']
  const ended = await place.probe([target, '--during', all, ...many, '-o', 'json'])
  const { during } = surveyOf(ended).status
  expect(during).toMatchObject({ exitCode: 0, sessions: { users } })
  // Who was moved though their pod had not gone did not stay.
  expectExit(ended, during!.sessions!.needless > 0 ? 3 : 0)
  return during!.sessions!
}

async function threePods(place: Place, asked: Asked): Promise<void> {
  await place.kubectl('scale', 'deployment/shop', '--replicas=3')
  await place.kubectl('rollout', 'status', 'deployment/shop', '--timeout=60s')
  const pods = async (): Promise<number> =>
    (await place.kubectl('get', 'pods', '-l', 'app=shop', '-o', 'name')).trim().split('\n').length
  await expect.poll(pods, { timeout: 60_000, interval: 250 }).toBe(3)
  await place.proxiesFollow()
  await gatewayFollows(asked, ({ status }) => status === 200)
}

const httpPort = { ports: [{ name: 'http', port: 80, targetPort: 8080 }] }

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
      expect(moves).toMatchObject({ endpoints: { before: 3, came: 0, went: 1 }, points: 'into-a-hash' })
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

/** A record of the pod in the cookie `route`. */
const records = {
  traefik: {
    target: 'ingress/shop',
    objects: (host: string): object[] => {
      const { metadata, ...rest } = service('shop') as { metadata: object }
      const annotations = {
        'traefik.ingress.kubernetes.io/service.sticky.cookie': 'true',
        'traefik.ingress.kubernetes.io/service.sticky.cookie.name': 'route',
      }
      return [
        { ...rest, metadata: { ...metadata, annotations } },
        ingress('shop', host, { className: 'traefik', paths: [ingressPath('/', 'shop')] }),
      ]
    },
    /** Who has the cookie is sent to a pod that ends as long as it is there. */
    isFenced: true,
  },
  'envoy-gateway': {
    target: 'httproute/shop',
    objects: (host: string): object[] => {
      const way = gatewayWays.find(({ name }) => name === 'envoy-gateway')!
      const [route] = way.objects(host) as [{ spec: { rules: [object] } }]
      const sessionPersistence = { sessionName: 'route', type: 'Cookie' }
      route.spec.rules = [{ ...route.spec.rules[0], sessionPersistence }]
      return [service('shop', httpPort), route]
    },
    isFenced: false,
  },
} as const

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
      const command = `kubectl -n ${place.name} scale deployment/shop --replicas=0 && sleep ${graceMs / 1000 + 2}`
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
