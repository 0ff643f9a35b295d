import { beforeAll, describe, expect, test } from 'vitest'
import { lineApp, manyHours, netexec, service } from './support/manifests.ts'
import { usePlayground } from './support/namespace.ts'
import { expectExit, reportOf } from './support/report.ts'
import { scenario } from './support/scenario.ts'
import { site } from './support/site.ts'

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
  })

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
    const running = place.startProbe([...long, '--duration', '8s', '--timeout', '1s', '-o', 'json'])
    await running.printed(/1 pod/)
    const held = await holder()
    await place.kubectl('delete', 'pod', held, '--wait=false')
    const ended = await running.ended
    const { status } = reportOf(ended)
    expect(status.backends[0]?.name).toBe(held)
    expect(status.backends.length).toBeGreaterThan(1)
    expect(status.notes.join('\n')).toMatch(
      /the connection that was kept open (was closed by the other side|was reset|stopped answering and was given up) after .* opened another/,
    )
    expect(status.switches[0]?.explanation).toMatchObject({ kind: 'endpoint-gone', change: { pod: held } })
    expectExit(ended, status.verdict.result === 'as-expected' ? 0 : 4)
  })

  /** The pod that was asked last: probes before this one have closed their connections. */
  async function holder(): Promise<string> {
    const names = (await place.kubectl('get', 'pods', '-l', 'app=long', '-o', 'name')).trim().split('\n')
    for (const name of names) {
      const log = await place.kubectl('logs', name)
      const counts = ['open', 'closed'].map((word) => log.split('\n').filter((line) => line === word).length)
      if (counts[0]! > counts[1]!) return name.replace('pod/', '')
    }
    throw new Error('no pod holds a connection')
  }
})
