import { beforeAll, describe, expect, test } from 'vitest'
import { datagramLogging, lineApp, manyHours, netexec, service } from '../support/manifests.ts'
import { usePlayground } from '../support/namespace.ts'
import { timeoutReport } from '../../../src/model/contract/timeout.ts'
import { expectExit, reportOf, surveyOf } from '../support/report.ts'
import { scenario } from '../support/scenario.ts'
import { site } from '../support/site.ts'

const udpPort = { name: 'udp', port: 90, protocol: 'UDP', targetPort: 8081 }

describe(`UDP on ${site.name}`, () => {
  const place = usePlayground()
  const { probe } = place
  const forUdp = site.capabilities.has('UDP')

  beforeAll(async () => {
    if (!forUdp) return
    await place.deploy(
      netexec(site, 'net'),
      service('spread', { of: 'net', ports: [{ name: 'http', port: 80, targetPort: 8080 }, udpPort] }),
      service('sticky', { of: 'net', affinity: manyHours, ports: [udpPort] }),
      service('entered', { of: 'net', affinity: 4, spec: { type: 'NodePort' }, ports: [udpPort] }),
      datagramLogging(site, 'logging'),
      service('logging', { ports: [{ port: 90, protocol: 'UDP', targetPort: 8080 }] }),
      service('nobody', { of: 'net', ports: [{ ...udpPort, targetPort: 8099 }] }),
    )
  })

  scenario('without affinity each port of the client goes to any pod', ['UDP'], async () => {
    const ended = await probe(['spread', '--protocol', 'udp', '--send', 'hostname', '-o', 'json'])
    expectExit(ended, 0)
    const { spec, status } = reportOf(ended)
    expect(spec.service).toMatchObject({ port: 90, protocol: 'UDP' })
    expect(spec.request).toMatchObject({ scheme: 'udp', payload: 'hostname' })
    expect(status.verdict.behaviour).toBe('spread')
    expect(status.backends).toHaveLength(3)
    expect(status.totals).toMatchObject({ connections: status.totals.requests, lost: 0 })
  })

  scenario('with ClientIP all go to one', ['UDP'], async () => {
    const ended = await probe(['sticky', '--send', 'hostname'])
    expectExit(ended, 0)
    expect(ended.stdout).toMatch(/STICKY as configured/)
    expect(ended.stdout).toMatch(/\d+ UDP requests, new source port each/)
  })

  scenario('one port stays with one pod without affinity too, which proves nothing', ['UDP'], async () => {
    const ended = await probe(['spread', '--port', 'udp', '--send', 'hostname', '--keep-alive'])
    expectExit(ended, 4)
    expect(ended.stdout).toMatch(/over 1 source port/)
    expect(ended.stdout).toMatch(/what comes\s+from one\s+port is kept together/)
  })

  scenario('an answer that names no pod says so', ['UDP'], async () => {
    const ended = await probe(['sticky', '--send', 'echo hello', '--identify', 'anonymous'])
    expectExit(ended, 4)
    expect(ended.stdout).toMatch(/ask with --send for an answer that names the pod/)
    const refused = await probe(['sticky', '--send', 'echo hello', '--identify', 'sockets'])
    expectExit(refused, 2)
    expect(refused.stderr).toMatch(/pods cannot be told by their sockets over UDP/)
  })

  scenario('each node port keeps its clients', ['UDP'], async () => {
    const ended = await probe(['entered', '--send', 'hostname', '--via', 'all', '-o', 'json'])
    expectExit(ended, 0)
    const { spec, status } = surveyOf(ended)
    const kinds = spec.entries.map(({ kind }) => kind)
    expect(kinds).toStrictEqual(['cluster-ip', ...site.nodes.map(() => 'node-port')])
    for (const cell of status.cells) {
      expect(cell.verdict).toMatchObject({ behaviour: 'sticky' })
      expect(cell.backends).toHaveLength(1)
    }
    const text = await probe(['spread', '--port', 'udp', '--send', 'hostname', '--spread', 'nodes'])
    expectExit(text, 0)
    expect(text.stdout).toMatch(/UDP requests, new source port each/)
  })

  scenario(
    'the timeout can be measured',
    ['UDP'],
    async () => {
      const measuring = ['--measure-timeout', '--confidence', '99%', '-o', 'json']
      const ended = await probe(['entered', '--send', 'hostname', ...measuring])
      expectExit(ended, 0)
      const { status } = timeoutReport.parse(JSON.parse(ended.stdout))
      expect(status.finding).toMatchObject({ kind: 'idle' })
      expect(status.finding?.fromMs).toBeLessThanOrEqual(4100)
      expect(status.finding?.toMs).toBeGreaterThanOrEqual(3900)
    },
    600_000,
  )

  scenario(
    'pods that answer alike are known by the client’s port in their logs',
    ['UDP', 'client ports'],
    async () => {
      for (const args of [
        [],
        ['--identify', 'access-log'],
        ['--protocol', 'udp', '--identify', 'access-log'],
      ]) {
        const ended = await probe(['logging', '--send', 'who', ...args, '-o', 'json'])
        expectExit(ended, 0)
        const { recognition, backends } = reportOf(ended).status
        expect(recognition).toMatchObject({ by: 'access-log' })
        // Two requests may have had one port, by chance: these are of nobody.
        expect(recognition.unrecognised).toBeLessThanOrEqual(2)
        expect(backends.map(({ kind }) => kind)).toStrictEqual(['pod', 'pod', 'pod'])
      }
    },
  )

  scenario('a port on which no pod listens refuses, by ICMP', ['UDP'], async () => {
    const ended = await probe(['nobody', '--send', 'hostname', '--requests', '5', '-o', 'json'])
    expectExit(ended, 4)
    const { status } = reportOf(ended)
    expect(status.outcomes).toEqual({ refused: 5 })
    expect(status.notes.join('\n')).toMatch(/ECONNREFUSED/)
  })
})

describe(`long TCP connections on ${site.name}`, () => {
  const place = usePlayground()
  const { probe } = place
  const long = ['long', '--send', 'who', '--keep-alive']

  beforeAll(async () => {
    await place.deploy(lineApp(site, 'long'), service('long', { affinity: 2 }))
  })

  test('each request may have a connection of its own, and affinity holds', async () => {
    const ended = await probe(['long', '--send', 'who'])
    expectExit(ended, 0)
    expect(ended.stdout).toMatch(/TCP requests, new connection each/)
    expect(ended.stdout).toMatch(/STICKY/)
  })

  test('one outlives the affinity and stays with its pod', async () => {
    const ended = await probe([...long, '--duration', '4s', '-o', 'json'])
    expectExit(ended, 4)
    const { status } = reportOf(ended)
    expect(status.totals).toMatchObject({ connections: 1, lost: 0 })
    expect(status.outcomes).toEqual({ answered: status.totals.requests })
    expect(status.backends).toHaveLength(1)
    expect(status.verdict.reason).toBe('one-connection')
    expect(status.notes.join('\n')).toMatch(/outlived the affinity of 2 s and stayed with its pod/)
  })

  test('one ends with its pod, and the next finds another', async () => {
    let held = ''
    const ended = await place.probeAround([...long, '--timeout', '1s', '-o', 'json'], async () => {
      held = await holder()
      await place.kubectl('delete', 'pod', held)
    })
    const { status } = reportOf(ended)
    expect(status.backends[0]?.name).toBe(held)
    expect(status.backends.length).toBeGreaterThan(1)
    expect(status.notes.join('\n')).toMatch(
      /the connection that was kept open (was closed by the other side|was reset|stopped answering and was given up) after .* opened another/,
    )
    expect(status.switches[0]?.explanation).toMatchObject({ kind: 'endpoint-gone', change: { pod: held } })
    expectExit(ended, status.verdict.result === 'as-expected' ? 0 : 4)
  })

  /** The one pod that has a connection open on which it was asked. */
  async function holder(): Promise<string> {
    const names = (await place.kubectl('get', 'pods', '-l', 'app=long', '-o', 'name')).trim().split('\n')
    const holding = async (): Promise<string[]> => {
      const logs = await Promise.all(names.map((name) => place.kubectl('logs', name)))
      const count = (log: string | undefined, word: string): number =>
        log?.split('\n').filter((line) => line === word).length ?? 0
      return names.filter((_, index) => count(logs[index], 'open') > count(logs[index], 'closed'))
    }
    await expect.poll(holding, { timeout: 30_000 }).toHaveLength(1)
    return (await holding())[0]!.replace('pod/', '')
  }
})
