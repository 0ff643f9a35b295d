import { beforeAll, describe, expect, test } from 'vitest'
import { textWidth } from '../../../src/report/text/width.ts'
import { run } from '../support/command.ts'
import { app, manyHours, service } from '../support/manifests.ts'
import { usePlayground } from '../support/namespace.ts'
import { expectExit, reportOf } from '../support/report.ts'
import { site } from '../support/site.ts'

describe(`what a probe is told, and says, on ${site.name}`, () => {
  const place = usePlayground()
  const { probe } = place

  beforeAll(async () => {
    await place.deploy(
      app(site, 'web'),
      service('web'),
      service('sticky', { of: 'web', affinity: manyHours }),
      service('named', {
        of: 'web',
        ports: [
          { name: 'web', port: 8000, targetPort: 8080 },
          { name: 'mail', port: 25, targetPort: 2525 },
          { name: 'dark', port: 81, targetPort: 8081 },
          { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
        ],
      }),
    )
  })

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
