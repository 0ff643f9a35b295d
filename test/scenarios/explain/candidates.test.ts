import { beforeAll, expect } from 'vitest'
import type { ExplainReport } from '../../../src/model/contract/explain.ts'
import { explainReport } from '../../../src/model/contract/explain.ts'
import { run } from '../support/command.ts'
import { app, service } from '../support/manifests.ts'
import { usePlayground } from '../support/namespace.ts'
import { reportOf } from '../support/report.ts'
import { describeOnce, scenario } from '../support/scenario.ts'
import { site } from '../support/site.ts'

/** A client of a node reaches a part of the pods: drawn, found, and named by a probe that has too few. */
describeOnce('fewer candidates than endpoints', () => {
  const place = usePlayground()
  const [one = '', two = ''] = site.nodes
  const labels = { group: 'both' }
  const spec = { selector: labels }

  beforeAll(async () => {
    await place.deploy(
      app(site, 'pair', { replicas: 2, node: one, labels }),
      app(site, 'single', { replicas: 1, node: two, labels }),
      service('local', { affinity: 600, spec: { ...spec, internalTrafficPolicy: 'Local' } }),
      service('local-pair', { of: 'pair', affinity: 600, spec: { internalTrafficPolicy: 'Local' } }),
      service('near-pair', { of: 'pair', affinity: 600, spec: { trafficDistribution: 'PreferSameNode' } }),
      service('near', { affinity: 600, spec: { ...spec, trafficDistribution: 'PreferSameNode' } }),
    )
  })

  const explain = async (name: string): Promise<ExplainReport['status']> => {
    const ended = await run(site, ['explain', `svc/${name}`, '-n', place.name, '-o', 'json'])
    expect([ended.code, ended.stderr]).toEqual([0, ''])
    return explainReport.parse(JSON.parse(ended.stdout)).status
  }
  const drawn = ({ entries }: ExplainReport['status']): string | undefined =>
    entries.find(({ kind }) => kind === 'cluster-ip')?.hops.at(-1)?.note
  const found = ({ findings }: ExplainReport['status'], code: string): string | undefined =>
    findings.find((finding) => finding.code === code)?.message
  const probe = (name: string, node: string) => place.probe([name, '--node', node, '-o', 'json'])
  const reachesTwoOfThree = async (name: string): Promise<void> => {
    const ended = await probe(name, one)
    expect(ended.code).toBe(0)
    expect(reportOf(ended).status.endpoints).toMatchObject({ ready: 3, eligible: 2 })
  }
  const hasTooFew = async (name: string, why: string): Promise<void> => {
    const ended = await place.probe([name, '--node', two])
    expect(ended.code).toBe(4)
    expect(ended.stdout.replaceAll(/\s+/g, ' ')).toContain(why)
  }
  const counts = [`${one} 2`, `${two} 1`]
  const bothOrders = (before: string, after: string): string[] => [
    `${before}${counts.join(', ')}${after}`,
    `${before}${counts.toReversed().join(', ')}${after}`,
  ]

  scenario('with internalTrafficPolicy Local', ['several nodes'], async () => {
    const status = await explain('local')
    expect(bothOrders("pods of the client's node only (", ')')).toContain(drawn(status))
    expect(
      bothOrders(
        'internalTrafficPolicy Local: a client reaches those of its own node (',
        ', other nodes none)',
      ),
    ).toContain(found(status, 'AFF-SVC-INTERNAL-LOCAL'))
    await reachesTwoOfThree('local')
    await hasTooFew('local', 'with internalTrafficPolicy Local a node uses its own pods alone')
    await hasTooFew(
      'local-pair',
      `${two} has no ready endpoint, and with internalTrafficPolicy Local it uses no other`,
    )
  })

  scenario('with trafficDistribution, as soon as endpoints have hints', ['several nodes'], async () => {
    await expect
      .poll(async () => found(await explain('near'), 'AFF-SVC-FEWER-CANDIDATES'), { timeout: 20_000 })
      .toBeOneOf(
        bothOrders(
          'trafficDistribution PreferSameNode: how many pods a client reaches depends on its place (',
          ')',
        ),
      )
    expect(bothOrders("pods of the client's node, as long as it has any (", ')')).toContain(
      drawn(await explain('near')),
    )
    await place.proxiesFollow()
    await reachesTwoOfThree('near')
    await hasTooFew('near', 'topology hints (trafficDistribution) keep a client to the pods of its node')
    const all = await probe('near-pair', two)
    expect(all.code).toBe(0)
    expect(reportOf(all).status.endpoints).toMatchObject({ ready: 2, eligible: 2 })
  })
})
