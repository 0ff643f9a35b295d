import { beforeAll, expect, test } from 'vitest'
import { logging, netexec, service, silent } from '../support/manifests.ts'
import { usePlayground } from '../support/namespace.ts'
import { expectExit, reportOf } from '../support/report.ts'
import { bindRole, roleIn, without } from '../support/roles.ts'
import { describeOnce, scenario } from '../support/scenario.ts'
import { site } from '../support/site.ts'

describeOnce('applications that do not say who they are', () => {
  const place = usePlayground()
  const { probe } = place

  beforeAll(async () => {
    await place.deploy(
      silent(site, 'silent'),
      service('silent'),
      logging(site, 'logging'),
      service('logging', { affinity: 60 }),
    )
  })

  test('by their access logs, in which the probe is found by its User-Agent', async () => {
    const report = reportOf(await probe(['logging', '-o', 'json']))
    expect(report.status.recognition).toMatchObject({ by: 'access-log', unrecognised: 0 })
    expect(report.status.verdict.behaviour).toBe('sticky')
    expect(report.status.backends).toHaveLength(1)
    expect(report.status.backends[0]).toMatchObject({ kind: 'pod', hits: report.status.totals.answered })
  })

  test('by their access logs, asked for: the mark is in the query', async () => {
    const ended = await probe(['logging', '--identify', 'access-log', '--path', '/a?b=c'])
    expectExit(ended, 0)
    expect(ended.stdout).toMatch(/pods recognised by their access logs/)
    const logs = await place.kubectl('logs', '-l', 'app=logging', '--tail=-1')
    expect(logs).toMatch(/GET \/a\?b=c&affinity-probe=r[0-9a-f]{8}-1 /)
  })

  test('anonymous, asked for', async () => {
    const ended = await probe(['logging', '--identify', 'anonymous', '-o', 'json'])
    expectExit(ended, 4)
    expect(reportOf(ended).status).toMatchObject({
      recognition: { by: 'anonymous' },
      verdict: { behaviour: 'inconclusive', reason: 'backends-not-told-apart' },
    })
  })

  test('by their sockets, when nothing is logged', async () => {
    const notesWith = async (...args: string[]): Promise<string> => {
      const { status } = reportOf(await probe(['silent', '-o', 'json', ...args]))
      expect(status.recognition.by).toBe('sockets')
      expect(status.verdict.behaviour).toBe('spread')
      expect(status.backends.map(({ kind }) => kind)).toStrictEqual(['pod', 'pod', 'pod'])
      return status.notes.join('\n')
    }
    const why = /cannot be recognised by their access logs: no log tells of a request/
    expect(await notesWith()).toMatch(why)
    expect(await notesWith('--identify', 'sockets')).not.toMatch(why)
  })

  scenario('pods without a cat keep their sockets to themselves', ['busybox'], async () => {
    const container = {
      name: 'server',
      image: site.images.bare,
      command: ['/bin/busybox', 'httpd', '-f', '-p', '8080', '-h', '/'],
    }
    const bare = (name: string): object => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, labels: { app: 'mixed' } },
      spec: { containers: [container] },
    })
    await place.deploy(bare('bare1'), bare('bare2'), service('mixed'))
    await place.kubectl('wait', '--for=condition=Ready', 'pod/bare1', 'pod/bare2', '--timeout=60s')
    await place.proxiesFollow()
    const without = reportOf(await probe(['mixed', '-o', 'json'])).status
    expect(without.recognition.by).toBe('anonymous')
    expect(without.notes.join('\n')).toMatch(/by their sockets: no container has a cat to read/)
    const demanded = await probe(['mixed', '--identify', 'sockets'])
    expectExit(demanded, 1)
    expect(demanded.stderr).toMatch(/pods cannot be told by their sockets: no container has a cat to read/)
    await place.deploy(silent(site, 'mixed', 5))
    const { recognition, notes } = reportOf(await probe(['mixed', '-o', 'json'])).status
    expect(recognition.by).toBe('sockets')
    expect(recognition.unrecognised).toBeGreaterThan(0)
    expect(notes.join('\n')).toMatch(/the sockets of 2 of 7 pods are not known: no container has a cat/)
  })

  scenario('who may not run programs in pods is told so, and not stopped', ['restricted users'], async () => {
    const [user] = site.restrictedUsers
    await bindRole(place, user!, roleIn(await probe(['silent'], { context: user! })))
    const ended = await probe(['silent', '-o', 'json'], { context: user! })
    expectExit(ended, 4)
    const { notes, recognition } = reportOf(ended).status
    expect(recognition.by).toBe('anonymous')
    expect(notes.join('\n')).toMatch(/by their sockets: .*cannot (create|get) resource "pods\/exec"/)
  })

  scenario('who demands it is told which Role suffices, and it does', ['restricted users'], async () => {
    const [, user] = site.restrictedUsers
    await bindRole(place, user!, roleIn(await probe(['silent'], { context: user! })))
    const refused = await probe(['silent', '--identify', 'sockets'], { context: user! })
    expectExit(refused, 1)
    await bindRole(place, user!, roleIn(refused))
    const ended = await probe(['silent', '--identify', 'sockets', '-o', 'json'], { context: user! })
    expectExit(ended, 0)
    expect(reportOf(ended).status.recognition.by).toBe('sockets')
  })
})

describeOnce('where requests come from', () => {
  const place = usePlayground()
  const { probe } = place
  const web = ['web', '--path', '/hostname']

  const clientPod = (name: string, image: string, args?: string[]): object => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'main', image, args }] },
  })

  beforeAll(async () => {
    await place.deploy(
      netexec(site, 'web'),
      service('web', { affinity: 60 }),
      clientPod('wget', site.images.busybox, ['sleep', '3600']),
      clientPod('curl', site.images.agnhost, ['pause']),
      clientPod('bare', site.images.bare),
    )
    const pods = ['pod/wget', 'pod/curl', 'pod/bare']
    await place.kubectl('wait', '--for=condition=Ready', ...pods, '--timeout=60s')
  })

  test('without --image the report says which one it is, and why', async () => {
    const ended = await probe([...web, '-o', 'json'], { env: { KUBECTL_AFFINITY_IMAGE: '' } })
    const { client } = reportOf(ended).status
    expect(client.image).toBe(site.images.node)
    expect(client.imageReason).toMatch(/^all \d nodes have it$/)
    expect(ended.stderr).toContain(`image ${client.image} (${client.imageReason})`)
  })

  test('with --node the images of that node count', async () => {
    const [node] = site.nodes
    const args = [...web, '--node', node!, '-o', 'json']
    const { client } = reportOf(await probe(args, { env: { KUBECTL_AFFINITY_IMAGE: '' } })).status
    expect(client).toMatchObject({ node, image: site.images.node, imageReason: `${node} has it` })
  })

  scenario('who may not read nodes gets the default image', ['restricted users'], async () => {
    const [user] = site.restrictedUsers
    await bindRole(place, user!, roleIn(await probe(web, { context: user! })))
    // That one cannot be pulled there, which takes a minute to find out.
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'no-more' } }
    await place.apply({ ...quota, spec: { hard: { pods: '0' } } })
    const used = ['get', 'resourcequota', 'no-more', '-o', 'jsonpath={.status.used.pods}']
    await expect.poll(() => place.kubectl(...used), { timeout: 20_000 }).toMatch(/\d/)
    const ended = await probe(web, { context: user!, env: { KUBECTL_AFFINITY_IMAGE: '' } })
    await place.kubectl('delete', 'resourcequota', 'no-more')
    expectExit(ended, 1)
    expect(ended.stderr).toMatch(/exceeded quota/)
    expect(ended.stderr).toMatch(/node:24-alpine \(which images the nodes have may not be read\)/)
  })

  for (const [name, image, tool] of [
    ['busybox', site.images.busybox, /^wget$/],
    ['curl', site.images.agnhost, /curl/],
  ] as const) {
    scenario(`from an image with a shell and ${name}`, name === 'busybox' ? ['busybox'] : [], async () => {
      const ended = await probe([...web, '--image', image, '-o', 'json'])
      expectExit(ended, 0)
      const { status } = reportOf(ended)
      expect(status.client).toMatchObject({ image })
      expect(status.client.tool).toMatch(tool)
      expect(status).toMatchObject({
        verdict: { behaviour: 'sticky' },
        recognition: { by: 'pod-name', source: 'body' },
        totals: { lost: 0 },
      })
    })
  }

  test('an image that has no Node is refused for what takes Node, before anything is made', async () => {
    const { busybox } = site.images
    for (const args of [
      ['--measure-timeout'],
      ['--measure-timeout', '--shadow'],
      ['--keep-alive'],
      ['--via', 'cluster-ip,dns'],
      ['--fingerprint'],
    ]) {
      const ended = await probe(['web', '--image', busybox, ...args])
      expectExit(ended, 1)
      expect(ended.stderr).toMatch(
        new RegExp(`^error: image "${busybox}" has no Node, which this probe takes`),
      )
    }
  })

  for (const [pod, tool] of [
    ['wget', /wget|nc/],
    ['curl', /curl/],
  ] as const) {
    scenario(
      `from a pod that has ${pod}, which stays as it was`,
      pod === 'wget' ? ['busybox'] : [],
      async () => {
        const ended = await probe([...web, '--in-pod', `pod/${pod}`, '-c', 'main', '-o', 'json'])
        expectExit(ended, 0)
        const { client, verdict, recognition } = reportOf(ended).status
        expect(client).toMatchObject({ pod, container: 'main' })
        expect(client.tool).toMatch(tool)
        expect(verdict.behaviour).toBe('sticky')
        expect(recognition).toMatchObject({ by: 'pod-name', unrecognised: 0 })
        for (const signal of ['SIGINT', 'SIGKILL'] as const) {
          const running = place.startProbe([...web, '--in-pod', pod, '--duration', '1m', '-o', 'json'])
          await running.printed(/^[1-9]\d*\S* requests/m)
          running.kill(signal)
          const stopped = await running.ended
          if (signal === 'SIGINT') {
            expectExit(stopped, 130)
            expect(reportOf(stopped).status.totals.answered).toBeGreaterThan(0)
          }
          const left = (): Promise<string[]> => site.programsIn(place.name, pod)
          await expect.poll(left, { timeout: 15_000, interval: 500 }).toStrictEqual([])
        }
      },
    )
  }

  test('a pod without a shell is refused, and so is one that is not there', async () => {
    const bare = await probe([...web, '--in-pod', 'bare'])
    expectExit(bare, 1)
    expect(bare.stderr).toMatch(/cannot send requests from container "main" of pod\/bare: it has no shell/)
    const none = await probe([...web, '--in-pod', 'no-such-pod'])
    expectExit(none, 1)
    expect(none.stderr).toMatch(/pods "no-such-pod" not found/)
    const container = await probe([...web, '--in-pod', 'curl', '-c', 'nope'])
    expectExit(container, 1)
    expect(container.stderr).toMatch(/has no container "nope"\n\s+its containers: main/)
  })

  scenario('who may not run programs in pods is told which Role suffices', ['restricted users'], async () => {
    const [, , user] = site.restrictedUsers
    const role = roleIn(await probe(web, { context: user! }))
    await bindRole(place, user!, without(role, 'jobs', 'create'))
    const refused = await probe([...web, '--in-pod', 'curl'], { context: user! })
    expectExit(refused, 1)
    expect(refused.stderr).toMatch(/cannot (create|get) resource "pods\/exec"/)
    await bindRole(place, user!, without(roleIn(refused), 'jobs', 'create'))
    const ended = await probe([...web, '--in-pod', 'curl'], { context: user! })
    expectExit(ended, 0)
    expect(ended.stdout).toMatch(/pod\/curl on node/)
  })
})
