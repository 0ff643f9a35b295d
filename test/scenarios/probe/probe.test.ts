import { beforeAll, describe, expect, test } from 'vitest'
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
})
