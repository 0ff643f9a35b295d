import { beforeAll, describe, expect, test } from 'vitest'
import { textWidth } from '../../../src/report/text/width.ts'
import { run } from '../support/command.ts'
import { app, manyHours, service, smallApp } from '../support/manifests.ts'
import { usePlayground } from '../support/namespace.ts'
import { expectExit, reportOf } from '../support/report.ts'
import { scenario } from '../support/scenario.ts'
import { site } from '../support/site.ts'

describe(`probe on ${site.name}`, () => {
  const place = usePlayground()
  const { probe } = place

  beforeAll(async () => {
    await place.deploy(
      app(site, 'web'),
      service('web'),
      service('sticky', { of: 'web', affinity: manyHours }),
      service('sample-clusterip', { of: 'web' }),
      service('named', {
        of: 'web',
        ports: [
          { name: 'web', port: 8000, targetPort: 8080 },
          { name: 'mail', port: 25, targetPort: 2525 },
          { name: 'dark', port: 81, targetPort: 8081 },
          { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
        ],
      }),
      service('local', { of: 'web', spec: { internalTrafficPolicy: 'Local' } }),
    )
  })

  describe('S1: None, ClientIP for 5 seconds, and None again', () => {
    const s1 = ['svc/sample-clusterip', '--path', '/podinfo']
    const setAffinity = async (spec: object): Promise<void> => {
      await place.kubectl('patch', 'service', 'sample-clusterip', '-p', JSON.stringify({ spec }))
      await place.proxiesFollow()
    }

    test('None spreads, with the shares', async () => {
      const ended = await probe(s1)
      expectExit(ended, 0)
      expect(ended.stdout).toMatch(/SPREAD as configured/)
      expect(ended.stdout).toMatch(/\d+%/)
      const report = reportOf(await probe([...s1, '-o', 'json']))
      expect(report.status.recognition).toMatchObject({ by: 'pod-ip', source: 'body' })
      expect(report.status.backends).toHaveLength(3)
      const shares = report.status.backends.map(({ share }) => share)
      expect(Math.min(...shares)).toBeGreaterThan(0.05)
      expect(shares.reduce((sum, share) => sum + share)).toBeCloseTo(1)
    })

    test('ClientIP sticks', async () => {
      await setAffinity({
        sessionAffinity: 'ClientIP',
        sessionAffinityConfig: { clientIP: { timeoutSeconds: 5 } },
      })
      const ended = await probe(s1)
      expectExit(ended, 0)
      expect(ended.stdout).toMatch(/ClientIP 5s/)
      expect(ended.stdout).toMatch(/STICKY/)
      const report = reportOf(await probe([...s1, '-o', 'json']))
      const { behaviour, switches, explainedSwitches } = report.status.verdict
      expect(behaviour).toBe('sticky')
      // Five seconds may go by where the machine stands still.
      expect(switches).toBe(explainedSwitches)
      expect(report.status.verdict.errorProbability).toBeLessThanOrEqual(1e-6)
    })

    test('an interval beyond the timeout is noted, and its switches are explained', async () => {
      const ended = await probe([...s1, '--interval', '6s', '--requests', '3', '-o', 'json'])
      const report = reportOf(ended)
      expect(report.status.notes.join('\n')).toMatch(
        /(the affinity of 5 s may have been over|not shorter than the timeout)/,
      )
      for (const { explanation } of report.status.switches)
        expect(explanation).toMatchObject({ kind: 'timeout-expired' })
      expect(ended.code).not.toBe(3)
    })

    test('None again spreads', async () => {
      await setAffinity({ sessionAffinity: 'None', sessionAffinityConfig: null })
      const ended = await probe(s1)
      expectExit(ended, 0)
      expect(ended.stdout).toMatch(/SPREAD as configured/)
    })
  })

  describe('numbers of endpoints', () => {
    beforeAll(async () => {
      const sizes = [1, 2, 20]
      await place.deploy(
        ...sizes.flatMap((size) => [
          smallApp(site, `small-${size}`, size),
          service(`spread-${size}`, { of: `small-${size}` }),
          service(`sticky-${size}`, { of: `small-${size}`, affinity: manyHours }),
        ]),
      )
    })

    test('one endpoint cannot show affinity', async () => {
      const ended = await probe(['sticky-1', '-o', 'json'])
      expectExit(ended, 4)
      expect(reportOf(ended).status.verdict).toMatchObject({
        behaviour: 'inconclusive',
        reason: 'one-endpoint',
      })
    })

    for (const size of [2, 20]) {
      test(`${size} endpoints, spread`, async () => {
        const ended = await probe([`spread-${size}`, '-o', 'json'])
        expectExit(ended, 0)
        const report = reportOf(ended)
        expect(report.status.verdict.behaviour).toBe('spread')
        expect(report.status.endpoints).toMatchObject({ ready: size, total: size, eligible: size })
        expect(report.status.recognition.by).toBe('pod-name')
      })

      test(`${size} endpoints, sticky`, async () => {
        const ended = await probe([`sticky-${size}`, '-o', 'json'])
        expectExit(ended, 0)
        expect(reportOf(ended).status.verdict).toMatchObject({ behaviour: 'sticky', eligibleEndpoints: size })
      })
    }
  })

  scenario('endpoints on several nodes, seen from each of them', ['several nodes'], async () => {
    for (const node of site.nodes) {
      const ended = await probe(['web', '--node', node, '-o', 'json'])
      expectExit(ended, 0)
      const { status } = reportOf(ended)
      expect(status.client.node).toBe(node)
      expect(status.endpoints.nodes).toBeGreaterThan(1)
      expect(new Set(status.backends.map((backend) => backend.node)).size).toBeGreaterThan(1)
    }
  })

  scenario(
    'internalTrafficPolicy Local leaves the endpoints of the own node',
    ['several nodes'],
    async () => {
      const node = site.nodes[0]!
      const ended = await probe(['local', '--node', node, '-o', 'json'])
      const { status } = reportOf(ended)
      expect(status.endpoints.eligible).toBeLessThan(status.endpoints.ready)
      expect(status.backends.every((backend) => backend.node === node)).toBe(true)
      expect(ended.code).toBe(status.endpoints.eligible === 1 ? 4 : 0)
    },
  )

  test('kind and name in two words, and a namespace before the command, as kubectl allows', async () => {
    const ended = await run(site, ['-n', place.name, 'probe', 'svc', 'web', '-o', 'name'])
    expectExit(ended, 0)
  })

  describe('what is expected', () => {
    test('--expect sticky of a spread Service ends with 3', async () => {
      const ended = await probe(['web', '--expect', 'sticky'])
      expectExit(ended, 3)
      expect(ended.stdout).toMatch(/NOT STICKY/)
    })

    test('--expect spread of a sticky Service ends with 3', async () => {
      const ended = await probe(['sticky', '--expect', 'spread', '-o', 'json'])
      expectExit(ended, 3)
      expect(reportOf(ended).status.verdict).toMatchObject({ behaviour: 'sticky', result: 'differs' })
    })

    test('a connection that is kept open cannot tell', async () => {
      const ended = await probe(['web', '--keep-alive', '-o', 'json'])
      expectExit(ended, 4)
      expect(reportOf(ended).status).toMatchObject({
        verdict: { behaviour: 'inconclusive', reason: 'one-connection' },
        totals: { connections: 1 },
      })
    })
  })

  describe('ports', () => {
    test('a port is found by its name', async () => {
      const ended = await probe(['named', '--port', 'web', '-o', 'json'])
      expectExit(ended, 0)
      expect(reportOf(ended).spec.service).toMatchObject({ port: 8000, portName: 'web' })
    })

    test('a port is found by its number, and its server speaks first and no HTTP', async () => {
      const ended = await probe(['named', '--port', '25', '-o', 'json'])
      expectExit(ended, 0)
      const { spec, status } = reportOf(ended)
      expect(spec.request.scheme).toBe('tcp')
      expect(spec.request.path).toBeUndefined()
      expect(status.recognition.by).toBe('pod-name')
    })

    test('a port that nobody listens on: refused', async () => {
      const ended = await probe(['named', '--port', 'dark', '-o', 'json'])
      expectExit(ended, 4)
      const { status } = reportOf(ended)
      expect(status.verdict.reason).toBe('no-answers')
      expect(status.outcomes['refused']).toBe(status.totals.requests)
      const text = await probe(['named', '--port', 'dark', '--requests', '5'])
      expect(text.stdout).toMatch(/refused/)
    })

    test('a port that the Service does not have is refused, with those that it has', async () => {
      const ended = await probe(['named', '--port', 'http'])
      expectExit(ended, 1)
      expect(ended.stdout).toBe('')
      expect(ended.stderr).toMatch(/service\/named has no port "http"/)
      expect(ended.stderr).toMatch(/web 8000\/TCP, mail 25\/TCP, dark 81\/TCP, dns 53\/UDP/)
    })

    test('a UDP port without anything to send', async () => {
      const ended = await probe(['named', '--port', 'dns'])
      expectExit(ended, 2)
      expect(ended.stderr).toMatch(/is UDP: what should be sent is not known\n.*--send TEXT/)
    })
  })

  describe('what cannot be probed', () => {
    beforeAll(async () => {
      await place.apply(
        service('headless', { of: 'web', spec: { clusterIP: 'None' } }),
        {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: 'elsewhere' },
          spec: { type: 'ExternalName', externalName: 'example.com' },
        },
        service('nobody', { of: 'no-such-app' }),
      )
    })

    const refusals: [string, RegExp][] = [
      ['headless', /headless.*pick a pod by DNS/],
      ['elsewhere', /ExternalName.*"example.com"/],
      ['nobody', /service\/nobody has no endpoints\n.*kubectl get pods -n \S+ -l app=no-such-app/],
      ['missing', /services "missing" not found in namespace/],
    ]
    for (const [name, words] of refusals) {
      test(name, async () => {
        const ended = await probe([name])
        expectExit(ended, 1)
        expect(ended.stdout).toBe('')
        expect(ended.stderr).toMatch(words)
        // Before anything is put into the cluster.
        expect(ended.stderr).not.toContain('starting the probe pod')
      })
    }

    test('a namespace that does not exist', async () => {
      const ended = await run(site, ['probe', 'web', '-n', 'no-such-namespace'])
      expectExit(ended, 1)
      expect(ended.stderr).toMatch(/services "web" not found in namespace "no-such-namespace"/)
    })
  })

  describe('how a backend is recognised', () => {
    test('by the name in the answer', async () => {
      expect(
        reportOf(await probe(['web', '--path', '/whoami', '-o', 'json'])).status.recognition,
      ).toMatchObject({
        by: 'pod-name',
        source: 'body',
      })
    })

    for (const rule of ['json:.server.id', 'header:X-Served-By', 'regex:"id":"(nick-[a-z0-9]+)"']) {
      test(`by --identify ${rule}`, async () => {
        const ended = await probe(['web', '--path', '/nickname', '--identify', rule, '-o', 'json'])
        expectExit(ended, 0)
        const { status } = reportOf(ended)
        expect(status.recognition).toMatchObject({ by: 'rule', source: 'rule' })
        expect(status.backends.map(({ name }) => name).join(' ')).toMatch(/^nick-\w+ nick-\w+ nick-\w+$/)
      })
    }

    test('by anonymous answers that differ, and the report says so', async () => {
      const anonymous = ['web', '--path', '/anonymous', '--identify', 'anonymous']
      const ended = await probe(anonymous)
      expectExit(ended, 0)
      expect(ended.stdout).toMatch(/SPREAD/)
      const { status } = reportOf(await probe([...anonymous, '-o', 'json']))
      expect(status.recognition.by).toBe('anonymous')
      expect(status.backends).toHaveLength(3)
    })

    test('not at all by the same answer everywhere: inconclusive, with advice', async () => {
      const ended = await probe(['web', '--path', '/static', '--identify', 'anonymous'])
      expectExit(ended, 4)
      expect(ended.stdout).toMatch(/INCONCLUSIVE/i)
      expect(ended.stdout).toContain('--path')
      expect(ended.stdout).toContain('--identify')
    })
  })

  describe('applications that answer badly', () => {
    test('errors that name the pod are answers', async () => {
      const ended = await probe(['web', '--path', '/error', '-o', 'json'])
      expectExit(ended, 0)
      const { status } = reportOf(ended)
      expect(status.verdict.behaviour).toBe('spread')
      for (const backend of status.backends) expect(backend.statuses).toStrictEqual({ 500: backend.hits })
      expect((await probe(['web', '--path', '/error'])).stdout).toMatch(/500/)
    })

    test('errors that name nobody are inconclusive', async () => {
      const ended = await probe(['web', '--path', '/error-bare', '--identify', 'anonymous'])
      expectExit(ended, 4)
      expect(ended.stdout).toMatch(/503/)
    })

    test('a body without an end is read as far as needed', async () => {
      const ended = await probe(['web', '--path', '/endless', '--requests', '40', '-o', 'json'])
      expect(reportOf(ended).status.recognition.by).toBe('pod-name')
    })

    test('a slow drip times out', async () => {
      const ended = await probe([
        'web',
        '--path',
        '/drip',
        '--requests',
        '5',
        '--timeout',
        '500ms',
        '-o',
        'json',
      ])
      expectExit(ended, 4)
      expect(reportOf(ended).status.outcomes['timeout']).toBe(5)
    })

    test('control characters reach no terminal', async () => {
      const ended = await probe(['web', '--path', '/control', '-o', 'wide'])
      // oxlint-disable-next-line no-control-regex -- these are what must not be there
      expect(ended.stdout + ended.stderr).not.toMatch(/[\u0000-\u0008\u000B-\u001F\u007F\u202E]/)
    })

    test('broken HTTP and reset connections are failures with words', async () => {
      const broken = await probe(['web', '--path', '/broken', '--requests', '5', '--scheme', 'http'])
      expectExit(broken, 4)
      expect(broken.stdout).toMatch(/broken answers/)
      const reset = await probe(['web', '--path', '/reset', '--requests', '5', '--scheme', 'http'])
      expectExit(reset, 4)
      expect(reset.stdout).toMatch(/reset/)
    })
  })

  describe('output', () => {
    test('stdout holds only the answer and stderr the progress', async () => {
      const ended = await probe(['web'])
      expectExit(ended, 0)
      expect(ended.stderr).toMatch(/requests/)
      expect(ended.stdout).not.toMatch(/sending/)
      // oxlint-disable-next-line no-control-regex -- colours and cursor movements begin with it
      expect(ended.stdout + ended.stderr).not.toMatch(/\u001B/)
    })

    test('-o yaml says the same as -o json', async () => {
      const { parse } = await import('yaml')
      const { probeReport } = await import('../../../src/model/contract/probe.ts')
      const ended = await probe(['web', '-o', 'yaml'])
      expectExit(ended, 0)
      expect(probeReport.parse(parse(ended.stdout)).kind).toBe('ProbeReport')
    })

    test('-o name prints the pods that answered', async () => {
      const ended = await probe(['web', '-o', 'name'])
      expectExit(ended, 0)
      const lines = ended.stdout.trim().split('\n')
      expect(lines).toHaveLength(3)
      for (const line of lines) expect(line).toMatch(/^pod\/web-/)
    })

    test('-o wide says more than text', async () => {
      const [text, wide] = [await probe(['web']), await probe(['web', '-o', 'wide'])]
      expect(wide.stdout.length).toBeGreaterThan(text.stdout.length)
    })

    test('lines keep to 80 columns', async () => {
      const { stdout } = await probe(['svc/web'])
      for (const line of stdout.split('\n')) {
        if (!line.includes('kubectl ')) expect(textWidth(line), line).toBeLessThanOrEqual(80)
      }
    })
  })

  test('two probes at once do not meet', async () => {
    const [one, two] = await Promise.all([
      probe(['web', '-o', 'json', '--duration', '2s']),
      probe(['sticky', '-o', 'json', '--duration', '2s']),
    ])
    expect([one.code, two.code]).toStrictEqual([0, 0])
    expect(reportOf(one).status.verdict.behaviour).toBe('spread')
    expect(reportOf(two).status.verdict.behaviour).toBe('sticky')
  })
})
