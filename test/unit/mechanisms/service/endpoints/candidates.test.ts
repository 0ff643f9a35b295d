import { describe, expect, it } from 'vitest'
import { analyse } from '../../../../../src/analysis/analyse.ts'
import { known, unknown } from '../../../../../src/model/cluster/store.ts'
import type { EndpointSlice, Service } from '../../../../../src/model/cluster/kubernetes.ts'
import { service, slice, snapshot, target } from '../../../analysis/build.ts'

type Spec = Partial<Service['spec']>

const unsaid = unknown<never>({ what: 'endpointslices', reason: 'not-in-files' })

/** Endpoints on nodes, each with hints for nodes or zones. */
function hinted(
  ...places: { node: string; zone: string; forNodes?: string[]; forZones?: string[] }[]
): EndpointSlice {
  return {
    ...slice([]),
    endpoints: places.map(({ node, zone, forNodes, forZones }, index) => ({
      addresses: [`10.244.${index}.4`],
      conditions: { ready: true },
      nodeName: node,
      zone,
      hints: {
        ...(forNodes === undefined ? {} : { forNodes: forNodes.map((name) => ({ name })) }),
        ...(forZones === undefined ? {} : { forZones: forZones.map((name) => ({ name })) }),
      },
    })),
  }
}

const byNode = hinted(
  { node: 'n1', zone: 'a', forNodes: ['n1'], forZones: ['a'] },
  { node: 'n1', zone: 'a', forNodes: ['n1'], forZones: ['a'] },
  { node: 'n2', zone: 'b', forNodes: ['n2'], forZones: ['b'] },
)
const byZone = hinted(
  { node: 'n1', zone: 'a', forZones: ['a'] },
  { node: 'n2', zone: 'a', forZones: ['a'] },
  { node: 'n3', zone: 'b', forZones: ['b'] },
)

const inCluster = (spec: Spec, slices: EndpointSlice, annotations = {}) =>
  analyse(snapshot({ service: service(spec, { annotations }), slices: known([slices]) }), target)
const inFiles = (spec: Spec, annotations = {}) =>
  analyse(snapshot({ service: service(spec, { annotations }), slices: unsaid }, { source: 'files' }), target)
const messageOf = ({ findings }: ReturnType<typeof inFiles>, code: string) =>
  findings.find((finding) => finding.code === `AFF-SVC-${code}`)?.message
const noteOf = ({ paths }: ReturnType<typeof inFiles>) =>
  paths.find(({ entry }) => entry.kind === 'cluster-ip')?.hops.at(-1)?.note

describe('fewer candidates than endpoints', () => {
  it.each<[string, Spec, EndpointSlice, string | undefined]>([
    [
      'by node',
      { trafficDistribution: 'PreferSameNode' },
      byNode,
      'trafficDistribution PreferSameNode: how many pods a client reaches depends on its place (n1 2, n2 1)',
    ],
    [
      'by zone',
      { trafficDistribution: 'PreferClose' },
      byZone,
      'trafficDistribution PreferClose: how many pods a client reaches depends on its place (zone a 2, zone b 1)',
    ],
    [
      'by hints that nobody asked for any more',
      {},
      byZone,
      'topology hints: how many pods a client reaches depends on its place (zone a 2, zone b 1)',
    ],
    [
      'not without hints',
      { trafficDistribution: 'PreferClose' },
      slice(['10.244.1.4', '10.244.2.4']),
      undefined,
    ],
    [
      'not where one endpoint has none',
      { trafficDistribution: 'PreferSameNode' },
      hinted({ node: 'n1', zone: 'a', forNodes: ['n1'] }, { node: 'n2', zone: 'b' }),
      undefined,
    ],
  ])('%s', (_name, spec, slices, message) => {
    expect(messageOf(inCluster(spec, slices), 'FEWER-CANDIDATES')).toBe(message)
  })

  it.each<[string, Spec, Record<string, string>, string | undefined, string | undefined]>([
    [
      'PreferSameNode',
      { trafficDistribution: 'PreferSameNode' },
      {},
      "trafficDistribution PreferSameNode: a client reaches the pods of the client's node, as long as it has any",
      "pods of the client's node, as long as it has any",
    ],
    [
      'PreferSameZone',
      { trafficDistribution: 'PreferSameZone' },
      {},
      "trafficDistribution PreferSameZone: a client reaches the pods of the client's zone, as long as it has any",
      "pods of the client's zone, as long as it has any",
    ],
    [
      'topology-mode',
      {},
      { 'service.kubernetes.io/topology-mode': 'Auto' },
      "topology-mode Auto: a client reaches the pods of the client's zone, as long as it has any",
      "pods of the client's zone, as long as it has any",
    ],
    [
      'the older annotation',
      {},
      { 'service.kubernetes.io/topology-aware-hints': 'auto' },
      "topology-aware-hints Auto: a client reaches the pods of the client's zone, as long as it has any",
      "pods of the client's zone, as long as it has any",
    ],
    ['switched off', {}, { 'service.kubernetes.io/topology-mode': 'Disabled' }, undefined, undefined],
    ['a word that is none', { trafficDistribution: 'PreferLocal' }, {}, undefined, undefined],
    [
      'Local on the inside comes first',
      { trafficDistribution: 'PreferSameNode', internalTrafficPolicy: 'Local' },
      {},
      undefined,
      "pods of the client's node only",
    ],
  ])('in a file: %s', (_name, spec, annotations, message, note) => {
    const found = inFiles(spec, annotations)
    expect(messageOf(found, 'FEWER-CANDIDATES')).toBe(message)
    expect(noteOf(found)).toBe(note)
  })

  it('says of a file that Local on the inside is set', () => {
    const found = inFiles({ internalTrafficPolicy: 'Local' })
    expect(messageOf(found, 'INTERNAL-LOCAL')).toBe(
      'internalTrafficPolicy Local: a client reaches the endpoints of its own node only',
    )
    expect(found.passed).not.toContain('AFF-SVC-LOCAL-TRAFFIC')
  })
})
