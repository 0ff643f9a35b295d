import { beforeAll, describe, expect, test } from 'vitest'
import type { Service } from '../../../src/model/cluster/kubernetes.ts'
import { run } from '../support/command.ts'
import { app, manyHours, service, smallApp } from '../support/manifests.ts'
import { type Playground, usePlayground } from '../support/namespace.ts'
import { limitPods } from '../support/quota.ts'
import { comparisonOf, expectExit } from '../support/report.ts'
import { bindRole, roleIn, without } from '../support/roles.ts'
import { describeOnce, scenario } from '../support/scenario.ts'
import { site } from '../support/site.ts'

/** The object as kubectl prints it. */
async function objectOf<T>(place: Playground, ...words: string[]): Promise<T> {
  return JSON.parse(await place.kubectl('get', ...words, '-o', 'json')) as T
}

/** What the application says itself: it is that which is compared with the cluster, and not its sockets. */
const byAnswer = ['--identify', 'anonymous']

describe(`side by side, on ${site.name}`, () => {
  const place = usePlayground()

  beforeAll(async () => {
    await place.deploy(
      app(site, 'web'),
      service('web'),
      service('kept', { of: 'web', affinity: manyHours, spec: { type: 'NodePort' } }),
    )
  })

  test('what if a Service without affinity had it', async () => {
    const before = await objectOf<Service>(place, 'service', 'web')
    const ended = await place.probe([
      'web',
      '--path',
      '/podinfo',
      '--what-if',
      'affinity=ClientIP',
      '-o',
      'json',
    ])
    expectExit(ended, 0)
    const { spec, status } = comparisonOf(ended)
    expect(spec).toStrictEqual({ comparison: 'what-if', change: 'affinity=ClientIP' })
    expect(status).toMatchObject({ result: 'as-expected', conclusion: 'different' })
    expect(status.differences).toContain('behaviour')
    const [original, shadow] = status.runs.map(({ report }) => report)
    expect(original).toMatchObject({ spec: { service: { name: 'web', sessionAffinity: 'None' } } })
    expect(shadow!.spec.service).toMatchObject({ sessionAffinity: 'ClientIP', timeoutSeconds: manyHours })
    expect(shadow!.spec.service.name).toMatch(/^web-affinity-[0-9a-f]{8}$/)
    expect(shadow!.status.client.node).toBe(original!.status.client.node)
    expect(shadow!.status.verdict.behaviour).toBe('sticky')
    // Whoever answered in both has the same letter in both.
    const letters = new Map(original!.status.backends.map(({ name, letter }) => [name, letter]))
    for (const { name, letter } of shadow!.status.backends) expect(letter).toBe(letters.get(name))
    // Not touched, not even for a moment.
    expect(await objectOf<Service>(place, 'service', 'web')).toStrictEqual(before)
  })

  test('what if the timeout were shorter than the pauses of the client', async () => {
    const few = ['--interval', '1500ms', '--requests', '3']
    const ended = await place.probe([
      'kept',
      '--path=/podinfo',
      '--what-if=timeout=1s',
      '--output=json',
      ...few,
    ])
    // Too few to be sure of anything, and enough to see that the shadow has the change.
    expectExit(ended, 4)
    const [original, shadow] = comparisonOf(ended).status.runs.map(({ report }) => report)
    expect(original!.spec.service).toMatchObject({ name: 'kept', timeoutSeconds: manyHours })
    expect(original!.status.switches).toStrictEqual([])
    expect(shadow!.spec.service).toMatchObject({ type: 'NodePort', timeoutSeconds: 1 })
    for (const { explanation } of shadow!.status.switches) expect(explanation?.kind).toBe('timeout-expired')
  })

  scenario('what if each node used its own endpoints only', ['several nodes'], async () => {
    const [near, far] = site.nodes
    await place.deploy(app(site, 'near', { replicas: 2, node: near! }), service('near'))
    const words = ['near', '--path', '/podinfo', '--what-if', 'internalTrafficPolicy=Local', '--node']
    expectExit(await place.probe([...words, near!]), 0)
    const ended = await place.probe([...words, far!])
    expectExit(ended, 4)
    expect(ended.stdout.replaceAll(/\s+/g, ' ')).toContain(
      `${far} has no ready endpoint, and with internalTrafficPolicy Local it uses no other`,
    )
  })

  test('two Services', async () => {
    const ended = await place.probe(['kept', '--compare', 'svc/web', '--path', '/podinfo'])
    expectExit(ended, 0)
    expect(ended.stdout).toMatch(
      /^service\/kept$[^]*STICKY as configured[^]*^service\/web$[^]*SPREAD as configured/m,
    )
    expect(ended.stdout).toMatch(/^verdict +STICKY +SPREAD +◄ differs$/m)
    expect(ended.stdout).toMatch(/^DIFFERENT +sticky through service\/kept, spread through service\/web$/m)
    const strict = await place.probe(['kept', '--compare', 'web', '--path', '/podinfo', '--expect', 'sticky'])
    expectExit(strict, 3)
  })

  test('echo pods stand on the nodes of the application, and tell when it is to blame', async () => {
    const ended = await place.probe(['kept', '--path', '/relay', '--echo', ...byAnswer, '-o', 'json'])
    expectExit(ended, 0)
    const { status } = comparisonOf(ended)
    expect(status).toMatchObject({ result: 'as-expected', conclusion: 'application', notes: [] })
    expect(status.message).toMatch(/^THE APPLICATION: the cluster keeps a client on its pod/)
    const echo = status.runs[1].report
    expect(echo.status.endpoints.ready).toBe(3)
    expect(echo.status.endpoints.nodes).toBe(status.runs[0].report.status.endpoints.nodes)
    expect(echo.status.verdict.behaviour).toBe('sticky')
    expect(echo.status.recognition.by).toBe('pod-name')
  })

  test('echo pods tell of the cluster where the application says nothing', async () => {
    const ended = await place.probe(['kept', '--path', '/static', '--echo', ...byAnswer])
    expectExit(ended, 0)
    expect(ended.stdout).toMatch(/^NOT THE CLUSTER +the cluster keeps a client on its pod/m)
  })

  test('a Service without selector: the shadow has copies of its endpoints', async () => {
    const { items } = await objectOf<{ items: { status: { podIP: string } }[] }>(
      place,
      'pods',
      '-l',
      'app=web',
    )
    await place.apply(
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'bare' },
        spec: { ports: [{ name: 'http', port: 80, protocol: 'TCP' }] },
      },
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name: 'bare-1', labels: { 'kubernetes.io/service-name': 'bare' } },
        addressType: 'IPv4',
        endpoints: items.map(({ status }) => ({ addresses: [status.podIP] })),
        ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
      },
    )
    await place.proxiesFollow()
    const ended = await place.probe([
      'bare',
      '--path',
      '/podinfo',
      '--what-if',
      'affinity=ClientIP',
      '-o',
      'json',
    ])
    expectExit(ended, 0)
    const { status } = comparisonOf(ended)
    expect(status.conclusion).toBe('different')
    expect(status.notes.join()).toMatch(/copies/)
    // Those of the shadow go with their owner, a little later than the command.
    const slices = (): Promise<string> => place.kubectl('get', 'endpointslices', '-o', 'name')
    await expect.poll(slices, { timeout: 10_000 }).not.toMatch(/bare-affinity/)
  })
})

describeOnce('ending a shadow early', () => {
  const place = usePlayground()
  const long = ['web', '--what-if', 'timeout=5s', '--duration', '1m']
  const cleanup = (...args: string[]) => run(site, ['cleanup', '-n', place.name, ...args])

  beforeAll(async () => {
    await place.deploy(smallApp(site, 'web', 2), service('web'))
  })

  const moments = [/making service/, /waiting for the endpoints|waiting until the proxies/, /1 of 2/]
  for (const moment of moments) {
    test(`kill -9 at "${moment.source}": what is left has an owner that Kubernetes deletes`, async () => {
      const running = place.startProbe(long)
      await running.printed(moment)
      running.kill('SIGKILL')
      await running.ended
      // A request may still be on its way: what it makes is looked at once it is there.
      const shadows = async (): Promise<string[]> => {
        const left = (await place.leftovers()).filter((name) => !name.includes('affinity-probe-'))
        const anchors = left.filter((name) => name.includes('affinity-shadow-'))
        if (anchors.length > 1) throw new Error(`several anchors: ${anchors.join(', ')}`)
        for (const name of left.filter((name) => name.startsWith('service/'))) {
          const { metadata } = await objectOf<Service>(place, name)
          expect(metadata.ownerReferences).toMatchObject([{ kind: 'Job' }])
        }
        for (const anchor of anchors) {
          const { spec } = await objectOf<{ spec: { ttlSecondsAfterFinished: number } }>(place, anchor)
          expect(spec.ttlSecondsAfterFinished).toBeLessThan(600)
          // Nobody wants to wait for that here.
          await place.kubectl('patch', anchor, '--type=merge', '-p', '{"spec":{"ttlSecondsAfterFinished":1}}')
        }
        return left
      }
      await expect.poll(shadows, { timeout: 20_000 }).toStrictEqual([])
      await cleanup()
    })
  }

  test('Ctrl-C before the first probe', async () => {
    const running = place.startProbe(long)
    await running.printed(/waiting until the proxies/)
    running.kill('SIGINT')
    const ended = await running.ended
    expectExit(ended, 130)
    expect(ended.stdout).toBe('')
    expect(ended.stderr).not.toMatch(/error|Warning/)
  })

  test('Ctrl-C in the first probe reports that one alone', async () => {
    const running = place.startProbe([...long, '-o', 'json'])
    await place.requested(20)
    running.kill('SIGINT')
    const ended = await running.ended
    expectExit(ended, 130)
    expect(JSON.parse(ended.stdout)).toMatchObject({
      kind: 'ProbeReport',
      spec: { service: { name: 'web' } },
    })
  })

  test('Ctrl-C twice says what is left, and cleanup removes it', async () => {
    const running = place.startProbe(['web', '--echo', '--duration', '1m'])
    await place.requested(0)
    running.kill('SIGINT')
    await running.signalled()
    running.kill('SIGINT')
    const ended = await running.ended
    expectExit(ended, 130)
    expect(ended.stderr).toMatch(/job\/affinity-shadow-\w+ and what it owns may be left in namespace/)
    expect(ended.stderr).toMatch(
      new RegExp(`^ +kubectl delete job affinity-shadow-\\w+ -n ${place.name}`, 'm'),
    )
    const cleaned = await cleanup()
    expectExit(cleaned, 0)
  })

  test('kill -9 with echo pods, and cleanup removes all of it', async () => {
    const running = place.startProbe(['web', '--echo', '--duration', '1m'])
    await running.printed(/waiting until the proxies/)
    running.kill('SIGKILL')
    await running.ended
    await expect.poll(place.leftovers, { timeout: 10_000 }).toHaveLength(4)
    const ended = await cleanup()
    expectExit(ended, 0)
    expect(ended.stdout).toMatch(/^job\.batch\/affinity-shadow-\w+ deleted\n$/)
    expect(await place.leftovers()).toStrictEqual([])
  })
})

describeOnce('who may make a shadow', () => {
  const place = usePlayground({
    'pod-security.kubernetes.io/enforce': 'restricted',
    'pod-security.kubernetes.io/warn': 'restricted',
  })

  beforeAll(async () => {
    await place.deploy(smallApp(site, 'web', 2), service('web'))
  })

  scenario('who may only probe is told which Role suffices, and it does', ['restricted users'], async () => {
    const [user, other] = site.restrictedUsers
    const wanted = roleIn(await place.probe(['web', '--echo'], { context: other! }))
    await bindRole(place, user!, roleIn(await place.probe(['web'], { context: other! })))
    const refused = await place.probe(['web', '--echo'], { context: user! })
    expectExit(refused, 1)
    expect(refused.stdout).toBe('')
    expect(refused.stderr).toMatch(/cannot create resource "(pods|services)"/)
    const role = roleIn(refused)
    expect(role).toStrictEqual(wanted)
    await bindRole(place, user!, role)
    const echo = await place.probe(['web', '--echo'], { context: user! })
    expectExit(echo, 0)
    // Nothing that Pod Security minds either.
    expect(echo.stderr).not.toMatch(/Warning/)
    // The garbage collector comes later for whoever may not delete Services.
    await bindRole(place, user!, without(role, 'services', 'delete'))
    expectExit(await place.probe(['web', '--what-if', 'timeout=5s'], { context: user! }), 0)
    await expect.poll(place.leftovers, { timeout: 10_000 }).toStrictEqual([])
  })

  test('a quota that is used up', async () => {
    await limitPods(place, 'full', 2, 2)
    const ended = await place.probe(['web', '--echo'])
    expectExit(ended, 1)
    expect(ended.stderr).toMatch(/refuses the temporary Pod: .*exceeded quota: full/)
    expect(ended.stderr).toMatch(/kubectl describe resourcequota/)
    await place.kubectl('delete', 'resourcequota', 'full')
  })

  const mistakes: [string[], number, RegExp][] = [
    [['web', '--what-if', 'timeout'], 2, /"timeout" for "--what-if" flag: must be KEY=VALUE/],
    [['web', '--what-if', 'afinity=None'], 2, /did you mean affinity\?/],
    [['web', '--what-if', 'affinity=None'], 1, /service\/web is like that already/],
    [['web', '--what-if', 'externalTrafficPolicy=Local'], 2, /outside the cluster[^]* --via-local/],
    [['web', '--echo', '--what-if', 'timeout=5s'], 2, /--echo and --what-if cannot be used together/],
    [['web', '--compare', 'svc/web'], 2, /compared with itself/],
    [['web', '--compare', 'none'], 1, /services "none" not found/],
    [['web', '--compare', 'pod/x'], 2, /pod/],
    [['web', '--echo', '--image', site.images.busybox], 1, /has no Node[^]*Node 18 or newer/],
  ]
  for (const [args, code, words] of mistakes) {
    test(`not ${args.join(' ')}`, async () => {
      const ended = await place.probe(args)
      expectExit(ended, code)
      expect(ended.stdout).toBe('')
      expect(ended.stderr).toMatch(words)
    })
  }
})
