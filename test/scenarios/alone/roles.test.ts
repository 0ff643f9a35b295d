import { beforeAll, describe, expect, test } from 'vitest'
import { type CommandRoles, commandRoles, type Grant } from '../../../scripts/roles.ts'
import { type Ended, run } from '../support/command.ts'
import { logging, manyHours, service, smallApp } from '../support/manifests.ts'
import { usePlayground } from '../support/namespace.ts'
import { expectExit } from '../support/report.ts'
import { describeOnce } from '../support/scenario.ts'
import { site } from '../support/site.ts'

/** What a command prints that worked. */
const says: Readonly<Record<string, RegExp>> = {
  'completion of words': /^web/m,
  cleanup: /affinity-probe-\w+ deleted/,
  'demo --on-cluster': /STICKY as configured/,
}

const group = 'rbac.authorization.k8s.io'

// Alone, as rights in the whole cluster would show in other scenarios of this user.
describeOnce('the Roles of docs/security.md suffice for what they say', () => {
  const place = usePlayground()
  const [user = ''] = site.restrictedUsers

  beforeAll(async () => {
    const pause = { name: 'main', image: site.images.agnhost, args: ['pause'] }
    const client = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'client' },
      spec: { terminationGracePeriodSeconds: 1, containers: [pause] },
    }
    await place.deploy(
      client,
      smallApp(site, 'web', 2),
      service('web', { affinity: manyHours }),
      logging(site, 'logging', 2),
      service('logging'),
    )
    await place.kubectl('wait', '--for=condition=Ready', 'pod/client', '--timeout=60s')
  })

  /** The objects that grant this to the user, with names of their own. */
  const objects = ({ namespace, rules }: Grant): object[] => {
    const where = namespace === 'NAMESPACE' ? place.name : namespace
    const name = `${place.name}-roles`
    const kind = where === undefined ? 'ClusterRole' : 'Role'
    const metadata = where === undefined ? { name } : { name, namespace: where }
    return [
      { apiVersion: `${group}/v1`, kind, metadata, rules },
      {
        apiVersion: `${group}/v1`,
        kind: `${kind}Binding`,
        metadata,
        roleRef: { apiGroup: group, kind, name },
        subjects: [{ apiGroup: group, kind: 'User', name: user }],
      },
    ]
  }

  const kubectlWith = async (verb: string, grants: readonly Grant[]): Promise<void> => {
    const list = { apiVersion: 'v1', kind: 'List', items: grants.flatMap(objects) }
    await site.kubectl([verb, '-f', '-'], JSON.stringify(list))
  }

  // Completion must read its words as kubectl hands them over; the demo has a namespace of its own.
  const asUser = ({ example }: CommandRoles): Promise<Ended> =>
    example[0] === '__complete'
      ? run(site, withFlags(example))
      : run(site, [...example, ...flagsFor(example)], { context: user })

  const flagsFor = ([command]: readonly string[]): string[] => (command === 'demo' ? [] : ['-n', place.name])

  const withFlags = (words: readonly string[]): string[] => [
    ...words.slice(0, -1),
    '-n',
    place.name,
    '--context',
    user,
    words.at(-1) ?? '',
  ]

  /** What a killed probe leaves, so that there is something to clean up. */
  const leaveSomething = async (): Promise<void> => {
    const running = place.startProbe(['web', '--duration', '1m'])
    await running.printed(/waiting for the first answer/)
    running.kill('SIGKILL')
    await running.ended
  }

  for (const role of commandRoles) {
    describe(role.command, () => {
      test(`not without: ${role.example.join(' ')}`, async () => {
        const ended = await asUser(role)
        // Completion has nothing to say then, and says it without an error.
        expectExit(ended, role.example[0] === '__complete' ? 0 : 1)
        expect(ended.stdout).not.toMatch(says[role.command] ?? /STICKY as configured/)
      })

      test(`but with: ${role.example.join(' ')}`, async () => {
        if (role.command === 'cleanup') await leaveSomething()
        await kubectlWith('apply', role.grants)
        try {
          const ended = await asUser(role)
          expectExit(ended, 0)
          const printed = `${ended.stdout}${ended.stderr}`
          expect(printed, printed).not.toMatch(/forbidden|cannot|not allowed|you may not|could not look/)
          expect(printed).toMatch(says[role.command] ?? /\S/)
        } finally {
          await kubectlWith('delete', role.grants)
        }
      })
    })
  }
})
