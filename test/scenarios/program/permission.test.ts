import { beforeAll, expect, test } from 'vitest'
import { run } from '../support/command.ts'
import { ingress, ingressPath } from '../support/gateways.ts'
import { service, smallApp } from '../support/manifests.ts'
import { usePlayground } from '../support/namespace.ts'
import { limitPods } from '../support/quota.ts'
import { expectExit, reportOf } from '../support/report.ts'
import { bindRole, type Role, roleIn, without } from '../support/roles.ts'
import { describeOnce, scenario } from '../support/scenario.ts'
import { site } from '../support/site.ts'

describeOnce('who may probe', () => {
  const place = usePlayground()

  beforeAll(async () => {
    await place.deploy(smallApp(site, 'web', 2), service('web'))
  })

  const bind = (user: string, role: Role): Promise<void> => bindRole(place, user, role)

  scenario('who may do nothing is told which Role suffices, and it does', ['restricted users'], async () => {
    const [user] = site.restrictedUsers
    const refused = await place.probe(['web'], { context: user! })
    expectExit(refused, 1)
    expect(refused.stdout).toBe('')
    expect(refused.stderr).toMatch(/cannot (get|list) resource/)
    const role = roleIn(refused)
    expect(role.metadata.namespace).toBe(place.name)
    await bind(user!, role)
    const ended = await place.probe(['web', '-o', 'json'], { context: user! })
    expectExit(ended, 0)
    expect(reportOf(ended).status.notes).toStrictEqual([])
    expect(ended.stderr).not.toMatch(/Warning/)
  })

  scenario('who may not create Jobs is told which Role suffices', ['restricted users'], async () => {
    const [, user] = site.restrictedUsers
    const role = roleIn(await place.probe(['web'], { context: user! }))
    await bind(user!, without(role, 'jobs', 'create'))
    const ended = await place.probe(['web'], { context: user! })
    expectExit(ended, 1)
    expect(ended.stderr).toMatch(/cannot create resource "jobs" in API group "batch"/)
    expect(roleIn(ended)).toStrictEqual(role)
  })

  scenario('who may not read EndpointSlices is told which Role suffices', ['restricted users'], async () => {
    const [, user] = site.restrictedUsers
    const role = roleIn(await place.probe(['web'], { context: site.restrictedUsers[2]! }))
    await bind(user!, without(without(role, 'endpointslices', 'list'), 'endpointslices', 'watch'))
    const ended = await place.probe(['web'], { context: user! })
    expectExit(ended, 1)
    expect(ended.stderr).toMatch(/cannot list resource "endpointslices" in API group "discovery.k8s.io"/)
    expect(roleIn(ended)).toStrictEqual(role)
  })

  const lesser: [string, string, string, RegExp][] = [
    ['may not read pods', 'pods', 'list', /cannot list resource "pods"/],
    ['may not read logs', 'pods/log', 'get', /cannot get resource "pods\/log"/],
  ]
  for (const [name, resource, verb, words] of lesser) {
    scenario(`who ${name}`, ['restricted users'], async () => {
      const [, user, other] = site.restrictedUsers
      const role = roleIn(await place.probe(['web'], { context: other! }))
      await bind(user!, without(role, resource, verb))
      const ended = await place.probe(['web'], { context: user! })
      expectExit(ended, 1)
      expect(ended.stderr).toMatch(words)
      expect(roleIn(ended)).toStrictEqual(role)
      // Who may not see the pods did not wait for their end.
      await expect.poll(place.leftovers, { timeout: 10_000 }).toStrictEqual([])
    })
  }

  scenario('who may not watch EndpointSlices gets a verdict and a note', ['restricted users'], async () => {
    const [, user, other] = site.restrictedUsers
    const role = roleIn(await place.probe(['web'], { context: other! }))
    await bind(user!, without(role, 'endpointslices', 'watch'))
    const ended = await place.probe(['web', '-o', 'json'], { context: user! })
    expectExit(ended, 0)
    expect(reportOf(ended).status.notes.join()).toMatch(/watching EndpointSlices is not allowed/)
  })
})

describeOnce('who may change and clean up', () => {
  const place = usePlayground()

  scenario('is told which Role suffices, and it does', ['restricted users'], async () => {
    const [, , user] = site.restrictedUsers
    await place.deploy(
      service('web'),
      ingress('web', `web.${place.name}.lab`, { className: 'nginx', paths: [ingressPath('/', 'web')] }),
    )
    const commands = [['enable', 'ingress/web', '--cookie', 'route'], ['cleanup']]
    for (const words of commands) {
      const ask = () => run(site, [...words, '-n', place.name], { context: user! })
      const refused = await ask()
      expectExit(refused, 1)
      await bindRole(place, user!, roleIn(refused))
      // Who serves the class cannot be seen with it: nothing is said of what the change comes to.
      expectExit(await ask(), 0)
    }
  })
})

describeOnce('what a cluster refuses ends the probe with the reason', () => {
  const place = usePlayground()

  beforeAll(async () => {
    await place.deploy(smallApp(site, 'web', 2), service('web'))
  })

  test('an image that cannot be pulled', async () => {
    const ended = await place.probe(['web', '--image', '127.0.0.1:9/none:1'])
    expectExit(ended, 1)
    expect(ended.stdout).toBe('')
    expect(ended.stderr).toMatch(/image "127.0.0.1:9\/none:1" could not be pulled on node\d/)
    expect(ended.stderr).toMatch(/--image \S+ {2}or {2}KUBECTL_AFFINITY_IMAGE/)
  })

  test('an image that is no name', async () => {
    const ended = await place.probe(['web', '--image', 'UPPER CASE'])
    expectExit(ended, 1)
    expect(ended.stderr).toMatch(/UPPER CASE/)
  })

  test('an image with neither Node nor a shell', async () => {
    const ended = await place.probe(['web', '--image', site.images.bare])
    expectExit(ended, 1)
    expect(ended.stderr).toMatch(/"sh".*not found/)
    expect(ended.stderr).toMatch(/Node 18 or newer as "node", or a shell with curl, wget or nc/)
  })

  test('a node that does not exist', async () => {
    const ended = await place.probe(['web', '--node', 'no-such-node'])
    expectExit(ended, 1)
    expect(ended.stderr).toMatch(/nodes? "no-such-node" not found/)
  })

  test('a quota that is used up', async () => {
    await limitPods(place, 'full', 2, 2)
    const ended = await place.probe(['web'])
    expectExit(ended, 1)
    expect(ended.stderr).toMatch(/exceeded quota: full/)
    expect(ended.stderr).toMatch(/50m CPU/)
    await place.kubectl('delete', 'resourcequota', 'full')
  })
})

describeOnce('a namespace that enforces the restricted standard', () => {
  const place = usePlayground({
    'pod-security.kubernetes.io/enforce': 'restricted',
    'pod-security.kubernetes.io/warn': 'restricted',
  })

  test('takes the probe without a warning', async () => {
    await place.deploy(smallApp(site, 'web', 2), service('web'))
    const ended = await place.probe(['web'])
    expectExit(ended, 0)
    expect(ended.stderr).not.toMatch(/Warning/)
  })
})
