import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Ended, run, start } from '../support/command.ts'
import { app, service } from '../support/manifests.ts'
import { usePlayground } from '../support/namespace.ts'
import { expectExit } from '../support/report.ts'
import { bindRole, roleIn } from '../support/roles.ts'
import { scenario } from '../support/scenario.ts'
import { site } from '../support/site.ts'

/** What a Service is set to, as the API server has it. */
interface Spec {
  sessionAffinity: string
  sessionAffinityConfig?: { clientIP: { timeoutSeconds: number } }
}

describe(`enable and disable on ${site.name}`, () => {
  const place = usePlayground()
  const change = (args: readonly string[], options?: Parameters<typeof run>[2]): Promise<Ended> =>
    run(site, [...args, '-n', place.name], options)
  const object = async (name: string): Promise<{ metadata: { resourceVersion: string }; spec: Spec }> =>
    JSON.parse(await place.kubectl('get', 'service', name, '-o', 'json'))
  const affinity = async (name: string): Promise<string> => {
    const { spec } = await object(name)
    return `${spec.sessionAffinity} ${spec.sessionAffinityConfig?.clientIP.timeoutSeconds ?? '-'}`
  }

  beforeAll(async () => {
    await place.deploy(
      app(site, 'web'),
      service('web'),
      service('sample-clusterip', { of: 'web' }),
      service('applied', { of: 'web', affinity: 30 }),
      service('raced', { of: 'web' }),
      service('headless', { of: 'web', spec: { clusterIP: 'None' } }),
      service('alone', { of: 'nobody' }),
    )
    // --wait starts pods; they have to be let in here as well.
    await site.kubectl(['label', 'namespace', place.name, 'pod-security.kubernetes.io/enforce=restricted'])
  })

  describe('S1: None, ClientIP for 5 seconds, and None again', () => {
    const s1 = ['svc/sample-clusterip', '--path', '/podinfo']

    test('spread, enable, sticky, disable, spread', async () => {
      const before = await place.probe(s1)
      expectExit(before, 0)
      expect(before.stdout).toMatch(/SPREAD as configured/)

      const enabled = await change([
        'enable',
        'svc/sample-clusterip',
        '--timeout',
        '5s',
        '--wait',
        '--path',
        '/podinfo',
      ])
      expectExit(enabled, 0)
      expect(enabled.stdout).toMatch(
        /^service\/sample-clusterip patched\n {4}sessionAffinity {3}None → ClientIP\n {4}timeout {11}– {4}→ 5s\n/,
      )
      expect(enabled.stdout).toContain(
        `undo   kubectl affinity disable svc/sample-clusterip -n ${place.name}\n`,
      )
      expect(enabled.stdout).toContain(
        `prove  kubectl affinity probe svc/sample-clusterip -n ${place.name}\n`,
      )
      expect(enabled.stdout).toMatch(/served as changed on .*, seen \d+\.\ds after the change\n$/)
      expect(await affinity('sample-clusterip')).toBe('ClientIP 5')

      const sticky = await place.probe(s1)
      expectExit(sticky, 0)
      expect(sticky.stdout).toMatch(/STICKY as configured/)

      const disabled = await change(['disable', 'svc/sample-clusterip', '--wait', '--path', '/podinfo'])
      expectExit(disabled, 0)
      expect(disabled.stdout).toMatch(/timeout {11}5s {7}→ –/)
      expect(disabled.stdout).toContain(`enable svc/sample-clusterip -n ${place.name} --timeout 5s\n`)
      expect(await affinity('sample-clusterip')).toBe('None -')

      const after = await place.probe(s1)
      expectExit(after, 0)
      expect(after.stdout).toMatch(/SPREAD as configured/)
    })
  })

  test('the undo of a change restores exactly what was there', async () => {
    await change(['enable', 'svc/web', '--timeout', '1801'])
    const changed = await change(['enable', 'svc/web', '--timeout', '2h'])
    const [, undo] = /^undo {3}kubectl affinity (.*)$/m.exec(changed.stdout) ?? []
    expectExit(await run(site, (undo ?? '').split(' ')), 0)
    expect(await affinity('web')).toBe('ClientIP 1801')
    const off = await change(['disable', 'svc/web'])
    const [, again] = /^undo {3}kubectl affinity (.*)$/m.exec(off.stdout) ?? []
    expectExit(await run(site, (again ?? '').split(' ')), 0)
    expect(await affinity('web')).toBe('ClientIP 1801')
    await change(['disable', 'svc/web'])
  })

  test('nothing to do changes nothing and sends no write', async () => {
    await change(['disable', 'svc/web'])
    const { metadata } = await object('web')
    const ended = await change(['disable', 'svc/web', '-v=6'])
    expectExit(ended, 0)
    expect(ended.stdout).toBe('service/web unchanged\n    already None\n')
    expect(ended.stderr).toMatch(/^GET /m)
    expect(ended.stderr).not.toMatch(/^(PATCH|PUT|POST|DELETE) /m)
    expect((await object('web')).metadata.resourceVersion).toBe(metadata.resourceVersion)
  })

  test('the default timeout is the API server’s, and said', async () => {
    const ended = await change(['enable', 'svc/web'])
    expect(ended.stdout).toMatch(/→ 3h0m0s \(default\)\n/)
    expect(await affinity('web')).toBe('ClientIP 10800')
    await change(['disable', 'svc/web'])
  })

  describe('a dry run', () => {
    test('by the server changes nothing, which the resourceVersion proves', async () => {
      const { metadata } = await object('web')
      const ended = await change(['enable', 'svc/web', '--timeout', '7m', '--dry-run=server', '--diff'])
      expectExit(ended, 0)
      expect(ended.stdout).toMatch(/^service\/web patched \(server dry run\)\n--- LIVE\/v1\.Service\./)
      expect(ended.stdout).toMatch(
        /^-  sessionAffinity: None\n\+  sessionAffinity: ClientIP\n\+  sessionAffinityConfig:\n\+    clientIP:\n\+      timeoutSeconds: 420$/m,
      )
      expect((await object('web')).metadata.resourceVersion).toBe(metadata.resourceVersion)
    })

    test('by the client sends no write', async () => {
      const ended = await change(['enable', 'svc/web', '--dry-run=client', '-v=6'])
      expectExit(ended, 0)
      expect(ended.stdout).toMatch(/^service\/web patched \(dry run\)\n/)
      expect(ended.stderr).not.toMatch(/^(PATCH|PUT|POST|DELETE) /m)
    })

    test('of a file as YAML asks nobody and keeps comments, order and the other documents', async () => {
      const text = `# front door\nkind: Service\napiVersion: v1\nmetadata: {name: "web"} # as ever\nspec:\n    ports: [{port: 80}]\n---\nkind: ConfigMap\napiVersion: v1\nmetadata: {name: x}\n`
      const ended = await change(
        ['enable', '-f', '-', '--timeout=30m', '--dry-run=client', '-o', 'yaml', '-v=6'],
        {
          input: text,
          env: { KUBECONFIG: '/nowhere' },
        },
      )
      expectExit(ended, 0)
      expect(ended.stderr).toBe('')
      expect(ended.stdout).toBe(
        text.replace(
          '---',
          '    sessionAffinity: ClientIP\n    sessionAffinityConfig:\n      clientIP:\n        timeoutSeconds: 1800\n---',
        ),
      )
    })
  })

  describe('other managers', () => {
    test('a Service of kubectl apply simply changes, with a warning where the manifest would undo it', async () => {
      const ended = await change(['enable', 'svc/applied', '--timeout', '60s'])
      expectExit(ended, 0)
      expect(ended.stderr).toMatch(
        /Warning: service\/applied: the next kubectl apply of its manifest takes this back: it says timeoutSeconds: 30/,
      )
      expect(await affinity('applied')).toBe('ClientIP 60')
      await place.apply(service('applied', { of: 'web', affinity: 30 }))
      expect(await affinity('applied')).toBe('ClientIP 30')
    })

    test('a change that the manifest says nothing about stays when it is applied again', async () => {
      const ended = await change(['enable', 'svc/web', '--timeout', '60s'])
      expect(ended.stderr).toBe('')
      await place.apply(service('web'))
      expect(await affinity('web')).toBe('ClientIP 60')
      await change(['disable', 'svc/web'])
    })

    test('a manager that declares the field is named with the field, and stops the change', async () => {
      const manifest = JSON.stringify({
        ...service('argo', { of: 'web', spec: { sessionAffinity: 'None' } }),
      })
      await site.kubectl(
        ['apply', '-n', place.name, '--server-side', '--field-manager=argocd-controller', '-f', '-'],
        manifest,
      )
      const refused = await change(['enable', 'svc/argo', '--timeout', '9s'])
      expectExit(refused, 1)
      expect(refused.stderr).toMatch(
        /error: service\/argo not changed, 1 conflict: conflict with "argocd-controller": \.spec\.sessionAffinity\n/,
      )
      expect(refused.stderr).toMatch(/Argo CD.*\n.*change it in the source/)
      expect(refused.stderr).toMatch(/--force-conflicts/)
      expect(await affinity('argo')).toBe('None -')
      const forced = await change(['enable', 'svc/argo', '--timeout', '9s', '--force-conflicts'])
      expectExit(forced, 0)
      expect(forced.stderr).toMatch(/Warning: service\/argo: Argo CD/)
      expect(await affinity('argo')).toBe('ClientIP 9')
    })
  })

  test('two at once: each says what it found, and nothing is mixed', async () => {
    for (let round = 0; round < 5; round++) {
      const runs = ['11s', '22s'].map((timeout) =>
        change(['enable', 'svc/raced', '--timeout', timeout, '-o', 'json']),
      )
      const both = await Promise.all(runs)
      for (const ended of both) {
        expectExit(ended, 0)
        expect(JSON.parse(ended.stdout).spec.sessionAffinity).toBe('ClientIP')
      }
      expect(
        both.map(({ stdout }) => JSON.parse(stdout).spec.sessionAffinityConfig.clientIP.timeoutSeconds),
      ).toStrictEqual([11, 22])
      expect(await affinity('raced')).toMatch(/^ClientIP (11|22)$/)
      await change(['disable', 'svc/raced'])
    }
  })

  describe('what would be of no use', () => {
    test('a headless Service is refused, with or without --force', async () => {
      for (const force of [[], ['--force']]) {
        const ended = await change(['enable', 'svc/headless', ...force])
        expectExit(ended, 1)
        expect(ended.stderr).toMatch(/^error: service\/headless not changed, AFF-SVC-HEADLESS: /)
      }
      expect(await affinity('headless')).toBe('None -')
    })

    const needsForce = async (name: string, code: string): Promise<void> => {
      const refused = await change(['enable', `svc/${name}`])
      expectExit(refused, 1)
      expect(refused.stderr).toContain(`error: service/${name} not changed, ${code}: `)
      expect(refused.stderr).toContain('--force changes it nevertheless')
      expect(await affinity(name)).toBe('None -')
      const forced = await change(['enable', `svc/${name}`, '--force'])
      expectExit(forced, 0)
      expect(forced.stderr).toContain(`Warning: service/${name}: ${code}  `)
      expect(await affinity(name)).toBe('ClientIP 10800')
    }

    test('an Ingress in front wants --force', async () => {
      const ingressClass = `class-${place.name}`
      await place.apply(
        service('fronted', { of: 'web' }),
        {
          apiVersion: 'networking.k8s.io/v1',
          kind: 'IngressClass',
          metadata: { name: ingressClass },
          spec: { controller: 'k8s.io/ingress-nginx' },
        },
        {
          apiVersion: 'networking.k8s.io/v1',
          kind: 'Ingress',
          metadata: { name: 'front' },
          spec: {
            ingressClassName: ingressClass,
            defaultBackend: { service: { name: 'fronted', port: { number: 80 } } },
          },
        },
      )
      try {
        await needsForce('fronted', 'AFF-ING-BYPASSES-SERVICE')
      } finally {
        await site.kubectl(['delete', 'ingressclass', ingressClass])
      }
    })

    test('a single endpoint wants --force', async () => {
      await place.apply(service('single', { spec: { selector: null } }), {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name: 'single-1', labels: { 'kubernetes.io/service-name': 'single' } },
        addressType: 'IPv4',
        endpoints: [{ addresses: ['192.0.2.1'] }],
        ports: [{ port: 8080 }],
      })
      await needsForce('single', 'AFF-SVC-ONE-ENDPOINT')
    })
  })

  describe('waiting', () => {
    test('that is interrupted says that the change is made, and leaves no pod', async () => {
      const running = start(site, ['enable', 'svc/web', '--wait', '-n', place.name])
      await running.printed(/^prove/m, 'stdout')
      await expect.poll(place.leftovers, { timeout: 20_000, interval: 50 }).not.toStrictEqual([])
      process.kill(running.pid, 'SIGINT')
      const ended = await running.ended
      expect(ended.code).toBe(130)
      expect(ended.stderr).toBe(
        'the change is made, but it is not known whether it is served:\ninterrupted\n',
      )
      expect(await affinity('web')).toBe('ClientIP 10800')
      await change(['disable', 'svc/web'])
    })

    test('for a Service without endpoints fails, after the change', async () => {
      const ended = await change(['enable', 'svc/alone', '--wait'])
      expectExit(ended, 1)
      expect(ended.stderr).toMatch(/^the change is made, .*\nerror: service\/alone has no endpoints/)
      expect(await affinity('alone')).toBe('ClientIP 10800')
    })
  })

  test('files: their Services are changed, other documents are left alone', async () => {
    const text = `apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n---\n${JSON.stringify({ ...service('raced'), metadata: { name: 'raced', namespace: place.name } })}\n`
    const ended = await change(['enable', '-f', '-', '--timeout', '12s', '-o', 'name'], {
      input: text.replace('spec: {}', 'spec: {ports: [{port: 80}]}'),
    })
    expectExit(ended, 0)
    expect(ended.stdout).toBe('service/web\nservice/raced\n')
    expect(await affinity('web')).toBe('ClientIP 12')
    await change(['disable', 'svc/web', 'svc/raced'])
  })

  test('several: one failure does not stop the others', async () => {
    const ended = await change(['enable', 'svc/web', 'svc/nope', 'svc/raced', '-o', 'name'])
    expectExit(ended, 1)
    expect(ended.stdout).toBe('service/web\nservice/raced\n')
    expect(ended.stderr).toMatch(/^error: services "nope" not found in namespace/)
    await change(['disable', 'svc/web', 'svc/raced'])
  })

  describe('200 Services by label', () => {
    const count = 200
    const names = Array.from({ length: count }, (_, index) => `many-${String(index).padStart(3, '0')}`)

    beforeAll(async () => {
      const services = names.map((name) => {
        const one = service(name, { of: 'web' }) as { metadata: object }
        return { ...one, metadata: { name, labels: { set: 'many' } } }
      })
      const list = { apiVersion: 'v1', kind: 'List', items: services }
      await site.kubectl(['create', '-n', place.name, '-f', '-'], JSON.stringify(list))
    })

    const setOff = (): Promise<Ended> => change(['disable', '-l', 'set=many', '-o', 'name'])
    // Another try begins where the first one did.
    afterEach(setOff)

    test('all are changed, in the order of their names, and taken back by one command', async () => {
      const ended = await change(['enable', '-l', 'set=many', '--timeout', '1h'])
      expectExit(ended, 0)
      const lines = ended.stdout.split('\n')
      expect(lines.slice(0, count)).toStrictEqual(
        names.map((name) => `service/${name} patched   None → ClientIP 1h0m0s`),
      )
      expect(lines[count]).toBe('200 services: 200 patched')
      expect(lines[count + 1]).toBe(`undo   kubectl affinity disable -l set=many -n ${place.name}`)
      const off = await setOff()
      expect(off.stdout.trim().split('\n')).toHaveLength(count)
    })

    test('Ctrl-C says what was done and what was not', async () => {
      const running = start(site, ['enable', '-l', 'set=many', '-n', place.name])
      await running.printed(/many-00\d patched/, 'stdout')
      process.kill(running.pid, 'SIGINT')
      const ended = await running.ended
      expect(ended.code).toBe(130)
      const done = [...ended.stdout.matchAll(/^service\/(many-\d+) patched/gm)].length
      const left = [...ended.stderr.matchAll(/^service\/(many-\d+) not changed: interrupted$/gm)].length
      expect(done + left).toBe(count)
      expect(left).toBeGreaterThan(0)
      expect(ended.stdout).toContain(`200 services: ${done} patched, ${left} not begun`)
      const on = await place.kubectl(
        'get',
        'services',
        '-l',
        'set=many',
        '-o',
        'jsonpath={.items[*].spec.sessionAffinity}',
      )
      expect(on.split(' ').filter((word) => word === 'ClientIP')).toHaveLength(done)
    })
  })

  scenario('a user who may not is told the Role that grants it', ['restricted users'], async () => {
    const [user = ''] = site.restrictedUsers
    await bindRole(place, user, { rules: [] })
    const nothing = await change(['enable', 'svc/web'], { context: user })
    expectExit(nothing, 1)
    expect(nothing.stderr).toMatch(
      /^error: services "web" is forbidden: User .* cannot get resource "services"/,
    )
    const role = roleIn(nothing)
    await bindRole(place, user, { rules: [{ apiGroups: [''], resources: ['services'], verbs: ['get'] }] })
    const reader = await change(['enable', 'svc/web'], { context: user })
    expectExit(reader, 1)
    expect(reader.stderr).toMatch(/cannot patch resource "services"/)
    expect(await affinity('web')).toBe('None -')
    await bindRole(place, user, role)
    const granted = await change(['enable', 'svc/web', '--timeout', '1m'], { context: user })
    expectExit(granted, 0)
    expect(granted.stdout).toContain(
      `undo   kubectl affinity disable svc/web -n ${place.name} --context ${user}`,
    )
    expect(await affinity('web')).toBe('ClientIP 60')
    await change(['disable', 'svc/web'])
  })
})
