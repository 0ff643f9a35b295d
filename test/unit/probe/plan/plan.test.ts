import { describe, expect, test } from 'vitest'
import type { Service } from '../../../../src/model/cluster/kubernetes.ts'
import { announcement } from '../../../../src/probe/plan/announce.ts'
import { originWords } from '../../../../src/probe/plan/origin.ts'
import { planProbe } from '../../../../src/probe/plan/plan.ts'
import type { ProbeOptions } from '../../../../src/probe/plan/options.ts'
import { examineService } from '../../../../src/probe/plan/preflight.ts'
import { options, service, slice } from '../subjects.ts'

const pods = (count: number) =>
  slice({
    endpoints: Array.from({ length: count }, (_, index) => ({
      addresses: [`10.0.${index >> 8}.${index & 255}`],
      conditions: { ready: true },
      targetRef: { kind: 'Pod', name: `web-${index}` },
    })),
  })

const subjectOf = (spec: Partial<Service['spec']> = {}, count = 3) => {
  const [{ protocol = 'TCP' } = {}] = spec.ports ?? []
  return examineService(service(spec), [{ ...pods(count), ports: [{ port: 8080, protocol }] }], undefined)
}

const plan = (more: Partial<ProbeOptions> = {}, spec: Partial<Service['spec']> = {}, count = 3) =>
  planProbe(options(more), subjectOf(spec, count))

const sticky = { sessionAffinity: 'ClientIP' } as const

describe('planProbe', () => {
  test('as many requests as the confidence needs', () => {
    expect(plan({}, sticky, 2).request.plannedRequests).toBe(30)
    expect(plan({}, sticky, 3).request.plannedRequests).toBe(20)
    expect(plan({ acceptedError: 1e-12 }, sticky, 2).request.plannedRequests).toBe(52)
    expect(plan({}, {}, 2).request.plannedRequests).toBeGreaterThan(30)
  })

  test('few users ask more often, so that the requests beside them show what holds them', () => {
    const asked = (users: number): number | undefined => plan({ users }, sticky).request.plannedRequests
    expect(asked(1)).toBeGreaterThan(2 * asked(6)!)
    expect(asked(20)).toBeLessThanOrEqual(asked(6)! + 2)
  })

  test('a number or a duration of the user', () => {
    expect(plan({ requests: 7 }).agent).toMatchObject({ requests: 7 })
    const { agent, request } = plan({ durationMs: 5000 })
    expect(agent).toMatchObject({ durationMs: 5000 })
    expect(agent).not.toHaveProperty('requests')
    expect(request).not.toHaveProperty('plannedRequests')
  })

  test('the deadline covers the slowest run', () => {
    expect(plan({ requests: 10 }).maxRunSeconds).toBe(27)
    expect(plan({ requests: 10, intervalMs: 6000 }).maxRunSeconds).toBe(67)
    expect(plan({ durationMs: 60_000 }).maxRunSeconds).toBe(67)
  })

  test('addresses by number, names the host as clients in the cluster do', () => {
    const tls = { serverName: 'web.shop.svc' }
    expect(plan().agent.targets).toStrictEqual([
      { host: '10.96.0.7', port: 80, path: '/', hostHeader: 'web.shop.svc', scheme: 'auto', tls },
    ])
    const ports = [{ port: 8080, protocol: 'TCP' as const }]
    expect(plan({}, { ports }).agent.targets[0]?.hostHeader).toBe('web.shop.svc:8080')
  })

  test('takes the word of appProtocol and of the port’s name for HTTPS', () => {
    const ports = [{ port: 1, protocol: 'TCP' as const, appProtocol: 'https' }]
    expect(plan({}, { ports }).agent.targets[0]?.scheme).toBe('https')
    expect(plan({ scheme: 'http' }, { ports }).agent.targets[0]?.scheme).toBe('http')
  })

  test('sends what it is told to, over UDP and instead of HTTP', () => {
    const udp = [{ port: 53, protocol: 'UDP' as const }]
    const dns = plan({ payload: 'a' }, { ports: udp })
    expect(dns.agent).toMatchObject({ payload: 'a', targets: [{ scheme: 'udp' }] })
    expect(dns.request.payload).toBe('a')
    expect(() => plan({}, { ports: udp })).toThrow('what should be sent is not known')
    expect(() => plan({ payload: 'a', scheme: 'tcp' }, { ports: udp })).toThrow('tcp is spoken over TCP')
    expect(plan({ payload: 'a' }).agent).toMatchObject({ payload: 'a\n', targets: [{ scheme: 'tcp' }] })
    expect(plan({ payload: 'a\n' }).agent.payload).toBe('a\n')
    expect(plan().agent).not.toHaveProperty('payload')
  })

  test('several clients start by chance, unless a silence might end what holds them', () => {
    const byChance = (clients: number, more: Partial<ProbeOptions> = {}, timeoutSeconds = 10): unknown => {
      const spec = { ...sticky, sessionAffinityConfig: { clientIP: { timeoutSeconds } } }
      return planProbe(options(more), subjectOf(spec), { clients }).agent.byChance
    }
    expect([byChance(1), byChance(2)]).toEqual([undefined, true])
    expect(byChance(1, { viaLocal: true })).toBe(true)
    expect([byChance(3, { intervalMs: 1000 }), byChance(3, { intervalMs: 1000 }, 60)]).toEqual([
      undefined,
      true,
    ])
  })

  test('tells the agent by what an answer may name an endpoint', () => {
    expect(plan({}, {}, 2).agent.needles.flat()).toEqual(
      expect.arrayContaining(['web-0', '10.0.0.0', 'web-1']),
    )
  })
})

describe('announcement', () => {
  const words = (more: Partial<ProbeOptions> = {}): string[] => {
    const given = options(more)
    const subject = subjectOf(sticky)
    const origin = {
      kind: 'job',
      image: { image: 'node:24', agent: 'node', from: 'nodes', why: 'all 3 nodes have it' },
    } as const
    return announcement(subject, planProbe(given, subject), originWords(origin, given, 'x'))
  }

  test('one line about the requests, one about what is made', () => {
    expect(words()).toStrictEqual([
      'sending 20 requests to 10.96.0.7:80, 50 per second, a new connection each',
      'from job/affinity-probe-x in namespace shop, image node:24 (all 3 nodes have it)',
    ])
  })

  const others: [Partial<ProbeOptions>, RegExp][] = [
    [{ requests: 1 }, /sending 1 request to/],
    [{ durationMs: 90_000 }, /sending requests for 90s to/],
    [{ durationMs: 90_000, until: 'until stopped' }, /sending requests until stopped to/],
    [{ intervalMs: 0 }, /as fast as possible/],
    [{ intervalMs: 6000 }, /one every 6s/],
    [{ intervalMs: 1000 }, /1 per second/],
    [{ keepAlive: true }, /on one connection that is kept open/],
    [{ intervalMs: 10_000 }, /one every 10s, a new connection each, which takes 3m20s$/m],
    [{ intervalMs: 6000 }, /a new connection each$/m],
    [{ node: 'node1' }, /in namespace shop on node1, image/],
  ]
  for (const [more, pattern] of others)
    test(String(pattern), () => expect(words(more).join('\n')).toMatch(pattern))
})
